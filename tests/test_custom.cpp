// SPDX-License-Identifier: BSD-3-Clause
// Custom functions: a user's rule to second order, several outputs, refusals.
#include <doctest/doctest.h>

#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/gradcheck.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;

namespace {

/// x -> x^3, its rule in ops on its input.
const CustomFunction cube{
    "cube", [](const Variables& in) { return Variables{in[0] * in[0] * in[0]}; },
    [](const CustomContext& ctx, const Variables& g) { return Variables{g[0] * square(ctx.input(0)) * 3.0}; }};

/// x -> e^x, its rule in its output.
const CustomFunction exponential{
    "exponential", [](const Variables& in) { return Variables{exp(in[0])}; },
    [](const CustomContext& ctx, const Variables& g) { return Variables{g[0] * ctx.output()}; }};

/// (a, b) -> (a b, a + b)
const CustomFunction product_and_sum{"product_and_sum",
                                     [](const Variables& in) {
                                       return Variables{in[0] * in[1], in[0] + in[1]};
                                     },
                                     [](const CustomContext& ctx, const Variables& g) {
                                       Variables result(2);
                                       for (std::size_t i = 0; i < 2; ++i) {
                                         if (ctx.wants(i)) result[i] = g[0] * ctx.input(1 - i) + g[1];
                                       }
                                       return result;
                                     }};

}  // namespace

TEST_CASE("custom functions are differentiable to any order that their rule's ops are") {
  const NodesComeBack check;
  const auto f = [](const Variables& x) {
    const Variables pair = apply(product_and_sum, {apply(cube, {x[0]})[0], apply(exponential, {x[1]})[0]});
    return pair[0] * pair[1];
  };
  const auto plain = [](const Variables& x) {
    const Variable a = x[0] * x[0] * x[0];
    const Variable b = exp(x[1]);
    return a * b * (a + b);
  };
  const Variables x = {random_leaf({3}, 1), random_leaf({3}, 2)};
  CHECK(gradcheck(std::function<Variable(const Variables&)>(f), x, {.order = 3}).message == "");
  CHECK(distance(f(x), plain(x)) < 1e-12);
  const Variables g = grad(sum(f(x)), x);
  const Variables expected = grad(sum(plain(x)), x);
  for (std::size_t i = 0; i < 2; ++i) CHECK(distance(g[i], expected[i]) < 1e-12);
}

TEST_CASE("outputs that take no part arrive as zeros, inputs that are constants are not wanted") {
  const Variable a = leaf({2, 3}, {2});
  const Variable c = constant({5, 7}, {2});
  const Variables y = apply(product_and_sum, {a, c});
  CHECK(distance(grad(sum(y[0]), a, {.retain_graph = true}), c) == 0.0);
  CHECK(distance(grad(sum(y[1]), a, {.retain_graph = true}), constant({1, 1}, {2})) == 0.0);
  CHECK(distance(grad(sum(y[0] + y[1]), a), c + 1.0) == 0.0);
  CHECK(!apply(product_and_sum, {c, c})[0].requires_grad());
  const NoGradGuard off;
  CHECK(!apply(cube, {a})[0].requires_grad());
}

TEST_CASE("misuse of custom functions is refused by their name") {
  const Variable x = leaf({1, 2}, {2});
  CHECK_THROWS_WITH_AS(apply(cube, {Variable()}), "[cube] input 0 is undefined", GraphError);
  const Variable y = sum(apply(cube, {x})[0]);
  grad(y, x);
  CHECK_THROWS_WITH_AS(grad(y, x), Contains("[cube] its saved values were freed"), GraphError);

  CustomFunction wrong = cube;
  wrong.name = "wrong";
  wrong.rule = [](const CustomContext&, const Variables& g) { return Variables{sum(g[0])}; };
  CHECK_THROWS_WITH_AS(grad(sum(apply(wrong, {x})[0]), x), Contains("[wrong] its rule gave a gradient of float64()"),
                       GraphError);
  wrong.rule = [](const CustomContext&, const Variables&) { return Variables{}; };
  CHECK_THROWS_WITH_AS(grad(sum(apply(wrong, {x})[0]), x), "[wrong] its rule gave 0 gradients for 1 inputs",
                       GraphError);
  wrong.forward = [](const Variables&) { return Variables{}; };
  CHECK_THROWS_WITH_AS(apply(wrong, {x}), "[wrong] its forward gave no output", GraphError);
}

TEST_CASE("a custom function whose forward returns its input keeps gradients apart") {
  const CustomFunction reversal{"reversal",  // gradient reversal: identity forward, sign flipped backward
                                [](const Variables& in) { return in; },
                                [](const CustomContext&, const Variables& g) { return Variables{-g[0]}; }};
  const Variable x = leaf({1, 2}, {2});
  const Variable y = apply(reversal, {x})[0];
  CHECK(distance(y, x.detach()) == 0.0);
  CHECK(distance(grad(sum(square(y)), x), constant({-2, -4}, {2})) == 0.0);
}
