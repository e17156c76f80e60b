// SPDX-License-Identifier: BSD-3-Clause
// The pool: steady states, frees on other threads, statistics, and what survives an allocation that fails.
#include <cstdint>
#include <cstring>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/memory.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

/// A gradient penalty: second derivatives, matrix products, reductions, random draws; two parameters.
Variable penalty_step(const Variable& w, const Variable& b) {
  Generator generator(5);
  Variable x = normal({16, 8}, 0.0, 1.0, DType::float64, generator);
  x.requires_grad_();
  const Variable score = sum(tanh(matmul(x, w) + b));
  const Variable g = grad(score, x, {.create_graph = true});
  return mean(square(norm(g, {1}, false, 1e-12) - 1.0)) + mean(score);
}

std::vector<double> gradient_of_step(Variable& w, Variable& b) {
  w.zero_grad();
  b.zero_grad();
  penalty_step(w, b).backward();
  return concat({flatten(w.grad()), b.grad()}).array().to_vector<double>();
}

}  // namespace

TEST_CASE("blocks are aligned, distinct and writable at every size") {
  std::vector<std::pair<void*, std::size_t>> blocks;
  for (std::size_t bytes = 0; bytes < (std::size_t{1} << 23); bytes += 1 + bytes / 3) {
    void* p = memory::allocate(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(p) % 64 == 0);
    std::memset(p, static_cast<int>(blocks.size() % 251), bytes);
    blocks.emplace_back(p, bytes);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto* p = static_cast<const unsigned char*>(blocks[i].first);
    const std::size_t n = blocks[i].second;
    const auto mark = static_cast<unsigned char>(i % 251);
    CHECK((n == 0 || (p[0] == mark && p[n / 2] == mark && p[n - 1] == mark)));
  }
  for (const auto& [p, bytes] : blocks) memory::deallocate(p, bytes);
}

TEST_CASE("a long tape takes two cache lines an op") {
  constexpr std::int64_t n = 1000;
  const Variable x = full({1}, 0.5).requires_grad_();
  const std::int64_t before = memory::statistics().bytes_in_use;
  Variable y = x;
  for (std::int64_t i = 0; i < n; ++i) y = i % 2 == 0 ? y * 0.999 : y + 0.001;
  const std::int64_t of_handle = 256;
  CHECK(memory::statistics().bytes_in_use - before <= 128 * n + of_handle);
}

TEST_CASE("statistics count what is handed out") {
  const std::int64_t before = memory::statistics().bytes_in_use;
  {
    const Array small({10});
    const Array large({1 << 20}, DType::float64);
    const std::int64_t now = memory::statistics().bytes_in_use;
    CHECK(now - before >= 40 + (8 << 20));
    CHECK(now - before <= 2 * (8 << 20));
  }
  CHECK(memory::statistics().bytes_in_use == before);
}

TEST_CASE("a step in its steady state asks the system for nothing") {
  if (!memory::pooled()) return;
  Variable w = random_leaf({8, 4}, 1);
  Variable b = random_leaf({4}, 2);
  for (int i = 0; i < 3; ++i) gradient_of_step(w, b);
  const memory::Statistics before = memory::statistics();
  for (int i = 0; i < 50; ++i) gradient_of_step(w, b);
  const memory::Statistics after = memory::statistics();
  CHECK(after.system_requests == before.system_requests);
  CHECK(after.bytes_reserved == before.bytes_reserved);
  CHECK(after.bytes_in_use == before.bytes_in_use);
}

TEST_CASE("blocks freed on another thread are found again") {
  const auto hand_over = [] {
    std::vector<Array> made;
    std::thread([&] {
      for (int i = 0; i < 2000; ++i) made.push_back(Array::full({1 + i % 50}, i));
    }).join();
    for (int i = 0; i < 2000; ++i) REQUIRE(made[static_cast<std::size_t>(i)].data<float>()[0] == static_cast<float>(i));
    std::thread([&] { made.clear(); }).join();
  };
  const std::int64_t in_use = memory::statistics().bytes_in_use;
  for (int i = 0; i < 3; ++i) hand_over();
  CHECK(memory::statistics().bytes_in_use == in_use);
  if (!memory::pooled()) return;
  const std::int64_t requests = memory::statistics().system_requests;
  for (int i = 0; i < 10; ++i) hand_over();
  CHECK(memory::statistics().system_requests == requests);
}

TEST_CASE("trim gives large blocks back to the system") {
  if (!memory::pooled()) return;
  { const Array large({4 << 20}); }
  const std::int64_t before = memory::statistics().bytes_reserved;
  memory::trim();
  CHECK(memory::statistics().bytes_reserved <= before - (16 << 20));
}

TEST_CASE("sizes that cannot be are refused with bad_alloc") {
  CHECK_THROWS_AS(memory::allocate(std::size_t{1} << 60), std::bad_alloc);
  CHECK_THROWS_AS(Array(Shape{std::int64_t{1} << 60}), std::bad_alloc);
}

TEST_CASE("when any allocation of a step fails, nothing leaks, nothing changes, and the retry is bit-equal") {
  Variable w = random_leaf({8, 4}, 1);
  Variable b = random_leaf({4}, 2);
  const std::vector<double> expected = gradient_of_step(w, b);
  const Variable held = w.grad();  // so that the next sums need memory of their own
  const Variable held_too = b.grad();
  const std::int64_t nodes = detail::Node::live_count();
  const std::int64_t in_use = memory::statistics().bytes_in_use;

  int failures = 0;
  for (std::int64_t n = 1;; ++n) {
    memory::fail_allocation_after(n);
    bool failed = false;
    try {
      penalty_step(w, b).backward();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    memory::fail_allocation_after(0);
    if (!failed) break;
    ++failures;
    REQUIRE(w.grad().is_same(held));
    REQUIRE(b.grad().is_same(held_too));
    REQUIRE(concat({flatten(held), held_too}).array().to_vector<double>() == expected);
    REQUIRE(detail::Node::live_count() == nodes);
    REQUIRE(memory::statistics().bytes_in_use == in_use);
    if (n % 16 == 0) {  // the first allocation that fails may be any
      Variable w2 = random_leaf({8, 4}, 1);
      Variable b2 = random_leaf({4}, 2);
      REQUIRE(gradient_of_step(w2, b2) == expected);
    }
  }
  CHECK(failures > 50);
  CHECK(gradient_of_step(w, b) == expected);
}
