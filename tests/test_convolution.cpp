// SPDX-License-Identifier: BSD-3-Clause
// Convolutions against their definition, and the adjoint identity of the family.
#include <doctest/doctest.h>
#include <sys/time.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <vector>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/autograd/random.h>

#include "tolerance.h"

using namespace xgrad;

namespace {

struct Case {
  Shape x, w;
  Conv2dOptions options;
};

const std::vector<Case> cases{
    {{2, 3, 9, 7}, {4, 3, 3, 3}, {.padding = {1, 1}}},
    {{3, 4, 8, 8}, {6, 4, 4, 4}, {.stride = {2, 2}, .padding = {1, 1}}},
    {{1, 2, 5, 11}, {2, 2, 3, 1}, {.stride = {1, 3}, .padding = {2, 0}, .dilation = {2, 1}}},
    {{2, 6, 7, 6}, {4, 3, 2, 3}, {.stride = {2, 1}, .groups = 2}},
    {{2, 5, 7, 6}, {5, 1, 3, 3}, {.stride = {2, 2}, .padding = {1, 2}, .groups = 5}},
    {{70, 3, 12, 12}, {8, 3, 5, 5}, {.padding = {2, 2}}},  // more samples than one block holds
    {{2, 16, 6, 6}, {8, 16, 1, 1}, {}},
    {{2, 3, 20, 37}, {4, 3, 4, 4}, {.stride = {2, 2}, .padding = {1, 1}}},  // rows longer than a vector
    {{2, 2, 19, 41}, {3, 2, 3, 3}, {.stride = {3, 3}, .padding = {1, 2}}},
    {{2, 20, 70, 71}, {3, 20, 5, 5}, {.stride = {2, 2}, .padding = {1, 3}}},  // too large for one block
};

Variable random(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  return normal(shape, 0.0, 1.0, DType::float64, generator);
}

/// The sum of the definition, term by term.
double direct(const Case& c, const double* x, const double* w, const Shape& y, std::int64_t n, std::int64_t o,
              std::int64_t oh, std::int64_t ow) {
  const std::int64_t channels = c.w[1];
  const std::int64_t group = o / (y[1] / c.options.groups);
  double total = 0.0;
  for (std::int64_t k = 0; k < channels; ++k) {
    for (std::int64_t i = 0; i < c.w[2]; ++i) {
      for (std::int64_t j = 0; j < c.w[3]; ++j) {
        const std::int64_t ih = oh * c.options.stride[0] + i * c.options.dilation[0] - c.options.padding[0];
        const std::int64_t iw = ow * c.options.stride[1] + j * c.options.dilation[1] - c.options.padding[1];
        if (ih < 0 || iw < 0 || ih >= c.x[2] || iw >= c.x[3]) continue;
        total += x[((n * c.x[1] + group * channels + k) * c.x[2] + ih) * c.x[3] + iw] *
                 w[((o * channels + k) * c.w[2] + i) * c.w[3] + j];
      }
    }
  }
  return total;
}

double inner(const Variable& a, const Variable& b) { return sum(a * b).item(); }

}  // namespace

TEST_CASE("conv2d: equals its definition") {
  for (const Case& c : cases) {
    const Variable x = random(c.x, 1);
    const Variable w = random(c.w, 2);
    const Variable y = conv2d(x, w, {}, c.options);
    const Shape& s = y.shape();
    const auto* px = x.array().data<double>();
    const auto* pw = w.array().data<double>();
    const auto* py = y.array().data<double>();
    double worst = 0.0;
    for (std::int64_t i = 0; i < y.size(); ++i) {
      const std::int64_t ow = i % s[3], oh = i / s[3] % s[2], o = i / (s[3] * s[2]) % s[1],
                         n = i / (s[3] * s[2] * s[1]);
      worst = std::max(worst, std::abs(py[i] - direct(c, px, pw, s, n, o, oh, ow)));
    }
    CAPTURE(to_string(c.x));
    CHECK(worst < tolerance::same_formula_float64 * 100);  // sums of up to a hundred terms
  }
}

TEST_CASE("conv2d: <conv(x, w), y> = <x, conv_transpose(y, w)> = <w, weight(x, y)>") {
  for (const Case& c : cases) {
    const Variable x = random(c.x, 1);
    const Variable w = random(c.w, 2);
    const Variable out = conv2d(x, w, {}, c.options);
    const Variable y = random(out.shape(), 3);
    std::array<std::int64_t, 2> output_padding{};
    for (std::size_t i = 0; i < 2; ++i) {
      output_padding[i] =
          (c.x[i + 2] + 2 * c.options.padding[i] - c.options.dilation[i] * (c.w[i + 2] - 1) - 1) % c.options.stride[i];
    }
    const double expected = inner(out, y);
    CAPTURE(to_string(c.x));
    const double scale = std::sqrt(inner(out, out) * inner(y, y));
    CHECK(std::abs(inner(x, conv_transpose2d(y, w, {}, c.options, output_padding)) - expected) <
          tolerance::same_formula_float64 * scale);
    CHECK(std::abs(inner(w, conv2d_weight(x, y, {c.w[2], c.w[3]}, c.options)) - expected) <
          tolerance::same_formula_float64 * scale);
  }
}

// oneDNN's own GEMM keeps values where a signal's handler writes: long filters with strides must not get there.
TEST_CASE("convolution: signals in its midst change nothing") {
  Generator random(7);
  const Variable x = normal({64, 16, 256}, 0, 1, DType::float32, random).requires_grad_();
  const Variable w = normal({32, 16, 25}, 0, 1, DType::float32, random).requires_grad_();
  const auto results = [&] {
    const Variable y = conv1d(x, w, {}, {.stride = 4, .padding = 11});
    std::vector<Array> all = {y.array()};
    for (const Variable& g : grad(sum(square(y)), {x, w})) all.push_back(g.array());
    return all;
  };
  const auto wanted = results();
  struct sigaction ignore = {};
  struct sigaction before = {};
  ignore.sa_handler = [](int) {};
  ignore.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &ignore, &before);
  const itimerval often = {.it_interval = {0, 200}, .it_value = {0, 200}};
  setitimer(ITIMER_REAL, &often, nullptr);
  std::vector<std::vector<Array>> seen;
  for (int i = 0; i < 20; ++i) seen.push_back(results());
  const itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);
  for (const auto& arrays : seen) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(std::memcmp(arrays[i].raw(), wanted[i].raw(), wanted[i].nbytes()) == 0);
    }
  }
}

TEST_CASE("conv2d: the same bits at every thread count") {
  const int before = num_threads();
  for (const Case& c : cases) {
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 2, 4}) {
      set_num_threads(threads);
      const Variable x = random(c.x, 1);
      const Variable y = conv2d(x, random(c.w, 2), {}, c.options);
      const Variable g = random(y.shape(), 3);
      results.push_back(y.array().to_vector<double>());
      const auto weight = conv2d_weight(x, g, {c.w[2], c.w[3]}, c.options).array().to_vector<double>();
      results.back().insert(results.back().end(), weight.begin(), weight.end());
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
  }
  set_num_threads(before);
}
