// SPDX-License-Identifier: BSD-3-Clause
// Philox against the published vectors, and draws that are the same on every instruction set and thread count.
#include <algorithm>
#include <numeric>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/philox.h>

#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;
using kernels::PhiloxState;

TEST_CASE("Philox4x32-10 gives the known answers of Random123") {
  using Words = std::array<std::uint32_t, 4>;
  CHECK(kernels::philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(kernels::philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(kernels::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("the vector loop gives the words of the scalar function") {
  with_each_isa([] {
    std::uint32_t words[4 * 37];
    const std::uint64_t key = 0x0123456789abcdef, first = 0xfffffff0;
    kernels::simd::table().philox(key, first, 37, words);
    for (std::uint32_t i = 0; i < 37; ++i) {
      const std::uint64_t counter = first + i;
      const auto want =
          kernels::philox({static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0},
                          {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
      for (std::uint32_t j = 0; j < 4; ++j) CHECK(words[4 * i + j] == want[j]);
    }
  });
}

TEST_CASE("draws have the same bits on every instruction set and thread count") {
  Array first({100003}), first64({50001}, DType::float64);
  kernels::simd::select(kernels::simd::Isa::baseline);
  set_num_threads(1);
  kernels::normal({42, 7}, 0, 1, first);
  kernels::normal({42, 7}, 0, 1, first64);
  with_each_isa([&] {
    with_each_thread_count([&] {
      Array y({100003}), z({50001}, DType::float64);
      kernels::normal({42, 7}, 0, 1, y);
      kernels::normal({42, 7}, 0, 1, z);
      CHECK(same<float>(y, first));
      CHECK(same<double>(z, first64));
    });
  });
  // The first values of seed 42 are part of the format of saved runs.
  Array part({5});
  kernels::normal({42, 7}, 0, 1, part);
  for (std::int64_t i = 0; i < 5; ++i) CHECK(part.data<float>()[i] == first.data<float>()[i]);
}

TEST_CASE("a draw continues where counters_for says the one before it ended") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CHECK(kernels::counters_for(0, dtype) == 0);
    Array whole({64}, dtype), tail({32}, dtype);
    kernels::uniform({3, 0}, 0, 1, whole);
    kernels::uniform({3, kernels::counters_for(32, dtype)}, 0, 1, tail);
    const auto w = whole.to_vector<double>(), t = tail.to_vector<double>();
    CHECK(std::equal(t.begin(), t.end(), w.begin() + 32));
  }
}

TEST_CASE("normal quantiles agree with the error function to rounding") {
  with_each_isa([] {
    std::vector<double> u, z;
    for (double p = 1e-300; p < 1e-3; p *= 7.3) u.push_back(p);
    for (double p = 0.0005; p < 1; p += 0.001) u.push_back(p);
    z.resize(u.size());
    kernels::simd::table().normal_quantile(static_cast<std::int64_t>(u.size()), u.data(), z.data());
    for (std::size_t i = 0; i < u.size(); ++i) {
      CHECK(0.5 * std::erfc(-z[i] / std::sqrt(2.0)) == doctest::Approx(u[i]).epsilon(1e-12));
    }
  });
}

TEST_CASE("moments and ranges of the draws") {
  constexpr std::int64_t n = 1 << 20;
  for (const DType dtype : {DType::float32, DType::float64}) {
    Array x({n}, dtype);
    kernels::uniform({1, 0}, -2, 3, x);
    auto v = x.to_vector<double>();
    CHECK(*std::min_element(v.begin(), v.end()) >= -2);
    CHECK(*std::max_element(v.begin(), v.end()) < 3);
    CHECK(std::accumulate(v.begin(), v.end(), 0.0) / n == doctest::Approx(0.5).epsilon(0.02));
    kernels::normal({1, 0}, 1, 2, x);
    v = x.to_vector<double>();
    double m1 = 0, m2 = 0, m4 = 0;
    for (const double value : v) {
      const double s = (value - 1) / 2;
      m1 += s / n;
      m2 += s * s / n;
      m4 += s * s * s * s / n;
    }
    CHECK(std::abs(m1) < 0.005);
    CHECK(m2 == doctest::Approx(1).epsilon(0.01));
    CHECK(m4 == doctest::Approx(3).epsilon(0.02));
    kernels::bernoulli({1, 0}, 0.3, x);
    v = x.to_vector<double>();
    CHECK(std::accumulate(v.begin(), v.end(), 0.0) / n == doctest::Approx(0.3).epsilon(0.01));
  }
  Array edge({1000});
  kernels::uniform({5, 0}, 1, std::nextafter(1.0f, 2.0f), edge);
  for (const float v : edge.to_vector<float>()) CHECK(v == 1);
  kernels::bernoulli({5, 0}, 1, edge);
  for (const float v : edge.to_vector<float>()) CHECK(v == 1);
  kernels::bernoulli({5, 0}, 0, edge);
  for (const float v : edge.to_vector<float>()) CHECK(v == 0);
  Array ints({3}, DType::int64);
  CHECK_THROWS_AS(kernels::normal({1, 0}, 0, 1, ints), DTypeError);
}

TEST_CASE("permutations hold every number once and every order alike") {
  for (const std::int64_t n : {0, 1, 2, 1000}) {
    Array p({n}, DType::int64);
    kernels::permutation({9, 0}, p);
    auto v = p.to_vector<std::int64_t>();
    std::sort(v.begin(), v.end());
    for (std::int64_t i = 0; i < n; ++i) CHECK(v[static_cast<std::size_t>(i)] == i);
  }
  int seen[6] = {};
  for (std::uint64_t k = 0; k < 60000; ++k) {
    Array p({3}, DType::int64);
    kernels::permutation({11, 2 * k}, p);
    const auto* v = p.data<std::int64_t>();
    ++seen[v[0] * 2 + (v[1] > v[2] ? 1 : 0)];
  }
  for (const int count : seen) CHECK(std::abs(count - 10000) < 400);  // four standard deviations
}
