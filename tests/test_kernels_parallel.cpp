// SPDX-License-Identifier: BSD-3-Clause
// The thread pool: every index once, exceptions, nesting, two callers at a time.
#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

#include <xgrad/autograd/error.h>

#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;
using xgrad::detail::parallel_for;

TEST_CASE("parallel_for visits every index once, in chunks that do not depend on the threads") {
  with_each_thread_count([] {
    for (const auto& [n, grain] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {0, 1}, {1, 1}, {5, 10}, {100, 7}, {10000, 1}, {1 << 20, 1000}, {-3, 4}}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(std::max<std::int64_t>(n, 0)));
      parallel_for(n, grain, [&, n = n, grain = grain](std::int64_t begin, std::int64_t end) {
        if (begin % grain != 0 || end != std::min(n, begin + grain)) throw std::logic_error("chunk bounds");
        for (std::int64_t i = begin; i < end; ++i) seen[static_cast<std::size_t>(i)].fetch_add(1);
      });
      CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& count) { return count == 1; }));
    }
  });
}

TEST_CASE("parallel_for rethrows, and works again afterwards") {
  with_each_thread_count([] {
    for (int repeat = 0; repeat < 50; ++repeat) {
      CHECK_THROWS_AS(parallel_for(100, 1,
                                   [](std::int64_t i, std::int64_t) {
                                     if (i == 37) throw ValueError("37");
                                   }),
                      ValueError);
      std::atomic<int> count{0};
      parallel_for(100, 1, [&](std::int64_t, std::int64_t) { ++count; });
      CHECK(count == 100);
    }
  });
}

TEST_CASE("nested calls run on their own thread") {
  with_each_thread_count([] {
    std::atomic<int> count{0};
    std::atomic<bool> moved{false};
    parallel_for(16, 1, [&](std::int64_t, std::int64_t) {
      const auto self = std::this_thread::get_id();
      parallel_for(16, 1, [&](std::int64_t, std::int64_t) {
        ++count;
        if (std::this_thread::get_id() != self) moved = true;
      });
    });
    CHECK(count == 256);
    CHECK_FALSE(moved);
  });
}

TEST_CASE("several threads may call at once") {
  const int before = num_threads();
  set_num_threads(3);
  std::vector<std::thread> callers;
  std::atomic<std::int64_t> total{0};
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int repeat = 0; repeat < 300; ++repeat) {
        parallel_for(64, 1, [&](std::int64_t begin, std::int64_t) { total.fetch_add(begin); });
      }
    });
  }
  for (auto& caller : callers) caller.join();
  CHECK(total == 4 * 300 * 2016);
  set_num_threads(before);
}

TEST_CASE("the number of threads is checked") {
  CHECK_THROWS_AS(set_num_threads(0), ValueError);
  CHECK_THROWS_AS(set_num_threads(-2), ValueError);
  CHECK(num_threads() >= 1);
}
