// SPDX-License-Identifier: BSD-3-Clause
// The convolution kernels in float32, on each backend and each instruction set, against float64; and their bits.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/kernels/convolution.h>

#include "kernels_support.h"
#include "tolerance.h"

using namespace xgrad;
using kernels::ConvBackend;
using kernels::ConvGeometry;
using xgrad::test::spread;

namespace {

struct Case {
  Shape x, w, y;
  ConvGeometry geometry;
};

const std::vector<Case> cases{
    {{64, 64, 14, 14}, {128, 64, 4, 4}, {64, 128, 7, 7}, {.stride = {2, 2}, .padding = {1, 1}}},
    {{64, 1, 28, 28}, {64, 1, 4, 4}, {64, 64, 14, 14}, {.stride = {2, 2}, .padding = {1, 1}}},
    {{13, 17, 9, 11}, {19, 17, 3, 3}, {13, 19, 9, 11}, {.padding = {1, 1}}},
    {{1, 16, 33, 35}, {32, 16, 5, 3}, {1, 32, 16, 17}, {.stride = {2, 2}, .padding = {1, 0}}},
    {{10, 32, 8, 8}, {16, 32, 1, 1}, {10, 16, 8, 8}, {}},
    {{10, 32, 8, 8}, {16, 32, 1, 1}, {10, 16, 4, 4}, {.stride = {2, 2}}},
    {{9, 32, 12, 10}, {48, 16, 3, 3}, {9, 48, 8, 6}, {.dilation = {2, 2}, .groups = 2}},
    {{9, 24, 12, 10}, {24, 1, 3, 3}, {9, 24, 6, 5}, {.stride = {2, 2}, .padding = {1, 1}, .groups = 24}},
    {{5, 3, 40, 40}, {8, 3, 7, 7}, {5, 8, 14, 14}, {.stride = {3, 3}, .padding = {3, 3}}},
};

enum class Kernel { forward, input, weight };

template <class T>
Array run(const Case& c, Kernel kernel) {
  const Array x = spread<T>(c.x, -1.0, 1.0, 1), w = spread<T>(c.w, -1.0, 1.0, 2), y = spread<T>(c.y, -1.0, 1.0, 3);
  if (kernel == Kernel::forward) {
    Array out(c.y, dtype_of<T>);
    kernels::conv2d(c.geometry, x, w, spread<T>({c.w[0]}, -1.0, 1.0, 4), out);
    return out;
  }
  if (kernel == Kernel::input) {
    Array out(c.x, dtype_of<T>);
    kernels::conv2d_input(c.geometry, y, w, spread<T>({c.x[1]}, -1.0, 1.0, 4), out);
    return out;
  }
  Array out(c.w, dtype_of<T>);
  kernels::conv2d_weight(c.geometry, x, y, out);
  return out;
}

/// The largest difference, relative to the largest value.
double difference(const Array& got, const Array& expected) {
  double worst = 0.0, largest = 0.0;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const double e = expected.data<double>()[i];
    worst = std::max(worst, std::abs(static_cast<double>(got.data<float>()[i]) - e));
    largest = std::max(largest, std::abs(e));
  }
  return worst / largest;
}

template <class F>
void with_each_backend(const F& f) {
  const ConvBackend before = kernels::conv_backend();
  for (const ConvBackend backend : {ConvBackend::gemm, ConvBackend::onednn, ConvBackend::automatic}) {
    kernels::select(backend);
    CAPTURE(static_cast<int>(backend));
    f();
  }
  kernels::select(before);
}

}  // namespace

TEST_CASE("kernels::conv2d: float32 agrees with float64 on each backend") {
  if (!kernels::onednn_available()) MESSAGE("oneDNN is not there: matrix products alone are tested");
  for (const Case& c : cases) {
    CAPTURE(to_string(c.x));
    CAPTURE(to_string(c.w));
    for (const Kernel kernel : {Kernel::forward, Kernel::input, Kernel::weight}) {
      CAPTURE(static_cast<int>(kernel));
      const Array expected = run<double>(c, kernel);
      with_each_backend(
          [&] { CHECK(difference(run<float>(c, kernel), expected) < tolerance::float32_against_float64); });
    }
  }
}

TEST_CASE("kernels::conv2d: every instruction set moves the same columns") {
  for (const Case& c : cases) {
    CAPTURE(to_string(c.x));
    for (const Kernel kernel : {Kernel::forward, Kernel::input, Kernel::weight}) {
      const Array expected = run<double>(c, kernel);
      test::with_each_isa([&] { CHECK(test::same<double>(run<double>(c, kernel), expected)); });
    }
  }
}

TEST_CASE("kernels::conv2d: the same bits at every thread count on each backend") {
  for (const Case& c : cases) {
    CAPTURE(to_string(c.x));
    for (const Kernel kernel : {Kernel::forward, Kernel::input, Kernel::weight}) {
      with_each_backend([&] {
        const Array expected = run<float>(c, kernel);
        test::with_each_thread_count([&] { CHECK(test::same<float>(run<float>(c, kernel), expected)); });
      });
    }
  }
}
