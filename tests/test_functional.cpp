// SPDX-License-Identifier: BSD-3-Clause
// Transforms agree with each other, with closed forms and with differences, and nest.
#include <cmath>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/functional.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/gradcheck.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;

namespace {

/// A small network with everything smooth in it, R^6 -> R^4.
Variable network(const Variable& x) {
  const Variable w1 = random_leaf({5, 6}, 11).detach() * 0.5;
  const Variable w2 = random_leaf({4, 5}, 12).detach() * 0.5;
  const Variable h = gelu(linear(x, w1)) + 0.1 * square(linear(x, w1));
  return log_softmax(linear(tanh(h), w2)) * softplus(linear(h, w2));
}
Variable energy(const Variable& x) { return sum(square(network(x))) + logsumexp(x, {}) * norm(x); }

}  // namespace

TEST_CASE("u' H v = v' H u") {
  const Variable x = random_leaf({6}, 1).detach();
  for (std::uint64_t seed = 20; seed < 25; ++seed) {
    const Variable u = random_leaf({6}, seed).detach();
    const Variable v = random_leaf({6}, seed + 100).detach();
    const double uhv = inner_product(u, hvp(energy, x, v).second);
    const double vhu = inner_product(v, hvp(energy, x, u).second);
    CHECK(std::abs(uhv - vhu) <= tolerance::hessian_symmetry * (1.0 + std::abs(uhv)));
  }
}

TEST_CASE("u' (J v) = (u' J) v") {
  const Variable x = random_leaf({6}, 1).detach();
  for (std::uint64_t seed = 20; seed < 25; ++seed) {
    const Variable u = random_leaf({4}, seed).detach();
    const Variable v = random_leaf({6}, seed + 100).detach();
    const auto [y1, jv] = jvp(network, x, v);
    const auto [y2, uj] = vjp(network, x, u);
    CHECK(distance(y1, y2) == 0.0);
    CHECK(std::abs(inner_product(u, jv) - inner_product(uj, v)) <=
          tolerance::modes_agree * (1.0 + std::abs(inner_product(u, jv))));
  }
}

TEST_CASE("a Hessian-vector product is the difference of gradients") {
  const Variable x = random_leaf({6}, 1).detach();
  const Variable v = random_leaf({6}, 2).detach();
  const auto gradient = value_and_grad(Function(energy));
  const double eps = 1e-5;
  const Variable difference = (gradient(x + v * eps).second - gradient(x - v * eps).second) / (2.0 * eps);
  const auto [value, product] = hvp(energy, x, v);
  CHECK(value.item() == energy(x).item());
  CHECK(distance(product, difference) <= tolerance::hvp_against_differences);
}

TEST_CASE("jacobians and Hessians have their closed forms") {
  const Variable x = constant({1, 2, 3}, {3});
  const Variable a = constant({1, 2, 3, 4, 5, 6}, {2, 3});
  CHECK(distance(jacobian([&](const Variable& v) { return linear(v, a); }, x), a) == 0.0);
  CHECK(distance(jacobian(Function([](const Variable& v) { return square(v); }), x),
                 constant({2, 0, 0, 0, 4, 0, 0, 0, 6}, {3, 3})) == 0.0);
  // prod = x y z: the Hessian holds the third variable off the diagonal.
  const auto product = [](const Variable& v) { return select(v, 0, 0) * select(v, 0, 1) * select(v, 0, 2); };
  CHECK(distance(hessian(product, x), constant({0, 3, 2, 3, 0, 1, 2, 1, 0}, {3, 3})) == 0.0);
  // softmax: diag(p) - p p'
  const Variable p = softmax(x);
  const Variable column = reshape(p, {3, 1});
  const Variable diagonal = constant({1, 0, 0, 0, 1, 0, 0, 0, 1}, {3, 3}) * p;
  CHECK(distance(jacobian(Function([](const Variable& v) { return softmax(v); }), x),
                 diagonal - matmul(column, column, false, true)) < tolerance::same_formula_float64);
}

TEST_CASE("a jacobian has the output's axes, then the input's") {
  const Variable x = random_leaf({2, 3}, 1).detach();
  const Variable j = jacobian(Function([](const Variable& v) { return transpose(v); }), x);
  CHECK(j.shape() == Shape{3, 2, 2, 3});
  CHECK(sum(j).item() == 6.0);
  CHECK(select(select(select(select(j, 0, 2), 0, 1), 0, 1), 0, 2).item() == 1.0);
  CHECK(jacobian(Function([](const Variable& v) { return sum(v); }), x).shape() == Shape{2, 3});
  CHECK(jacobian(Function([](const Variable& v) { return v; }), constant({}, {0})).shape() == Shape{0, 0});
  CHECK(hessian([](const Variable& v) { return sum(v * v * v); }, x).shape() == Shape{2, 3, 2, 3});

  const auto blocks = jacobian(
      [](const Variables& v) {
        return Variables{v[0] * v[1], sum(v[0])};
      },
      Variables{constant({1, 2}, {2}), constant({3}, {1})});
  REQUIRE(blocks.size() == 2);
  CHECK(distance(blocks[0][0], constant({3, 0, 0, 3}, {2, 2})) == 0.0);
  CHECK(distance(blocks[0][1], constant({1, 2}, {2, 1})) == 0.0);
  CHECK(distance(blocks[1][1], constant({0}, {1})) == 0.0);  // does not depend on it
}

TEST_CASE("transforms give constants where their input is one") {
  const Variable x = random_leaf({6}, 1).detach();
  const Variable v = random_leaf({6}, 2).detach();
  CHECK(!jvp(network, x, v).second.requires_grad());
  CHECK(!hvp(energy, x, v).second.requires_grad());
  CHECK(!hvp(energy, x, v).first.requires_grad());
  CHECK(!hessian(energy, x).requires_grad());
  CHECK(!value_and_grad(Function(energy))(x).second.requires_grad());
  {
    const NoGradGuard off;
    const Variable live = random_leaf({6}, 1);
    CHECK(!hvp(energy, live, v).second.requires_grad());
    CHECK(distance(hvp(energy, live, v).second, hvp(energy, x, v).second) == 0.0);
  }
  CHECK(distance(jvp([](const Variable&) { return ones({2}, DType::float64); }, x, v).second, constant({0, 0}, {2})) ==
        0.0);
}

TEST_CASE("transforms nest") {
  const NodesComeBack check;
  const auto cube = [](const Variable& x) { return sum(x * x * x); };
  const Variable x = leaf({1, 2}, {2});
  const Variable v = leaf({3, 5}, {2});

  // grad of a jvp: cube's jvp is 3 x^2 . v
  const Variable t = jvp(cube, x, v).second;
  CHECK(t.item() == 3 * 3.0 + 12 * 5.0);
  const Variables g = grad(t, Variables{x, v});
  CHECK(distance(g[0], constant({6 * 1 * 3, 6 * 2 * 5}, {2})) == 0.0);
  CHECK(distance(g[1], constant({3, 12}, {2})) == 0.0);

  // grad of v' H v = 6 x v^2
  const Variable quadratic = sum(hvp(cube, x, v).second * v);
  const Variables h = grad(quadratic, Variables{x, v});
  CHECK(distance(h[0], constant({54, 150}, {2})) == 0.0);
  CHECK(distance(h[1], constant({12 * 1 * 3, 12 * 2 * 5}, {2})) == 0.0);

  // jacobian of a gradient is the Hessian; grad of the Hessian's trace
  const auto gradient = [&](const Variable& y) { return value_and_grad(Function(cube))(y).second; };
  CHECK(distance(jacobian(gradient, x), hessian(cube, x)) == 0.0);
  CHECK(distance(grad(sum(hessian(cube, x)), x), constant({6, 6}, {2})) == 0.0);

  // jvp of a jvp: second directional derivative 6 x v^2
  const Variable c = v.detach();
  const Variable twice = jvp([&](const Variable& y) { return jvp(cube, y, c).second; }, x.detach(), c).second;
  CHECK(twice.item() == 6 * 9.0 + 12 * 25.0);
  // and a vjp inside a hessian: a fourth derivative along the way
  const auto inner = [&](const Variable& y) {
    return sum(vjp(Function([](const Variable& z) { return z * z * z * z; }), y, c).second);
  };
  CHECK(distance(hessian(inner, x.detach()), constant({24 * 1 * 3, 0, 0, 24 * 2 * 5}, {2, 2})) == 0.0);
}

TEST_CASE("outer parameters that a transform's function captures get gradients") {
  const Variable w = leaf({2, 3}, {2});
  const Variable x = leaf({1, 1}, {2});
  const Variable v = constant({1, 0}, {2});
  const auto f = [&](const Variable& y) { return sum(w * y * y); };
  const Variable product = sum(hvp(f, x, v).second);  // 2 w_0
  CHECK(product.item() == 4.0);
  CHECK(distance(grad(product, w), constant({2, 0}, {2})) == 0.0);
  // The inputs are constants, the captured parameter is not.
  const Variable penalty = sum(value_and_grad(Function(f))(x.detach()).second);
  CHECK(penalty.requires_grad());
  CHECK(distance(grad(penalty, w), constant({2, 2}, {2})) == 0.0);
}

TEST_CASE("gradcheck takes functions that differentiate inside") {
  const auto inner_gradient = [](const Variables& x) { return value_and_grad(Function(energy))(x[0]).second; };
  CHECK(gradcheck(std::function<Variable(const Variables&)>(inner_gradient), {random_leaf({6}, 1)}, {.order = 2})
            .message == "");
}

TEST_CASE("transforms refuse vectors that do not fit") {
  const Variable x = random_leaf({6}, 1).detach();
  CHECK_THROWS_WITH_AS(jvp(network, x, ones({5}, DType::float64)), Contains("[jvp] vector 0 has shape (5,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(vjp(network, x, ones({5}, DType::float64)), Contains("[vjp] vector 0 has shape (5,)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(hvp(network, x, x), Contains("[hvp] f must give one element"), ShapeError);
  CHECK_THROWS_WITH_AS(hessian(network, x), Contains("[hessian] f must give one element"), ShapeError);
  CHECK_THROWS_WITH_AS(value_and_grad(Function(network))(x), Contains("[value_and_grad]"), ShapeError);
  CHECK_THROWS_WITH_AS(vjp([](const Variables& v) { return v; }, Variables{x}, Variables{}),
                       Contains("[vjp] 0 vectors given for 1 outputs"), ShapeError);
}
