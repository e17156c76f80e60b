// SPDX-License-Identifier: BSD-3-Clause
// Orders with ties and NaN, scans that neither overflow early nor lose digits, and derivatives at the awkward points.
#include <doctest/doctest.h>

#include <limits>

#include <xgrad/autograd/engine.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
using Indices = std::vector<std::int64_t>;

Indices numbers(const Variable& x) { return x.array().to_vector<std::int64_t>(); }

}  // namespace

TEST_CASE("equal elements keep their order both ways") {
  const Variable x = constant({2, 1, 2, 1, 2}, {5});
  CHECK(numbers(argsort(x)) == Indices{1, 3, 0, 2, 4});
  CHECK(numbers(argsort(x, 0, true)) == Indices{0, 2, 4, 1, 3});
  CHECK(numbers(topk(x, 2).indices) == Indices{0, 2});
  CHECK(numbers(topk(x, 3, 0, false).indices) == Indices{1, 3, 0});
  CHECK(numbers(argsort(constant({0.0, -0.0, 0.0}, {3}))) == Indices{0, 1, 2});
}

TEST_CASE("a NaN is larger than every number") {
  const Variable x = constant({1, not_a_number, std::numeric_limits<double>::infinity(), not_a_number, 0}, {5});
  CHECK(numbers(argsort(x)) == Indices{4, 0, 2, 1, 3});
  CHECK(numbers(argsort(x, 0, true)) == Indices{1, 3, 2, 0, 4});
  CHECK(numbers(topk(x, 1).indices) == Indices{1});
  CHECK(argmax(x).item<std::int64_t>() == 1);
}

TEST_CASE("long slices are sorted along any axis") {
  const Variable x = random_leaf({3, 1000, 2}, 1).detach();
  const auto [values, indices] = sort(x, 1);
  CHECK(distance(gather(x, 1, indices), values) == 0.0);
  CHECK(min(slice(values, 1, 1) - slice(values, 1, 0, 999)).item() >= 0.0);
  CHECK(numbers(sum(indices, {1})) == Indices(6, 999 * 1000 / 2));
  CHECK(distance(topk(x, 10, 1).values, slice(sort(x, 1, true).values, 1, 0, 10)) == 0.0);
  CHECK(numbers(argmax(x, 1)) == numbers(select(argsort(x, 1, true), 1, 0)));
}

TEST_CASE("a float32 running sum is exact to its last bit") {
  // 2^24 + 1 + 1 + ...: summed in float32 it would stand still.
  Array x = Array::full({1001}, 1.0);
  x.mutable_data<float>()[0] = 16777216.0F;
  CHECK(cumsum(Variable(x), 0).array().data<float>()[1000] == 16777216.0F + 1000.0F);
  CHECK(cumsum(Variable(x), 0, true).array().data<float>()[0] == 16777216.0F + 1000.0F);
}

TEST_CASE("a product's intermediate values may leave float32") {
  const Variable x(Array::from<float>({1e30F, 1e30F, 1e-30F, 1e-30F}, {4}));
  CHECK(std::abs(prod(x).item() - 1.0) <= tolerance::pytorch_float32);
}

TEST_CASE("derivatives of a product with zeros, in closed form") {
  // p = abc: dp/da = bc, d2p/dadb = c.
  const Variable x = leaf({0, 3, 0}, {3});
  const Variable g = grad(prod(x), x, {.create_graph = true});
  CHECK(g.array().to_vector<double>() == std::vector<double>{0, 0, 0});
  CHECK(grad(select(g, 0, 0), x, {.retain_graph = true}).array().to_vector<double>() == std::vector<double>{0, 0, 3});
  CHECK(grad(select(g, 0, 2), x).array().to_vector<double>() == std::vector<double>{3, 0, 0});
}

TEST_CASE("a standard deviation of zero has the gradient zero") {
  const Variable x = leaf({2, 2, 2, 1, 2, 3}, {2, 3});
  const auto g = grad(sum(stddev(x, {1})), x).array().to_vector<double>();
  CHECK(std::vector<double>(g.begin(), g.begin() + 3) == std::vector<double>{0, 0, 0});
  CHECK(std::abs(g[3] + 0.5) <= tolerance::same_formula_float64);
  CHECK(std::abs(g[5] - 0.5) <= tolerance::same_formula_float64);
}

TEST_CASE("scans and sorts take int64") {
  const Variable x = tensor(Indices{3, -1, 2}, {3});
  CHECK(numbers(cumsum(x, 0)) == Indices{3, 2, 4});
  CHECK(numbers(cumprod(x, 0)) == Indices{3, -3, -6});
  CHECK(prod(x).item<std::int64_t>() == -6);
  CHECK(numbers(sort(x).values) == Indices{-1, 2, 3});
  CHECK(numbers(roll(flip(x), 1, 0)) == Indices{3, 2, -1});
  CHECK(numbers(outer(x, x)) == Indices{9, -3, 6, -3, 1, -2, 6, -2, 4});
  CHECK(trace(diag(x)).item<std::int64_t>() == 4);
}
