// SPDX-License-Identifier: BSD-3-Clause
// Gradient hooks, and sweeps that throw half-way: gradients unchanged, nothing leaked, the next step right.
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/memory.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;

TEST_CASE("a hook sees the complete gradient, once") {
  const NodesComeBack check;
  Variable x = leaf({1, 2}, {2});
  Variable h = square(x);
  std::vector<double> seen;
  h.register_hook([&](const Variable& g) {
    for (const double v : g.array().to_vector<double>()) seen.push_back(v);
    return Variable();
  });
  sum(h * 3.0 + h * 4.0).backward();
  CHECK(seen == std::vector<double>{7, 7});
  CHECK(x.grad().array().to_vector<double>() == std::vector<double>{14, 28});
}

TEST_CASE("what a hook returns takes the gradient's place") {
  Variable x = leaf({1, 2}, {2});
  Variable h = square(x);
  h.register_hook([](const Variable& g) { return g * 10.0; });
  h.register_hook([](const Variable& g) { return g + 1.0; });  // after the first
  sum(h).backward();
  CHECK(x.grad().array().to_vector<double>() == std::vector<double>{22, 44});

  x.zero_grad();
  x.register_hook([](const Variable& g) { return -g; });
  sum(square(x)).backward();
  CHECK(x.grad().array().to_vector<double>() == std::vector<double>{-2, -4});
  CHECK(grad(sum(x), x).array().to_vector<double>() == std::vector<double>{-1, -1});
}

TEST_CASE("a hook's result is differentiated under create_graph") {
  const Variable x = leaf(3.0);
  Variable h = x * x;
  h.register_hook([](const Variable& g) { return g * g * 2.0; });
  const Variable w = leaf(5.0);
  const Variable g = grad(h * w, x, {.create_graph = true});  // 2 w^2 * 2 x
  CHECK(g.item() == 300.0);
  CHECK(grad(g, w, {.retain_graph = true}).item() == 120.0);  // 8 w x
}

TEST_CASE("hooks are removed by their handle, also by themselves") {
  Variable x = leaf(1.0);
  int first = 0;
  int second = 0;
  const std::size_t a = x.register_hook([&](const Variable&) { return ++first, Variable(); });
  std::size_t b = 0;
  b = x.register_hook([&](const Variable&) {
    ++second;
    x.remove_hook(b);
    return Variable();
  });
  (x * 2.0).backward();
  x.remove_hook(a);
  (x * 2.0).backward();
  CHECK(first == 1);
  CHECK(second == 1);
  Variable c = constant({1}, {1});
  CHECK_THROWS_WITH_AS(c.register_hook([](const Variable& g) { return g; }), Contains("requires no gradient"),
                       GraphError);
}

TEST_CASE("a handle never names a later hook") {
  Variable x = leaf(1.0);
  const std::size_t a = x.register_hook([](const Variable&) { return Variable(); });
  x.remove_hook(a);
  int calls = 0;
  x.register_hook([&](const Variable&) { return ++calls, Variable(); });
  x.remove_hook(a);  // long gone
  (x * 2.0).backward();
  CHECK(calls == 1);
}

TEST_CASE("a hook that changes shape or dtype is refused") {
  Variable x = leaf({1, 2}, {2});
  Variable h = square(x);
  h.register_hook([](const Variable& g) { return sum(g); });
  CHECK_THROWS_WITH_AS(sum(h).backward(), Contains("[hook] a gradient of float64(2,) was replaced by one of float64()"),
                       GraphError);
  CHECK(!x.grad().defined());
}

TEST_CASE("a throw at the k-th op of a sweep changes no gradient, leaks nothing, and the next step is right") {
  Variable w = random_leaf({6, 6}, 1);
  Variable x = random_leaf({6, 6}, 2);
  constexpr int layers = 8;
  int countdown = 0;
  const auto throws_at_zero = [&](const Variable&) -> Variable {
    if (--countdown == 0) throw std::runtime_error("stop here");
    return {};
  };
  const auto loss = [&] {
    Variable h = x;
    for (int i = 0; i < layers; ++i) {
      h = tanh(matmul(h, w));
      h.register_hook(throws_at_zero);
    }
    return sum(square(h));
  };
  const auto step = [&](bool second_order) {
    if (!second_order) return loss().backward();
    const Variable g = grad(loss(), x, {.create_graph = true});
    sum(square(g)).backward();
  };
  for (const bool second_order : {false, true}) {
    CAPTURE(second_order);
    w.zero_grad();
    x.zero_grad();
    countdown = 0;
    step(second_order);
    const Variable held = w.grad();
    const auto expected = held.array().to_vector<double>();
    const std::int64_t nodes = detail::Node::live_count();
    const std::int64_t bytes = memory::statistics().bytes_in_use;
    int k = 1;
    for (;; ++k) {
      countdown = k;
      bool stopped = false;
      try {
        step(second_order);
      } catch (const std::runtime_error& e) {
        stopped = true;
        REQUIRE(std::string(e.what()) == "stop here");
      }
      if (!stopped) break;
      REQUIRE(w.grad().is_same(held));
      REQUIRE(held.array().to_vector<double>() == expected);
      REQUIRE(detail::Node::live_count() == nodes);
      REQUIRE(memory::statistics().bytes_in_use == bytes);
      REQUIRE(grad_enabled());
    }
    CHECK(k > layers);
    w.zero_grad();
    countdown = 0;
    step(second_order);
    CHECK(w.grad().array().to_vector<double>() == expected);
  }
}

TEST_CASE("a rule and a forward that throw leave no trace") {
  const NodesComeBack check;
  Variable x = leaf({1, 2}, {2});
  const CustomFunction bad_rule{
      "bad_rule", [](const Variables& in) { return Variables{square(in[0])}; },
      [](const CustomContext&, const Variables&) -> Variables { throw std::logic_error("bad rule"); }};
  const CustomFunction bad_forward{"bad_forward",
                                   [](const Variables&) -> Variables { throw std::logic_error("bad forward"); },
                                   [](const CustomContext&, const Variables& g) { return g; }};
  CHECK_THROWS_WITH_AS((sum(apply(bad_rule, {x})[0]) + sum(square(x))).backward(), "bad rule", std::logic_error);
  CHECK_THROWS_WITH_AS(apply(bad_forward, {x}), "bad forward", std::logic_error);
  CHECK(grad_enabled());
  CHECK(!x.grad().defined());
  sum(square(x)).backward();
  CHECK(x.grad().array().to_vector<double>() == std::vector<double>{2, 4});
}
