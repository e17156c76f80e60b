// SPDX-License-Identifier: BSD-3-Clause
// The reverse sweep: closed-form derivatives to third order, its options, its refusals, diamonds.
#include <cmath>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/common.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Approx;
using doctest::Contains;

namespace {
constexpr GradOptions recorded{.create_graph = true};
}

TEST_CASE("first, second and third derivatives have their closed forms") {
  const NodesComeBack check;
  const Variable x = leaf(0.7);
  const auto derivatives = [&](const Variable& y) {
    const Variable d1 = grad(y, x, recorded);
    const Variable d2 = grad(d1, x, recorded);
    return std::array{d1.item(), d2.item(), grad(d2, x).item()};
  };
  const double s = std::sin(0.7), c = std::cos(0.7), t = std::tanh(0.7), e = std::exp(0.7);
  const auto near = [](double v) { return Approx(v).epsilon(tolerance::same_formula_float64); };

  const auto of_cube = derivatives(x * x * x);
  CHECK(of_cube[0] == near(3 * 0.49));
  CHECK(of_cube[1] == near(6 * 0.7));
  CHECK(of_cube[2] == near(6.0));
  const auto of_sin = derivatives(sin(x));
  CHECK(of_sin[0] == near(c));
  CHECK(of_sin[1] == near(-s));
  CHECK(of_sin[2] == near(-c));
  const auto of_tanh = derivatives(tanh(x));
  CHECK(of_tanh[0] == near(1 - t * t));
  CHECK(of_tanh[1] == near(-2 * t * (1 - t * t)));
  CHECK(of_tanh[2] == near(-2 * (1 - t * t) * (1 - 3 * t * t)));
  const auto of_product = derivatives(exp(x) * sin(x));
  CHECK(of_product[0] == near(e * (s + c)));
  CHECK(of_product[1] == near(2 * e * c));
  CHECK(of_product[2] == near(2 * e * (c - s)));
}

TEST_CASE("x^T A x has the gradient (A + A^T) x and mixed second derivatives") {
  const Variable a = random_leaf({4, 4}, 1);
  const Variable x = random_leaf({4, 1}, 2);
  const Variable y = matmul(matmul(x, a, true), x);
  const Variable g = grad(y, x, recorded);
  CHECK(distance(g, matmul(a + transpose(a), x)) < tolerance::same_formula_float64);
  const Variable v = random_leaf({4, 1}, 3).detach();
  // d/dA of v^T (A + A^T) x = v x^T + x v^T
  CHECK(distance(grad(sum(g * v), a), matmul(v, x, false, true) + matmul(x, v, false, true)) <
        tolerance::same_formula_float64);
}

TEST_CASE("several outputs weigh in with their cotangents") {
  const Variable x = leaf({1, 2}, {2});
  const Variable u = constant({10, 100}, {2});
  const Variables g = grad({x * x, sum(x)}, {x}, {u, Variable()});
  CHECK(g[0].array().to_vector<double>() == std::vector<double>{21, 401});
  // An output may be given twice, and may itself be an input.
  CHECK(grad({x * 1.0, x * 2.0}, {x}, {u, u})[0].array().to_vector<double>() == std::vector<double>{30, 300});
  CHECK(grad({x}, {x}, {u})[0].array().to_vector<double>() == std::vector<double>{10, 100});
  CHECK(grad({sum(x), sum(x)}, {x, x})[1].array().to_vector<double>() == std::vector<double>{2, 2});
}

TEST_CASE("gradients with respect to values inside the graph") {
  const Variable x = leaf({1, 2}, {2});
  const Variable h = square(x);
  const Variable y = sum(h * x);
  const Variables g = grad(y, Variables{h, x});
  CHECK(g[0].array().to_vector<double>() == std::vector<double>{1, 2});
  CHECK(g[1].array().to_vector<double>() == std::vector<double>{3, 12});
}

TEST_CASE("grad leaves stored gradients alone, backward adds to them") {
  Variable x = leaf({1, 2}, {2});
  Variable unused = leaf(1.0);
  const Variable y = sum(square(x));
  grad(y, x, {.retain_graph = true});
  CHECK(!x.grad().defined());
  backward(y, {.retain_graph = true});
  const Variable first = x.grad();
  CHECK(first.array().to_vector<double>() == std::vector<double>{2, 4});
  backward(y);
  CHECK(x.grad().array().to_vector<double>() == std::vector<double>{4, 8});
  CHECK(first.array().to_vector<double>() == std::vector<double>{2, 4});  // what a user holds does not change
  CHECK(!unused.grad().defined());
  CHECK(!x.grad().requires_grad());
}

TEST_CASE("backward under create_graph stores gradients that can be differentiated") {
  Variable x = leaf({1, 2}, {2});
  {
    const Variable y = sum(x * x * x);
    backward(y, {.create_graph = true});
  }
  const Variable g = x.grad();
  x.zero_grad();
  CHECK(grad(sum(g), x).array().to_vector<double>() == std::vector<double>{6, 12});
}

TEST_CASE("the same sums reach a leaf in the same order each time") {
  const Variable x = random_leaf({50}, 4);
  const auto run = [&] {
    Variable y = x;
    for (int i = 0; i < 20; ++i) y = sin(y) + x * (1.0 + i);
    return grad(sum(y), x);
  };
  CHECK(distance(run(), run()) == 0.0);
}

// --- misuse ---------------------------------------------------------------------------------------------------------

TEST_CASE("an input that is not used must be allowed") {
  const Variable x = leaf({1, 2}, {2});
  const Variable z = leaf({1, 2, 3}, {3});
  const Variable y = sum(square(x));
  CHECK_THROWS_WITH_AS(grad(y, Variables{x, z}),
                       Contains("input 1 is not used by the outputs; pass {.allow_unused = true}"), GraphError);
  CHECK_THROWS_WITH_AS(grad(y, constant({1}, {1})), Contains("requires no gradient; call requires_grad_()"),
                       GraphError);
  CHECK_THROWS_AS(grad(y, Variables{x, Variable()}), GraphError);
  const Variables some = grad(y, {x, z}, {.retain_graph = true, .allow_unused = true});
  CHECK(some[0].defined());
  CHECK(!some[1].defined());
  const Variables zeros = grad(y, {x, z}, {.materialize_zeros = true});
  CHECK(distance(zeros[1], constant({0, 0, 0}, {3})) == 0.0);
  // A path that carries no gradient is a use: its gradient is zero.
  CHECK(distance(grad(sum(sign(x) + square(x) * 0.0), x), constant({0, 0}, {2})) == 0.0);
}

TEST_CASE("a graph is freed by its first sweep unless it is retained") {
  const Variable x = leaf({1, 2}, {2});
  const Variable y = sum(tanh(x));
  grad(y, x);
  CHECK_THROWS_WITH_AS(grad(y, x), Contains("freed by an earlier sweep; pass {.retain_graph = true}"), GraphError);
  CHECK_THROWS_AS(y.backward(), GraphError);

  const Variable z = sum(tanh(x));
  const Variable once = grad(z, x, {.retain_graph = true});
  CHECK(distance(grad(z, x, recorded), once) == 0.0);  // create_graph retains
  CHECK(distance(grad(z, x), once) == 0.0);
  CHECK_THROWS_AS(grad(z, x), GraphError);

  const Variable w = sum(tanh(x));
  grad(w, x, {.retain_graph = false, .create_graph = true});
  CHECK_THROWS_AS(grad(w, x), GraphError);
}

TEST_CASE("saved values are freed as the sweep passes") {
  const Variable x = leaf({1, 2}, {2});
  Array kept;
  Variable y;
  {
    const Variable h = exp(x);
    kept = h.array();
    y = sum(square(h));
  }
  CHECK(!kept.unique());
  grad(y, x);
  CHECK(kept.unique());
}

TEST_CASE("roots must be scalar or come with a cotangent of their kind") {
  const Variable x = leaf({1, 2}, {2});
  const Variable y = square(x);
  CHECK_THROWS_WITH_AS(y.backward(), Contains("output 0 has shape (2,); only one-element outputs"), ShapeError);
  CHECK_THROWS_AS(grad(y, x), ShapeError);
  CHECK_THROWS_WITH_AS(grad({y}, {x}, {constant({1}, {1})}), Contains("grad_outputs[0] is float64(1,)"), ShapeError);
  CHECK_THROWS_AS(grad({y}, {x}, {ones({2})}), ShapeError);
  CHECK_THROWS_WITH_AS(grad({y}, {x}, {Variable(), Variable()}), Contains("1 outputs but 2 grad_outputs"), ShapeError);
  CHECK_THROWS_WITH_AS(grad(constant({1}, {}), x), Contains("has no history"), GraphError);
  {
    const NoGradGuard off;
    CHECK_THROWS_AS(sum(square(x)).backward(), GraphError);
  }
  CHECK_THROWS_AS(grad(Variable(), x), GraphError);
  CHECK(!x.grad().defined());
  // One element counts as a scalar whatever its rank.
  CHECK(grad(reshape(sum(x), {1, 1}), x).array().to_vector<double>() == std::vector<double>{1, 1});
}

TEST_CASE("integers do not carry gradients") {
  const Variable x = leaf({1.5, 2.5}, {2});
  const Variable n = astype(x, DType::int64);
  CHECK(!n.requires_grad());
  CHECK_THROWS_AS(grad(sum(n), x), GraphError);
  CHECK_THROWS_WITH_AS(exp(n), Contains("[exp] takes float32 or float64, got int64; convert with astype"), DTypeError);
}

namespace {

/// A rule that gives back a gradient of the wrong shape, dtype, or none at all.
enum class Wrong { shape, dtype, undeclared_input, undeclared_output };
struct WrongAttrs {
  Wrong wrong;
};
Variable wrong_rule(const Variable& x, Wrong wrong) {
  static constexpr OpDef<WrongAttrs> op{
      .name = "wrong_rule",
      .infer = infer::same,
      .run = [](const WrongAttrs&, Operands in, Array& out) { kernels::unary(kernels::Unary::neg, in[0], out); },
      .rule = [](const Op<WrongAttrs>& op, const Variable& g, std::size_t) -> Variable {
        switch (op.attrs().wrong) {
          case Wrong::shape:
            return sum(g);
          case Wrong::dtype:
            return astype(g, DType::float32);
          case Wrong::undeclared_input:
            return g * op.input(0);
          case Wrong::undeclared_output:
            return g * op.output();
        }
        return g;
      }};
  return apply(op, WrongAttrs{wrong}, x);
}

}  // namespace

TEST_CASE("a rule's wrong result is an error that names the op") {
  const NodesComeBack check;
  Variable x = leaf({1, 2}, {2});
  const auto refusal = [&](Wrong wrong, const char* message) {
    CHECK_THROWS_WITH_AS(sum(wrong_rule(square(x), wrong)).backward(), Contains(message), GraphError);
    CHECK(!x.grad().defined());
  };
  refusal(Wrong::shape, "[wrong_rule] its rule gave a gradient of float64() for input 0, which is float64(2,)");
  refusal(Wrong::dtype, "[wrong_rule] its rule gave a gradient of float32(2,) for input 0, which is float64(2,)");
  refusal(Wrong::undeclared_input, "[wrong_rule] its rule reads input 0, which `uses` does not list");
  refusal(Wrong::undeclared_output, "[wrong_rule] its rule reads the output, which `uses` does not list");
}

// --- diamonds -------------------------------------------------------------------------------------------------------

TEST_CASE("y = y + y a thousand times visits each node once") {
  const NodesComeBack check;
  const Variable x = leaf(1.0);
  int visits = 0;
  Variable y = x;
  for (int i = 0; i < 1000; ++i) {
    y = y + y;
    y.register_hook([&visits](const Variable&) {
      ++visits;
      return Variable();
    });
  }
  const Variable g = grad(y, x);
  CHECK(visits == 1000);
  CHECK(g.item() == std::ldexp(1.0, 1000));
  CHECK(y.item() == std::ldexp(1.0, 1000));
}

TEST_CASE("values inside the graph can be outputs and inputs of one sweep at different depths") {
  const Variable x = leaf(0.5);
  const Variable a = square(x);
  const Variable b = a * x;
  const Variable c = a + b;
  const Variables g = grad({c, a, b}, {b, a, x});
  CHECK(g[0].item() == 2.0);                                           // c and b itself
  CHECK(g[1].item() == Approx(2.0 + 2.0 * 0.5));                       // c, a itself, and twice through b
  CHECK(g[2].item() == Approx((2.0 + 2.0 * 0.5) * 1.0 + 2.0 * 0.25));  // through a, and directly through b
}
