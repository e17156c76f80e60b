// SPDX-License-Identifier: BSD-3-Clause
// Broadcasting: gradients have their inputs' shapes and are the sums over what was repeated.
#include <functional>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

const std::vector<std::pair<Shape, Shape>> pairs = {
    {{}, {}},
    {{}, {0}},
    {{0}, {1}},
    {{0, 3}, {}},
    {{0, 3}, {3}},
    {{0, 3}, {1, 3}},
    {{1}, {}},
    {{1}, {5}},
    {{3, 1}, {1, 4}},
    {{3, 1}, {4}},
    {{2, 3, 4}, {3, 1}},
    {{2, 1, 3, 1, 2, 1}, {1, 2, 1, 4, 1, 3}},
    {{1, 1, 1, 1, 1, 1}, {2, 2}},
    {{2, 3}, {2, 3}},
    {{4, 1, 1}, {1, 1, 5}},
};

/// Row-major element of x read at an index of the broadcast shape, by NumPy's definition.
double element_at(const Variable& x, const Shape& whole, std::int64_t flat) {
  std::int64_t at = 0;
  std::int64_t stride = 1;
  for (std::size_t i = whole.rank(); i-- > 0;) {
    const std::int64_t index = flat % whole[i];
    flat /= whole[i];
    const std::size_t lead = whole.rank() - x.rank();
    if (i < lead) continue;
    if (x.shape()[i - lead] != 1) at += index * stride;
    stride *= x.shape()[i - lead];
  }
  return x.array().data<double>()[at];
}

}  // namespace

TEST_CASE("values follow NumPy's definition, element by element") {
  using Op = Variable (*)(const Variable&, const Variable&);
  const std::vector<std::pair<Op, std::function<double(double, double)>>> ops = {
      {add, [](double a, double b) { return a + b; }},
      {sub, [](double a, double b) { return a - b; }},
      {mul, [](double a, double b) { return a * b; }},
      {div, [](double a, double b) { return a / b; }},
      {maximum, [](double a, double b) { return a > b ? a : b; }},
      {less, [](double a, double b) { return a < b ? 1.0 : 0.0; }},
  };
  for (const auto& [sa, sb] : pairs) {
    const Variable a = random_leaf(sa, 1);
    const Variable b = random_leaf(sb, 2);
    const Shape whole = broadcast_shapes(sa, sb, "test");
    for (const auto& [op, scalar] : ops) {
      for (const bool swapped : {false, true}) {
        const Variable& l = swapped ? b : a;
        const Variable& r = swapped ? a : b;
        const Variable y = op(l, r);
        REQUIRE(y.shape() == whole);
        for (std::int64_t i = 0; i < y.size(); ++i) {
          REQUIRE(y.array().data<double>()[i] == scalar(element_at(l, whole, i), element_at(r, whole, i)));
        }
      }
    }
  }
}

TEST_CASE("gradients keep the shapes of their inputs, at both orders, and sum over the repeats") {
  for (const auto& pair : pairs) {
    const Shape& sa = pair.first;
    const Shape& sb = pair.second;
    CAPTURE(to_string(sa));
    CAPTURE(to_string(sb));
    const Variable a = random_leaf(sa, 1);
    const Variable b = random_leaf(sb, 2);
    const Variable y = a * b;
    const Variables g = grad(sum(square(y)), {a, b}, {.create_graph = true});
    REQUIRE(g[0].shape() == sa);
    REQUIRE(g[1].shape() == sb);
    // d sum (ab)^2 / da = sum over repeats of 2 a b^2
    const Variable wide = expand(a, y.shape()) * square(expand(b, y.shape())) * 2.0;
    CHECK(distance(g[0], sum_to(wide, sa)) <=
          tolerance::same_formula_float64 * (1 + std::sqrt(inner_product(g[0], g[0]))));
    const Variables h = grad(sum(g[0]) + sum(g[1]), {a, b});
    REQUIRE(h[0].shape() == sa);
    REQUIRE(h[1].shape() == sb);
    // d/da of sum(2 a b^2) + sum(2 a^2 b) = sum over repeats of 2 b^2 + 4 a b
    const Variable second = square(expand(b, y.shape())) * 2.0 + expand(a, y.shape()) * expand(b, y.shape()) * 4.0;
    CHECK(distance(h[0], sum_to(second, sa)) <=
          tolerance::same_formula_float64 * (1 + std::sqrt(inner_product(h[0], h[0]))));
  }
}

TEST_CASE("where broadcasts its condition too") {
  const Variable c = constant({1, 0}, {2, 1});
  const Variable a = leaf({1, 2, 3}, {3});
  const Variable b = leaf(5.0);
  const Variable y = where(c, a, b);
  CHECK(y.array().to_vector<double>() == std::vector<double>{1, 2, 3, 5, 5, 5});
  const Variables g = grad(sum(y * y), {a, b});
  CHECK(distance(g[0], constant({2, 4, 6}, {3})) == 0.0);
  CHECK(g[1].item() == 30.0);
}
