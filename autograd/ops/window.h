// SPDX-License-Identifier: BSD-3-Clause
// How many windows of a pooling fit an axis. Internal to ops.
#pragma once

#include <initializer_list>
#include <limits>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/shape.h>

namespace xgrad::detail {

/// Strides, paddings, dilations and kernels of more than 31 bits are mistakes; below, sums of products stay far inside
/// 64 bits.
inline void check_steps(const char* op, std::initializer_list<std::int64_t> steps) {
  for (const std::int64_t step : steps) {
    if (step <= std::numeric_limits<std::int32_t>::max()) continue;
    throw ValueError("[" + std::string(op) + "] kernel, stride, padding and dilation must be below 2^31, got " +
                     std::to_string(step));
  }
}

/// The windows along one axis.
struct Window {
  std::int64_t extent, stride, padding, dilation;
  bool ceil_mode;
};

/// Number of windows over `in` elements; none begins in the padding behind them.
/// @throws ValueError on a window that makes no sense, ShapeError when none fits.
inline std::int64_t window_count(const char* op, const Shape& x, std::int64_t in, const Window& w) {
  const std::string name = std::string("[") + op + "] ";
  if (w.extent < 1 || w.stride < 1 || w.dilation < 1) {
    throw ValueError(name + "kernel, stride and dilation must be at least 1, got " + std::to_string(w.extent) + ", " +
                     std::to_string(w.stride) + " and " + std::to_string(w.dilation));
  }
  check_steps(op, {w.extent, w.stride, w.padding, w.dilation});
  if (w.padding < 0 || 2 * w.padding > w.extent) {
    throw ValueError(name + "the padding " + std::to_string(w.padding) +
                     " must be at least 0 and at most half of the kernel's extent " + std::to_string(w.extent));
  }
  const std::int64_t room = narrow(op, in + Wide{2 * w.padding} - w.dilation * (w.extent - 1) - 1);
  if (room < 0) {
    throw ShapeError(name + "the kernel's extent " + std::to_string(w.extent) + " is larger than the padded input " +
                     to_string(x));
  }
  std::int64_t count = (room + (w.ceil_mode ? w.stride - 1 : 0)) / w.stride + 1;
  if (w.ceil_mode && (count - 1) * w.stride >= in + w.padding) --count;
  for (std::int64_t i = 0; i < count && i * w.stride < w.padding; ++i) {
    const std::int64_t behind = (w.padding - i * w.stride) % w.dilation;
    const std::int64_t first = behind == 0 ? 0 : w.dilation - behind;
    if (first >= in) throw ShapeError(name + "a dilated window holds no element of the input " + to_string(x));
  }
  return count;
}

}  // namespace xgrad::detail
