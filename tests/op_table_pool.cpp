// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/pool.h.
#include <xgrad/autograd/ops/pool.h>

#include "op_table.h"

namespace xgrad::test {

namespace {

template <class F>
Sample on(const Shape& shape, F f) {
  return {[f](const Variables& x) { return f(x[0]); }, {uniform_in(shape, -1.0, 1.0)}};
}

OpRow row_of_avg_pool2d() {
  const auto by = [](const Shape& shape, std::array<std::int64_t, 2> kernel, const AvgPool2dOptions& options = {}) {
    return on(shape, [=](const Variable& x) { return avg_pool2d(x, kernel, options); });
  };
  const auto refused = [](std::array<std::int64_t, 2> kernel, const AvgPool2dOptions& options) {
    return [=] { avg_pool2d(zeros({1, 2, 5, 4}), kernel, options); };
  };
  return {"avg_pool2d",
          Smoothness::smooth,
          {by({2, 3, 4, 6}, {2, 2}), by({1, 1, 5, 7}, {3, 2}, {.stride = {{2, 1}}}),
           by({1, 2, 5, 4}, {3, 3}, {.stride = {{2, 2}}, .padding = {1, 1}}),
           by({1, 2, 5, 4}, {3, 2}, {.stride = {{2, 3}}, .padding = {1, 0}, .count_include_pad = false}),
           by({2, 1, 6, 5}, {3, 2}, {.stride = {{2, 2}}, .padding = {1, 1}, .ceil_mode = true}),
           by({1, 1, 6, 5}, {2, 4}, {.padding = {1, 2}, .ceil_mode = true, .count_include_pad = false}),
           by({3, 4}, {3, 4}), by({0, 2, 4, 4}, {2, 2}), by({2, 1, 3, 3}, {1, 1})},
          {throws<ShapeError>(refused({6, 2}, {}), "[avg_pool2d] the kernel's extent 6 is larger"),
           throws<ValueError>(refused({2, 2}, {.padding = {0, 2}}), "[avg_pool2d] the padding 2"),
           throws<ValueError>(refused({2, 2}, {.stride = {{0, 1}}}), "must be at least 1, got 2, 0 and 1"),
           throws<ShapeError>(
               [] {
                 avg_pool2d(zeros({4}), {1, 1});
               },
               "takes (..., H, W), got (4,)"),
           throws<ShapeError>(
               [] {
                 avg_pool2d(zeros({2, 1, 0, 3}), {1, 1});
               },
               "has no pixels"),
           refuses_undefined("avg_pool2d",
                             [](const Variable& x) {
                               return avg_pool2d(x, {1, 1});
                             }),
           throws<DTypeError>(
               [] {
                 avg_pool2d(ones({2, 2}, DType::int64), {1, 1});
               },
               "[avg_pool2d] takes float32 or float64, got int64")}};
}

OpRow row_of_adaptive_avg_pool2d() {
  const auto to = [](const Shape& shape, std::array<std::int64_t, 2> size) {
    return on(shape, [=](const Variable& x) { return adaptive_avg_pool2d(x, size); });
  };
  return {"adaptive_avg_pool2d",
          Smoothness::smooth,
          {to({2, 3, 4, 5}, {1, 1}), to({1, 2, 7, 5}, {3, 2}), to({1, 1, 3, 2}, {5, 4}), to({2, 1, 4, 6}, {2, 3}),
           to({5, 3}, {5, 3}), to({0, 2, 4, 4}, {2, 2})},
          {throws<ValueError>(
              [] {
                adaptive_avg_pool2d(zeros({1, 1, 3, 3}), {0, 1});
              },
              "[adaptive_avg_pool2d] the output extent must be at least 1, got 0")}};
}

}  // namespace

OpRows pool_rows() { return {row_of_avg_pool2d(), row_of_adaptive_avg_pool2d()}; }

}  // namespace xgrad::test
