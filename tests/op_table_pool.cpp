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

/// Distinct values, so that no window is near a tie.
template <class F>
Sample on_distinct(const Shape& shape, F f) {
  return {[f](const Variables& x) { return f(x[0]); }, {grid(shape, 0.1)}};
}

template <class F>
std::vector<Sample> max_pool_samples(F pool) {
  const auto by = [pool](const Shape& shape, std::array<std::int64_t, 2> kernel, const MaxPool2dOptions& options = {}) {
    return on_distinct(shape, [=](const Variable& x) { return pool(x, kernel, options); });
  };
  return {by({2, 3, 4, 6}, {2, 2}),
          by({1, 1, 5, 7}, {3, 2}, {.stride = {{2, 1}}}),
          by({1, 2, 5, 4}, {3, 3}, {.stride = {{2, 2}}, .padding = {1, 1}}),
          by({2, 1, 6, 5}, {3, 2}, {.stride = {{2, 2}}, .padding = {1, 1}, .ceil_mode = true}),
          by({1, 1, 7, 6}, {2, 3}, {.stride = {{1, 2}}, .padding = {1, 1}, .dilation = {2, 2}}),
          by({3, 4}, {3, 4}),
          by({0, 2, 4, 4}, {2, 2})};
}

OpRow row_of_max_pool2d() {
  return {"max_pool2d",
          Smoothness::piecewise,
          max_pool_samples([](const auto&... a) { return max_pool2d(a...); }),
          {throws<ShapeError>(
               [] {
                 max_pool2d(zeros({1, 1, 4, 4}), {2, 3}, {.dilation = {1, 2}});
               },
               "[max_pool2d] the kernel's extent 3 is larger"),
           throws<ValueError>(
               [] {
                 max_pool2d(zeros({1, 1, 4, 4}), {2, 2}, {.dilation = {0, 1}});
               },
               "kernel, stride and dilation must be at least 1"),
           throws<ShapeError>(
               [] {
                 max_pool2d(zeros({1, 1, 4, 1}), {2, 2}, {.padding = {0, 1}, .dilation = {1, 2}});
               },
               "a dilated window holds no element"),
           throws<DTypeError>(
               [] {
                 max_pool2d(ones({2, 2}, DType::int64), {1, 1});
               },
               "[max_pool2d] takes float32 or float64, got int64"),
           throws<ShapeError>(
               [] {
                 max_pool2d(zeros({4}), {1, 1});
               },
               "takes (..., H, W)")}};
}

OpRow row_of_max_pool2d_with_indices() {
  return {"max_pool2d_with_indices",
          Smoothness::piecewise,
          max_pool_samples([](const Variable& x, const auto&... a) {
            const Variables found = max_pool2d_with_indices(x, a...);
            return found[0] * astype(found[1], x.dtype());
          }),
          {refuses_undefined("max_pool2d", [](const Variable& x) {
            return max_pool2d_with_indices(x, {1, 1})[0];
          })}};
}

OpRow row_of_max_unpool2d() {
  const auto to = [](const Shape& shape, const std::vector<std::int64_t>& indices, std::array<std::int64_t, 2> size) {
    return on(shape, [=](const Variable& y) { return max_unpool2d(y, integers(indices, shape), size); });
  };
  return {"max_unpool2d",
          Smoothness::smooth,
          {to({1, 1, 2, 2}, {0, 3, 8, 15}, {4, 4}), to({2, 1, 1, 2}, {5, 1, 0, 4}, {2, 3}),
           to({1, 2, 2, 1}, {1, 1, 2, 0}, {3, 1}), to({2, 2}, {3, 2, 1, 0}, {2, 2}), to({0, 1, 2, 2}, {}, {4, 4}),
           to({1, 1, 1, 1}, {7}, {3, 3})},
          {throws<ShapeError>(
               [] {
                 max_unpool2d(zeros({1, 1, 2, 2}), integers({0, 1}, {1, 1, 1, 2}), {4, 4});
               },
               "[max_unpool2d] takes values and indices of one shape"),
           throws<ValueError>(
               [] {
                 max_unpool2d(zeros({1, 1, 1, 2}), integers({0, 4}, {1, 1, 1, 2}), {2, 2});
               },
               "index 4")}};
}

}  // namespace

OpRows pool_rows() {
  return {row_of_avg_pool2d(), row_of_adaptive_avg_pool2d(), row_of_max_pool2d(), row_of_max_pool2d_with_indices(),
          row_of_max_unpool2d()};
}

}  // namespace xgrad::test
