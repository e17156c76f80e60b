// SPDX-License-Identifier: BSD-3-Clause
// Standardised channels against the same made of ops: values, and derivatives to the third order.
#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/nn/standardize.h>

#include "kernels_support.h"
#include "op_table.h"
#include "tolerance.h"

using namespace xgrad;
using nn::detail::standardize;
using test::uniform_in;

namespace {

constexpr double eps = 1e-5;

Variable made_of_ops(const Variable& x, const Variable& weight, const Variable& bias) {
  Axes others{0};
  Shape beside{x.size(1)};
  for (std::size_t i = 2; i < x.rank(); ++i) {
    others.push_back(static_cast<std::int64_t>(i));
    beside.push_back(1);
  }
  const Variable centred = x - mean(x, others, true);
  return centred * rsqrt(mean(square(centred), others, true) + eps) * reshape(weight, beside) + reshape(bias, beside);
}

const std::vector<Shape> shapes{{4, 3}, {3, 2, 5}, {2, 3, 3, 7}, {1, 2, 4, 4}};

Variables inputs_of(const Shape& x) {
  return {uniform_in(x, -1.0, 3.0, 1), uniform_in({x[1]}, 0.5, 1.5, 2), uniform_in({x[1]}, -1.0, 1.0, 3)};
}

}  // namespace

TEST_CASE("standardize: equals what it stands for") {
  for (const Shape& shape : {Shape{64, 5, 7, 7}, Shape{9, 3}, Shape{2, 2, 1000}}) {
    CAPTURE(to_string(shape));
    const Variables in = inputs_of(shape);
    const Variable g = uniform_in(shape, -1.0, 1.0, 4).detach();
    const Variable got = standardize(in[0], in[1], in[2], eps), expected = made_of_ops(in[0], in[1], in[2]);
    const auto close = [](const Variable& a, const Variable& b) {
      return max(abs(a - b)).item() <= tolerance::same_formula_float64 * (1.0 + max(abs(b)).item());
    };
    CHECK(close(got, expected));
    const Variables first = grad({got}, in, {g}), first_expected = grad({expected}, in, {g});
    for (std::size_t i = 0; i < in.size(); ++i) CHECK(close(first[i], first_expected[i]));
  }
}

TEST_CASE("standardize: derivatives of three orders in x, weight and bias") {
  for (const Shape& shape : shapes) {
    CAPTURE(to_string(shape));
    const auto f = [](const Variables& in) { return Variables{standardize(in[0], in[1], in[2], eps)}; };
    CHECK(gradcheck(f, inputs_of(shape), {.order = 3, .atol = tolerance::differences, .rtol = tolerance::differences})
              .message == "");
  }
}

TEST_CASE("standardize: float32 on each instruction set, the same bits at every thread count") {
  for (const Shape& shape : {Shape{64, 64, 14, 14}, Shape{5, 3, 3, 7}}) {
    CAPTURE(to_string(shape));
    Variables narrow, wide = inputs_of(shape);
    for (const Variable& v : wide) narrow.push_back(Variable(v.array().astype(DType::float32), true));
    const auto gradients = [](const Variables& in) {
      const Variable y = standardize(in[0], in[1], in[2], eps);
      Variables results = grad(sum(square(y) * y), in);
      results.push_back(y);
      return results;
    };
    const Variables expected = gradients(wide);
    test::with_each_isa([&] {
      const Variables got = gradients(narrow);
      for (std::size_t i = 0; i < got.size(); ++i) {
        const Variable difference = max(abs(astype(got[i].detach(), DType::float64) - expected[i].detach()));
        // The third power of thousands of values, and its sums.
        CHECK(difference.item() < tolerance::pytorch_float32 * max(abs(expected[i].detach())).item());
      }
      test::with_each_thread_count([&] {
        const Variables again = gradients(narrow);
        for (std::size_t i = 0; i < got.size(); ++i) CHECK(test::same<float>(again[i].array(), got[i].array()));
      });
    });
  }
}

TEST_CASE("standardize: refuses what does not fit") {
  const Variable x = ones({2, 3, 4}), c = ones({3});
  CHECK_THROWS_AS(standardize(x, ones({2}), c, eps), ShapeError);
  CHECK_THROWS_AS(standardize(x, c, astype(c, DType::float64), eps), DTypeError);
  CHECK_THROWS_AS(standardize(ones({3}), c, c, eps), ShapeError);
  CHECK_THROWS_AS(standardize(ones({4, 3}), ones({4}), c, eps), ShapeError);
}
