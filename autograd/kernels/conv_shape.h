// SPDX-License-Identifier: BSD-3-Clause
// A convolution's extents, resolved. Internal to kernels.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace xgrad::kernels::detail {

/// Pairs are (height, width).
struct ConvShape {
  std::int64_t batch, channels, filters, groups;
  std::array<std::int64_t, 2> in, kernel, out, stride, padding, dilation;

  bool depthwise() const noexcept { return groups == channels && groups == filters; }

  /// Outputs [first, last) of an axis whose input index, stride i + shift, is inside the image.
  std::pair<std::int64_t, std::int64_t> inside(std::size_t axis, std::int64_t shift) const noexcept {
    const std::int64_t step = stride[axis];
    const std::int64_t first = shift >= 0 ? 0 : (-shift + step - 1) / step;
    const std::int64_t room = in[axis] - 1 - shift;
    const std::int64_t last = room < 0 ? 0 : room / step + 1;
    const std::int64_t end = std::clamp<std::int64_t>(last, 0, out[axis]);
    return {std::min(first, end), end};
  }
};

/// Adds a bias to planes of `size` elements, of channel `first` and those after it.
template <class T>
void add_bias(const T* bias, std::int64_t first, std::int64_t channels, std::int64_t size, T* planes) {
  if (bias == nullptr) return;
  for (std::int64_t c = first; c < first + channels; ++c) {
    for (std::int64_t i = 0; i < size; ++i) *planes++ += bias[c];
  }
}

}  // namespace xgrad::kernels::detail
