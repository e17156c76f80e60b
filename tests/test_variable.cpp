// SPDX-License-Identifier: BSD-3-Clause
// Variable: handles, leaves, detaching, stored gradients, grad mode, and the operators.
#include <thread>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;

TEST_CASE("copies are handles to one value, gradient and history") {
  const NodesComeBack check;
  Variable a = leaf({1, 2}, {2});
  const Variable b = a;
  CHECK(a.is_same(b));
  sum(square(a)).backward();
  CHECK(b.grad().array().to_vector<double>() == std::vector<double>{2, 4});
  a.zero_grad();
  CHECK(!b.grad().defined());
}

TEST_CASE("leaves and computed values know what they are") {
  const Variable a = leaf({1, 2}, {2});
  const Variable b = a * 2.0;
  const Variable c = constant({1, 2}, {2});
  CHECK(a.is_leaf());
  CHECK(!b.is_leaf());
  CHECK(c.is_leaf());
  CHECK(std::string(a.op_name()) == "leaf");
  CHECK(std::string(b.op_name()) == "affine");
  CHECK(std::string((a + c).op_name()) == "add");
  CHECK(!(c + c).requires_grad());
  CHECK((c + c).is_leaf());
  CHECK(a.size(-1) == 2);
  CHECK_THROWS_AS(a.size(1), ShapeError);
}

TEST_CASE("detach keeps the value, shares the buffer and drops the history") {
  const Variable a = leaf({1, 2}, {2});
  const Variable b = tanh(a);
  const Variable d = b.detach();
  CHECK(!d.requires_grad());
  CHECK(d.array().shares_buffer_with(b.array()));
  CHECK_THROWS_WITH_AS(sum(d).backward(), Contains("has no history"), GraphError);
}

TEST_CASE("only leaves are switched, replaced and written, and by values of their own kind") {
  Variable a = leaf({1, 2}, {2});
  Variable b = tanh(a);
  CHECK_THROWS_WITH_AS(b.requires_grad_(false), Contains("use detach() on the result of tanh"), GraphError);
  CHECK_THROWS_WITH_AS(b.set_array(Array::zeros({2}, DType::float64)), Contains("computed by tanh"), GraphError);
  CHECK_THROWS_WITH_AS(b.mutable_array(), Contains("computed by tanh"), GraphError);
  CHECK_THROWS_WITH_AS(a.set_array(Array::zeros({3}, DType::float64)), Contains("has shape (2,), the new value (3,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(a.set_array(Array::zeros({2})), Contains("holds float64, the new value float32"), DTypeError);

  a.requires_grad_(false);
  CHECK(!a.requires_grad());
  a.requires_grad_();
  CHECK(a.requires_grad());
  CHECK_THROWS_WITH_AS(Variable(Array::zeros({2}, DType::int64), true), Contains("got int64"), DTypeError);
  Variable index(Array::zeros({2}, DType::int64));
  CHECK_THROWS_AS(index.requires_grad_(), DTypeError);
}

TEST_CASE("a stored gradient must match its leaf") {
  Variable a = leaf({1, 2}, {2});
  CHECK(!a.grad().defined());
  a.set_grad(constant({3, 4}, {2}));
  CHECK(a.grad().array().to_vector<double>() == std::vector<double>{3, 4});
  CHECK_THROWS_AS(a.set_grad(constant({3}, {1})), ShapeError);
  CHECK_THROWS_AS(a.set_grad(zeros({2})), ShapeError);
  Variable c = constant({1, 2}, {2});
  CHECK_THROWS_AS(c.set_grad(constant({3, 4}, {2})), GraphError);
  CHECK(!c.grad().defined());
  c.zero_grad();
}

TEST_CASE("an undefined Variable says so, whatever it is asked") {
  Variable u;
  CHECK(!u.defined());
  CHECK_THROWS_WITH_AS(u.array(), "[array] the Variable is undefined", GraphError);
  CHECK_THROWS_AS(u.shape(), GraphError);
  CHECK_THROWS_AS(u.requires_grad(), GraphError);
  CHECK_THROWS_AS(u.detach(), GraphError);
  CHECK_THROWS_AS(u.backward(), GraphError);
  CHECK_THROWS_AS(u.grad(), GraphError);
  CHECK_THROWS_WITH_AS(u + zeros({2}), "[add] input 0 is undefined", GraphError);
  CHECK_THROWS_AS(Variable{Array()}, GraphError);
  CHECK(to_string(u) == "Variable(undefined)");
}

TEST_CASE("a Variable prints its value and where it comes from") {
  const Variable a = leaf({1, 2}, {2});
  CHECK(to_string(a) == "[1, 2] float64(2,) requires_grad");
  CHECK(to_string(a + a) == "[2, 4] float64(2,) from add");
  CHECK(to_string(a.detach()) == "[1, 2] float64(2,)");
}

TEST_CASE("guards switch recording for their scope and nest") {
  const Variable a = leaf({1, 2}, {2});
  {
    const NoGradGuard off;
    CHECK(!grad_enabled());
    CHECK(!(a * a).requires_grad());
    {
      const EnableGradGuard on;
      CHECK((a * a).requires_grad());
      const GradModeGuard off_again(false);
      CHECK(!grad_enabled());
    }
    CHECK(!grad_enabled());
  }
  CHECK(grad_enabled());
  try {
    const NoGradGuard off;
    throw 1;
  } catch (int) {
  }
  CHECK(grad_enabled());
}

TEST_CASE("grad mode is of the thread") {
  const NoGradGuard off;
  bool elsewhere = false;
  std::thread([&] {
    elsewhere = grad_enabled();
    const NoGradGuard also_off;
  }).join();
  CHECK(elsewhere);
  CHECK(!grad_enabled());
}

TEST_CASE("operators are their ops") {
  const Variable a = leaf({1.5, -2, 3}, {3});
  const Variable b = leaf({2, 0.5, 4}, {3});
  CHECK(distance(a + b, constant({3.5, -1.5, 7}, {3})) == 0.0);
  CHECK(distance(a - b, constant({-0.5, -2.5, -1}, {3})) == 0.0);
  CHECK(distance(a * b, constant({3, -1, 12}, {3})) == 0.0);
  CHECK(distance(a / b, constant({0.75, -4, 0.75}, {3})) == 0.0);
  CHECK(distance(-a, constant({-1.5, 2, -3}, {3})) == 0.0);
  CHECK(distance(a + 1.0, constant({2.5, -1, 4}, {3})) == 0.0);
  CHECK(distance(1.0 + a, a + 1.0) == 0.0);
  CHECK(distance(a - 1.0, constant({0.5, -3, 2}, {3})) == 0.0);
  CHECK(distance(1.0 - a, constant({-0.5, 3, -2}, {3})) == 0.0);
  CHECK(distance(a * 2.0, constant({3, -4, 6}, {3})) == 0.0);
  CHECK(distance(2.0 * a, a * 2.0) == 0.0);
  CHECK(distance(a / 2.0, constant({0.75, -1, 1.5}, {3})) == 0.0);
  CHECK(distance(1.0 / b, constant({0.5, 2, 0.25}, {3})) == 0.0);
  CHECK(distance(a < b, constant({1, 1, 1}, {3})) == 0.0);
  CHECK(distance(a >= 1.5 * ones({}, DType::float64), constant({1, 0, 1}, {3})) == 0.0);
  CHECK(distance(a <= b, less_equal(a, b)) == 0.0);
  CHECK(distance(a > b, greater(a, b)) == 0.0);

  CHECK(distance(grad(sum(1.0 / b), b), constant({-0.25, -4, -0.0625}, {3})) == 0.0);
  CHECK(distance(grad(sum(2.0 - 3.0 * a), a), constant({-3, -3, -3}, {3})) == 0.0);

  Variable c = a;
  c += b;
  c *= b;
  c -= a;
  CHECK(distance(c, (a + b) * b - a) == 0.0);
  CHECK(distance(grad(sum(c), b), constant({1.5 + 4, -2 + 1, 3 + 8}, {3})) == 0.0);
  CHECK(distance(a, constant({1.5, -2, 3}, {3})) == 0.0);  // the handle moved on, not the value
}

TEST_CASE("mixed dtypes meet in the wider one, and gradients go back to each their own") {
  const Variable narrow(Array::from<float>({1, 2}, {2}), true);
  const Variable wide = leaf({3, 4}, {2});
  const Variable labels = tensor<std::int64_t>({5, 6}, {2});
  CHECK((narrow + wide).dtype() == DType::float64);
  CHECK((narrow * labels).dtype() == DType::float32);
  CHECK((labels + labels).dtype() == DType::int64);
  const Variables g = grad(sum(narrow * wide * labels), Variables{narrow, wide});
  CHECK(g[0].dtype() == DType::float32);
  CHECK(g[0].array().to_vector<double>() == std::vector<double>{15, 24});
  CHECK(g[1].dtype() == DType::float64);
  CHECK(g[1].array().to_vector<double>() == std::vector<double>{5, 12});
}

TEST_CASE("constants hold their values") {
  CHECK(zeros({2}).array().to_vector<double>() == std::vector<double>{0, 0});
  CHECK(ones({2}, DType::int64).array().to_vector<double>() == std::vector<double>{1, 1});
  CHECK(full({2}, 2.5).array().to_vector<double>() == std::vector<double>{2.5, 2.5});
  CHECK(arange(4, DType::int64, 3, -1).array().to_vector<double>() == std::vector<double>{3, 2, 1, 0});
  CHECK(arange(3, DType::float64, 0.5, 0.25).array().to_vector<double>() == std::vector<double>{0.5, 0.75, 1.0});
  const Variable a = leaf({1, 2}, {2});
  CHECK(distance(zeros_like(a), constant({0, 0}, {2})) == 0.0);
  CHECK(distance(ones_like(a), constant({1, 1}, {2})) == 0.0);
  CHECK(one_hot(tensor<std::int64_t>({2, 0}, {2}), 3).array().to_vector<double>() ==
        std::vector<double>{0, 0, 1, 1, 0, 0});
}
