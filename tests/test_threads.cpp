// SPDX-License-Identifier: BSD-3-Clause
// Threads that build and differentiate graphs on shared parameters do not disturb each other.
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/anomaly.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

/// The gradient for the shared parameters of a loss with a gradient penalty on thread-own inputs.
Variables gradients(const Variables& parameters, std::uint64_t seed) {
  const Variable x = random_leaf({16, 8}, seed);
  const Variable score = sum(matmul(tanh(linear(x, parameters[0], parameters[1])), parameters[2]));
  const Variable g = grad(score, x, {.create_graph = true});
  return grad(score + mean(square(norm(g, {1}, false, 1e-12) - 1.0)), parameters);
}

void on_threads(int n, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) threads.emplace_back(body, i);
  for (std::thread& t : threads) t.join();
}

}  // namespace

TEST_CASE("two threads differentiate graphs that share parameters") {
  const NodesComeBack check;
  const Variables parameters = {random_leaf({8, 8}, 1), random_leaf({8}, 2), random_leaf({8, 1}, 3)};
  std::vector<Variables> expected;
  for (std::uint64_t i = 0; i < 2; ++i) expected.push_back(gradients(parameters, 10 + i));
  std::atomic<int> wrong{0};
  on_threads(2, [&](int i) {
    for (int step = 0; step < 100; ++step) {
      const Variables g = gradients(parameters, 10 + static_cast<std::uint64_t>(i));
      for (std::size_t k = 0; k < g.size(); ++k) {
        if (distance(g[k], expected[static_cast<std::size_t>(i)][k]) != 0.0) ++wrong;
      }
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("a graph made on one thread is differentiated on another and freed on a third") {
  const NodesComeBack check;
  const Variable x = leaf({1, 2}, {2});
  Variable y;
  Variable g;
  std::thread([&] { y = sum(x * x * x); }).join();
  std::thread([&] { g = grad(y, x, {.create_graph = true}); }).join();
  CHECK(g.array().to_vector<double>() == std::vector<double>{3, 12});
  std::thread([&] { y = Variable(), g = Variable(); }).join();
}

TEST_CASE("modes of one thread are not seen by the others") {
  std::atomic<int> wrong{0};
  on_threads(2, [&](int i) {
    const GradModeGuard mode(i == 0);
    const DetectAnomalyGuard anomaly(i == 1);
    const Variable x = leaf({0, 1}, {2});
    for (int step = 0; step < 200; ++step) {
      if (square(x).requires_grad() != (i == 0)) ++wrong;
      try {
        log(x);
        if (i == 1) ++wrong;
      } catch (const AnomalyError&) {
        if (i == 0) ++wrong;
      }
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("each thread trains its own parameters") {
  std::vector<double> results(3);
  on_threads(3, [&](int i) {
    Variable w = leaf(1.0 + i);
    for (int step = 0; step < 50; ++step) {
      w.zero_grad();
      square(w - 5.0).backward();
      w.set_array((w.detach() - 0.25 * w.grad()).array());  // halves the distance to 5
    }
    results[static_cast<std::size_t>(i)] = w.item();
  });
  for (const double w : results) CHECK(w == doctest::Approx(5.0));
}
