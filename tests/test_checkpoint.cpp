// SPDX-License-Identifier: BSD-3-Clause
// checkpoint gives what the plain computation gives, at orders 1 and 2, and holds less memory.
#include <algorithm>
#include <cstdint>

#include <doctest/doctest.h>

#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/functional.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/memory.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;

namespace {

using Block = std::function<Variable(const Variable&)>;

/// Value, gradients, and gradients of the squared gradient norm, of f at inputs.
Variables two_orders(const std::function<Variable()>& f, const Variables& inputs) {
  const Variable y = f();
  const Variables first = grad(sum(square(y)), inputs, {.create_graph = true});
  Variable norm2 = zeros({}, DType::float64);
  for (const Variable& g : first) norm2 += sum(square(g));
  Variables all = {y.detach()};
  for (const Variable& g : first) all.push_back(g.detach());
  for (const Variable& g : grad(norm2, inputs)) all.push_back(g);
  return all;
}

void check_alike(const Variables& a, const Variables& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    CHECK(distance(a[i], b[i]) <= tolerance::same_formula_float64 * (1.0 + std::sqrt(inner_product(b[i], b[i]))));
  }
}

}  // namespace

TEST_CASE("checkpoint equals the plain computation at orders 1 and 2, captured parameters included") {
  const NodesComeBack check;
  const Variable x = random_leaf({3, 4}, 1);
  const Variable w = random_leaf({4, 4}, 2);
  const Variable b = random_leaf({4}, 3);
  const Block layer = [&](const Variable& v) { return tanh(matmul(v, w) + b) * v; };
  const Variables inputs = {x, w, b};
  const auto plain = two_orders([&] { return layer(layer(sin(x))); }, inputs);
  check_alike(two_orders([&] { return layer(checkpoint(layer, sin(x))); }, inputs), plain);
  check_alike(two_orders([&] { return checkpoint(layer, checkpoint(layer, sin(x))); }, inputs), plain);
  check_alike(
      two_orders([&] { return checkpoint(Block([&](const Variable& v) { return layer(layer(sin(v))); }), x); }, inputs),
      plain);
}

TEST_CASE("checkpoints nest") {
  const NodesComeBack check;
  const Variable x = random_leaf({3, 4}, 1);
  const Variable w = random_leaf({4, 4}, 2);
  const Block layer = [&](const Variable& v) { return gelu(matmul(v, w)); };
  const Block inner = [&](const Variable& v) { return checkpoint(layer, layer(v)) + v; };
  const auto plain = two_orders([&] { return layer(layer(layer(x))) + layer(x); }, {x, w});
  const auto nested = two_orders([&] { return checkpoint(inner, layer(x)); }, {x, w});
  check_alike(nested, plain);
}

TEST_CASE("random numbers are drawn again alike, and the stream goes on as if drawn once") {
  const Variable x = random_leaf({8, 8}, 1);
  const Block dropout = [](const Variable& v) {
    const Variable kept = v * bernoulli(v.shape(), 0.5, v.dtype());
    return kept * exp(normal(v.shape(), 0.0, 1.0, v.dtype()));
  };
  manual_seed(7);
  const auto plain = two_orders([&] { return dropout(dropout(x)); }, {x});
  const double after_plain = uniform({}).item();
  manual_seed(7);
  const auto again = two_orders([&] { return checkpoint(dropout, checkpoint(dropout, x)); }, {x});
  const double after_checkpoint = uniform({}).item();
  check_alike(again, plain);
  CHECK(after_checkpoint == after_plain);
}

TEST_CASE("several inputs and outputs, some of them constants or unused") {
  const Variable a = random_leaf({3}, 1);
  const Variable c = random_leaf({3}, 2).detach();
  const auto f = [](const Variables& v) { return Variables{v[0] * v[1], argmax(v[0]), exp(v[0])}; };
  const Variables y = checkpoint(f, {a, c});
  CHECK(y[1].dtype() == DType::int64);
  CHECK(!y[1].requires_grad());
  CHECK(distance(grad(sum(y[0]), a, {.retain_graph = true}), c) == 0.0);
  CHECK(distance(grad(sum(y[2]), a), exp(a)) == 0.0);
  CHECK(!checkpoint(f, {c, c})[0].requires_grad());
  const NoGradGuard off;
  CHECK(!checkpoint(f, {a, c})[0].requires_grad());
}

TEST_CASE("checkpoint under gradcheck and inside transforms") {
  const Variable w = random_leaf({4, 4}, 2);
  const auto f = [](const Variables& x) {
    const Variable weight = x[1];
    return checkpoint(Block([weight](const Variable& v) { return tanh(matmul(v, weight)); }), x[0]);
  };
  CHECK(gradcheck(std::function<Variable(const Variables&)>(f), {random_leaf({2, 4}, 1), w}, {.order = 2}).message ==
        "");
  const Block layer = [&](const Variable& v) { return sum(square(tanh(matmul(v, w)))); };
  const Variable x = random_leaf({2, 4}, 1).detach();
  const Variable v = random_leaf({2, 4}, 5).detach();
  CHECK(distance(hvp([&](const Variable& y) { return checkpoint(layer, y); }, x, v).second, hvp(layer, x, v).second) <
        tolerance::same_formula_float64);
}

TEST_CASE("a captured parameter that was updated since is noticed: running again would be another function") {
  const NodesComeBack check;
  const Variable x = random_leaf({2, 4}, 1);
  Variable w = random_leaf({4, 4}, 2);
  const Block layer = [w](const Variable& v) { return tanh(matmul(v, w)); };
  const Variable y = sum(checkpoint(layer, x));
  w.mutable_array().mutable_data<double>()[0] += 1.0;
  CHECK_THROWS_WITH_AS(grad(y, x), Contains("[checkpoint] a captured Variable of shape (4, 4) was changed"),
                       GraphError);
  // Passed as an input it keeps its value.
  const auto with_weight = [](const Variables& v) { return Variables{tanh(matmul(v[0], v[1]))}; };
  const Variable expected = grad(sum(layer(x)), x);
  const Variable z = sum(checkpoint(with_weight, {x, w})[0]);
  w.mutable_array().mutable_data<double>()[0] += 1.0;
  CHECK(distance(grad(z, x), expected) == 0.0);
}

TEST_CASE("a checkpoint is freed like any op") {
  const Variable x = random_leaf({2, 4}, 1);
  const Variable y = sum(checkpoint(Block([](const Variable& v) { return exp(v); }), x));
  grad(y, x);
  CHECK_THROWS_WITH_AS(grad(y, x), Contains("[checkpoint] its inputs were freed by an earlier sweep"), GraphError);
}

TEST_CASE("less memory is held between forward and backward") {
  const Variable x = random_leaf({100, 100}, 1);
  const Block deep = [](const Variable& v) {
    Variable h = v;
    for (int i = 0; i < 20; ++i) h = sin(h);
    return h;
  };
  const auto held = [&](const std::function<Variable()>& f) {
    const std::int64_t before = memory::statistics().bytes_in_use;
    const Variable y = f();
    return memory::statistics().bytes_in_use - before;
  };
  const std::int64_t one = 100 * 100 * 8;
  CHECK(held([&] { return deep(x); }) >= 20 * one);
  CHECK(held([&] { return checkpoint(deep, x); }) < 2 * one);
}
