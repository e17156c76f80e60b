// SPDX-License-Identifier: BSD-3-Clause
// A chain of a million ops is built, differentiated, differentiated again and freed on a stack of 1 MiB.
#include <pthread.h>

#include <cmath>
#include <exception>
#include <functional>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/graphviz.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Approx;

namespace {

/// Runs `body` on a thread whose stack is 1 MiB; a deeper recursion would end the program.
void on_small_stack(const std::function<void()>& body) {
  struct Call {
    const std::function<void()>& body;
    std::exception_ptr error;
  } call{body, nullptr};
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 1 << 20) == 0);
  pthread_t thread{};
  const auto run = [](void* p) -> void* {
    auto& c = *static_cast<Call*>(p);
    try {
      c.body();
    } catch (...) {
      c.error = std::current_exception();
    }
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &call) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  if (call.error) std::rethrow_exception(call.error);
}

constexpr int million = 1'000'000;

}  // namespace

TEST_CASE("a chain of a million ops, first order") {
  const NodesComeBack check;
  double slope = 0.0;
  std::int64_t nodes = 0;
  on_small_stack([&] {
    const Variable x = leaf(1.0);
    {
      Variable y = x;
      for (int i = 0; i < million; ++i) y = y * (1.0 + 1e-6);
      nodes = detail::Node::live_count();
      slope = grad(y, x).item();
    }  // freed here
  });
  CHECK(nodes >= million);
  CHECK(slope == Approx(std::exp(1e6 * std::log1p(1e-6))).epsilon(1e-9));
}

TEST_CASE("a chain of half a million ops, under create_graph and differentiated again") {
  const NodesComeBack check;
  double first = 0.0;
  double second = 0.0;
  std::int64_t nodes = 0;
  on_small_stack([&] {
    // y_{n+1} = y_n + c y_n^2: every derivative of it matters.
    const Variable x = leaf(0.5);
    const double c = 1e-6;
    const int n = million / 4;  // two nodes a round
    Variable y = x;
    for (int i = 0; i < n; ++i) y = y + square(y) * c;
    const Variable g = grad(y, x, {.create_graph = true});
    nodes = detail::Node::live_count();
    first = g.item();
    second = grad(g, x).item();
  });
  // The same recursion, carried forward by hand.
  double y = 0.5, d = 1.0, dd = 0.0;
  for (int i = 0; i < million / 4; ++i) {
    dd = dd * (1 + 2e-6 * y) + 2e-6 * d * d;
    d = d * (1 + 2e-6 * y);
    y = y + 1e-6 * y * y;
  }
  CHECK(nodes >= million);
  CHECK(first == Approx(d).epsilon(1e-9));
  CHECK(second == Approx(dd).epsilon(1e-9));
}

TEST_CASE("a wide and deep graph is freed from either end, and drawn, without recursion") {
  const NodesComeBack check;
  on_small_stack([] {
    Variable y = leaf(1.0);
    for (int i = 0; i < 20'000; ++i) y = y + y;
    CHECK(to_dot(y).size() > 20'000);
    y = Variable();
  });
}
