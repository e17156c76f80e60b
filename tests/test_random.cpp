// SPDX-License-Identifier: BSD-3-Clause
// Random streams: reproducible, saved and restored, independent when split; the same numbers everywhere.
#include <cmath>
#include <numbers>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/parallel.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Approx;
using doctest::Contains;

namespace {

/// A draw of each kind and dtype.
std::vector<double> draws(Generator& g, std::int64_t n) {
  std::vector<double> all;
  for (const DType t : {DType::float32, DType::float64}) {
    for (const Variable& v : {uniform({n}, -1, 2, t, g), normal({n}, 1, 3, t, g), bernoulli({n}, 0.3, t, g)}) {
      for (const double x : v.array().to_vector<double>()) all.push_back(x);
    }
  }
  for (const double x : permutation(n, g).array().to_vector<double>()) all.push_back(x);
  return all;
}

double mean_of(const std::vector<double>& v) {
  double total = 0;
  for (const double x : v) total += x;
  return total / static_cast<double>(v.size());
}

/// Correlation, times sqrt(n): about standard normal for independent values.
double correlation_score(const std::vector<double>& a, const std::vector<double>& b) {
  const double ma = mean_of(a), mb = mean_of(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  }
  return ab / std::sqrt(aa * bb) * std::sqrt(static_cast<double>(a.size()));
}

}  // namespace

// Computed apart from xgrad, in Python: Philox4x32-10 by its article, quantiles by statistics.NormalDist.
TEST_CASE("known values, the same on every machine") {
  constexpr std::uint64_t seed = 0x0123456789abcdef;
  const auto values = [&](const auto& draw) {
    Generator g(seed);
    return draw(g).array().template to_vector<double>();
  };
  CHECK(values([](Generator& g) { return uniform({6}, 0, 1, DType::float32, g); }) ==
        std::vector<double>{12079138 * 0x1p-24, 12946608 * 0x1p-24, 1353632 * 0x1p-24, 8029439 * 0x1p-24,
                            11389460 * 0x1p-24, 5389837 * 0x1p-24});
  CHECK(values([](Generator& g) { return uniform({4}, 0, 1, DType::float64, g); }) ==
        std::vector<double>{0x1.8b19609770a04p-1, 0x1.ea13ffe4529e8p-2, 0x1.48f83616b7284p-2, 0x1.6533b47eca802p-1});
  CHECK(
      values([](Generator& g) { return normal({6}, 0, 1, DType::float32, g); }) ==
      std::vector<double>{0x1.2a5f96p-1, 0x1.7d1ffp-1, -0x1.6686c2p+0, -0x1.b7cfa8p-5, 0x1.dbacdcp-2, -0x1.db5208p-2});
  const auto wide = values([](Generator& g) { return normal({4}, 0, 1, DType::float64, g); });
  const std::vector<double> expected = {0.7443842858477822, -0.05368788573069184, -0.4641801217778157,
                                        0.5176825239460942};
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::abs(wide[i] - expected[i]) <= 1e-15);
  CHECK(values([](Generator& g) { return bernoulli({12}, 0.3, DType::float32, g); }) ==
        std::vector<double>{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  CHECK(values([](Generator& g) { return permutation(8, g); }) == std::vector<double>{6, 4, 3, 0, 2, 5, 1, 7});
  CHECK(Generator(seed).split(7).state() == Generator::State{0x0323297a4bd308f3, 0});
}

TEST_CASE("the same seed gives the same numbers, another seed others") {
  Generator a(5), b(5), c(6);
  const auto of_a = draws(a, 100);
  CHECK(of_a == draws(b, 100));
  CHECK(of_a != draws(c, 100));
  CHECK(draws(a, 100) != of_a);  // the stream moves on
  a.manual_seed(5);
  CHECK(draws(a, 100) == of_a);

  manual_seed(5);
  CHECK(draws(default_generator(), 100) == of_a);
}

TEST_CASE("a generator's state can be saved and restored between any two draws") {
  Generator g(5);
  draws(g, 37);
  const Generator::State saved = g.state();
  const Generator copy = g;
  const auto next = draws(g, 41);
  Generator restored;
  restored.set_state(saved);
  CHECK(draws(restored, 41) == next);
  CHECK(restored.state() == g.state());
  Generator from_copy = copy;
  CHECK(draws(from_copy, 41) == next);
}

TEST_CASE("numbers do not depend on the thread count") {
  const int before = num_threads();
  std::vector<std::vector<double>> results;
  for (const int n : {1, 2, 3}) {
    set_num_threads(n);
    Generator g(9);
    results.push_back(draws(g, 100'000));
  }
  set_num_threads(before);
  CHECK(results[0] == results[1]);
  CHECK(results[0] == results[2]);
}

TEST_CASE("the default generator is of the thread") {
  manual_seed(1);
  const Generator::State here = default_generator().state();
  std::thread([] {
    manual_seed(2);
    uniform({10});
  }).join();
  CHECK(default_generator().state() == here);
}

TEST_CASE("streams that are split do not follow each other or their parent") {
  constexpr std::int64_t n = 20'000;
  const Generator parent(5);
  std::vector<std::vector<double>> streams;
  for (Generator g :
       {parent, parent.split(0), parent.split(1), parent.split(2), Generator(6), parent.split(0).split(1)}) {
    streams.push_back(uniform({n}, 0, 1, DType::float64, g).array().to_vector<double>());
  }
  for (std::size_t i = 0; i < streams.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      CHECK(std::abs(correlation_score(streams[i], streams[j])) < 5.0);
      // Nor shifted by a few places.
      const std::vector<double> shifted(streams[i].begin() + 2, streams[i].end());
      const std::vector<double> cut(streams[j].begin(), streams[j].end() - 2);
      CHECK(std::abs(correlation_score(shifted, cut)) < 5.0);
    }
  }
  CHECK(parent.split(3).state() == Generator(5).split(3).state());
  Generator used(5);
  uniform({10}, 0, 1, DType::float32, used);
  CHECK(used.split(3).state() == parent.split(3).state());  // by number, not by place
}

TEST_CASE("draws have the moments of their distributions") {
  constexpr std::int64_t n = 200'000;
  const double root_n = std::sqrt(static_cast<double>(n));
  for (const DType t : {DType::float32, DType::float64}) {
    Generator g(3);
    const auto u = uniform({n}, -1, 3, t, g).array().to_vector<double>();
    CHECK(std::abs(mean_of(u) - 1.0) < 5 * (4 / std::sqrt(12.0)) / root_n);
    for (const double x : u) REQUIRE((x >= -1 && x < 3));

    const auto z = normal({n}, 2, 3, t, g).array().to_vector<double>();
    double second = 0, third = 0, fourth = 0;
    for (const double x : z) {
      const double s = (x - 2) / 3;
      second += s * s;
      third += s * s * s;
      fourth += s * s * s * s;
    }
    CHECK(std::abs(mean_of(z) - 2) < 5 * 3 / root_n);
    CHECK(std::abs(second / n - 1) < 5 * std::sqrt(2.0) / root_n);
    CHECK(std::abs(third / n) < 5 * std::sqrt(15.0) / root_n);
    CHECK(std::abs(fourth / n - 3) < 5 * std::sqrt(96.0) / root_n);

    const auto b = bernoulli({n}, 0.3, t, g).array().to_vector<double>();
    CHECK(std::abs(mean_of(b) - 0.3) < 5 * std::sqrt(0.21) / root_n);
    for (const double x : b) REQUIRE((x == 0 || x == 1));
  }
}

TEST_CASE("a permutation holds each number once") {
  Generator g(4);
  for (const std::int64_t n : {0, 1, 2, 1000}) {
    auto p = permutation(n, g).array().to_vector<std::int64_t>();
    std::sort(p.begin(), p.end());
    REQUIRE(static_cast<std::int64_t>(p.size()) == n);
    for (std::int64_t i = 0; i < n; ++i) REQUIRE(p[static_cast<std::size_t>(i)] == i);
  }
}

TEST_CASE("edges: nothing drawn, certain outcomes, no spread") {
  Generator g(4);
  const Generator::State before = g.state();
  CHECK(uniform({0, 3}, 0, 1, DType::float32, g).size() == 0);
  CHECK(g.state() == before);
  CHECK(sum(bernoulli({1000}, 0.0, DType::float32, g)).item() == 0.0);
  CHECK(sum(bernoulli({1000}, 1.0, DType::float32, g)).item() == 1000.0);
  CHECK(normal({}, 5.0, 0.0, DType::float64, g).item() == 5.0);
  CHECK(uniform({}, 2.0, 2.0, DType::float64, g).item() == 2.0);
  CHECK(!normal({3}).requires_grad());
}

TEST_CASE("impossible distributions are refused by name") {
  CHECK_THROWS_WITH_AS(uniform({2}, 1, 0), Contains("[uniform] the lower bound"), ValueError);
  CHECK_THROWS_WITH_AS(normal({2}, 0, -1), Contains("[normal] the standard deviation must be at least 0"), ValueError);
  CHECK_THROWS_WITH_AS(bernoulli({2}, 1.5), Contains("[bernoulli] p must be in [0, 1]"), ValueError);
  CHECK_THROWS_WITH_AS(bernoulli({2}, std::nan("")), Contains("[bernoulli]"), ValueError);
  CHECK_THROWS_WITH_AS(uniform({2}, 0, 1, DType::int64), Contains("[uniform] draws float32 or float64"), DTypeError);
  CHECK_THROWS_AS(permutation(-1), ShapeError);
}
