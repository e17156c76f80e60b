// SPDX-License-Identifier: BSD-3-Clause
// Ten thousand steps of a gradient penalty: no node stays, resident memory stays flat.
#include <unistd.h>

#include <cstdint>
#include <fstream>

#include <doctest/doctest.h>

#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/memory.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

std::int64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  statm >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// One step on the critic of WGAN-GP: the penalty's gradient for the weights goes through create_graph.
void penalty_step(Variable& w1, Variable& w2) {
  Variable x = normal({8, 4}, 0.0, 1.0, DType::float64);
  x.requires_grad_();
  const Variable score = sum(matmul(leaky_relu(matmul(x, w1), 0.2), w2));
  const Variable g = grad(score, x, {.create_graph = true});
  const Variable penalty = mean(square(norm(g, {1}, false, 1e-12) - 1.0));
  w1.zero_grad();
  w2.zero_grad();
  (score + 10.0 * penalty).backward();
}

}  // namespace

TEST_CASE("10,000 penalty steps leave no node and no memory behind") {
  Variable w1 = random_leaf({4, 8}, 1);
  Variable w2 = random_leaf({8, 1}, 2);
  for (int i = 0; i < 500; ++i) penalty_step(w1, w2);
  const std::int64_t nodes = detail::Node::live_count();
  const std::int64_t in_use = memory::statistics().bytes_in_use;
  const std::int64_t resident = resident_bytes();
  for (int i = 0; i < 10'000; ++i) penalty_step(w1, w2);
  CHECK(detail::Node::live_count() == nodes);
  CHECK(memory::statistics().bytes_in_use == in_use);
  if (memory::pooled()) CHECK(resident_bytes() - resident <= 1 << 20);  // a memory checker delays frees
}

TEST_CASE("no graph holds itself: gradients of gradients, kept or dropped in any order") {
  const NodesComeBack check;
  Variable x = leaf({1, 2}, {2});
  Variable kept;
  {
    const Variable y = sum(exp(x) * sqrt(square(x) + 1.0) / (x + 3.0) + softmax(x) * norm(x) + tanh(x) * sigmoid(x));
    const Variable g = grad(y, x, {.create_graph = true});
    const Variable h = grad(sum(square(g)), x, {.create_graph = true});
    kept = grad(sum(h * g), x, {.create_graph = true});
  }
  CHECK(kept.requires_grad());
  kept = Variable();
}

TEST_CASE("a stored gradient that remembers its graph goes with zero_grad") {
  const NodesComeBack check;
  Variable x = leaf({1, 2}, {2});
  backward(sum(exp(x)), {.create_graph = true});
  CHECK(x.grad().requires_grad());
  x.zero_grad();
}

TEST_CASE("stored gradients with history go with the last handle to their leaf") {
  const NodesComeBack check;
  for (int i = 0; i < 3; ++i) {
    const Variable x = leaf({1, 2}, {2});
    backward(sum(x * x * x), {.create_graph = true});
    CHECK(x.grad().requires_grad());
  }
  Variable y;  // outlives its leaf, and so does the sweep that would store a gradient there
  {
    const Variable x = leaf({1, 2}, {2});
    y = sum(x * x * x);
  }
  backward(y, {.create_graph = true});
  y = Variable();
  {  // each one's gradient reaches the other
    const Variable a = leaf({1, 2}, {2}), b = leaf({3, 4}, {2});
    backward(sum(a * a * b * b), {.create_graph = true});
    CHECK(grad(sum(a.grad()), b, {.retain_graph = true}).array().data<double>()[0] == 12);  // 4 a b
  }
  {
    const Variable x = leaf({1, 2}, {2});
    Variable set = x;
    set.set_grad(square(x));
  }
  {  // the leaf is given up while a graph still knows it
    Variable x = leaf({1, 2}, {2});
    const Variable z = sum(square(x));
    backward(z, {.create_graph = true});
    x.requires_grad_(false);
    CHECK(!x.grad().defined());
  }
}

TEST_CASE("a gradient stored with history serves a second backward as long as its leaf is held") {
  const Variable x = leaf({2}, {1});
  backward(sum(x * x * x), {.create_graph = true});
  const Variable first = x.grad();  // 3 x^2
  CHECK(first.item() == 12);
  CHECK(grad(sum(first), x).item() == 12);  // 6 x
}

TEST_CASE("a gradient that is a leaf's own handle becomes one of its own") {
  const NodesComeBack check;
  const Variable y = leaf({1, 2}, {2});
  backward({reshape(y, {2})}, {y}, {.create_graph = true});  // the rule hands the cotangent on
  CHECK(y.grad().requires_grad());
  CHECK(!y.grad().is_same(y));
  Variable a = leaf({1, 2}, {2}), b = leaf({3, 4}, {2});
  a.set_grad(b);
  b.set_grad(a);
  a.set_grad(a);
  Variable seed = constant({1, 1}, {2});
  const Variable z = leaf({1, 2}, {2});
  backward({reshape(z, {2})}, {seed});
  seed.set_array(Array::from<double>({5, 5}, {2}));
  CHECK(z.grad().array().data<double>()[0] == 1.0);
}

TEST_CASE("a hook that holds its own Variable is refused") {
  const NodesComeBack check;
  Variable x = leaf({1, 2}, {2});
  Variable y = square(x);
  CHECK_THROWS_WITH_AS(x.register_hook([x](const Variable& g) { return g * x.detach(); }),
                       doctest::Contains("[register_hook] the hook holds the very Variable"), GraphError);
  CHECK_THROWS_AS(y.register_hook([y](const Variable&) { return Variable(); }), GraphError);
  x.register_hook([&x](const Variable& g) { return g * x.detach(); });
  y.register_hook([value = y.detach(), x](const Variable& g) { return g + value * 0.0 + x.detach() * 0.0; });
  CHECK(grad(sum(y), x).array().data<double>()[1] == 8.0);
}

TEST_CASE("graphs that custom functions, hooks and gradients keep are freed") {
  const NodesComeBack check;
  for (int i = 0; i < 3; ++i) {
    const Variable x = leaf({1, 2}, {2});
    const Variable scale = leaf({3, 4}, {2});
    const CustomFunction twice{
        .name = "twice",
        .forward =
            [](const Variables& in) {
              return Variables{in[0] * 2.0, in[0]};
            },
        .rule = [](const CustomContext& ctx,
                   const Variables& g) { return Variables{g[0] * 2.0 + g[1] + ctx.output(1) * 0.0}; }};
    const Variables y = apply(twice, {x * scale});
    Variable seen;
    Variable(y[0]).register_hook([&seen](const Variable& g) { return seen = g, Variable(); });
    backward(sum(square(y[0]) * y[1]), {.create_graph = true});
    CHECK(x.grad().requires_grad());
    CHECK(seen.requires_grad());
    Variable stored = x;
    stored.set_grad(square(x.grad()) * seen);
  }
}
