// SPDX-License-Identifier: BSD-3-Clause
// Images as the columns of a matrix, (channel, tap) by (sample, position), and back. Internal to kernels.
#pragma once

#include <algorithm>
#include <cstdint>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/kernels/conv_shape.h>
#include <xgrad/autograd/kernels/simd/table.h>

namespace xgrad::kernels::detail {

/// Some channels of one group at some output rows of a run of samples; several samples come with all their rows.
struct ConvBlock {
  std::int64_t first, samples, group, channel, channels, row, rows;
};

/// Goes by way of planes: a channel with its border of zeros, each row dealt out by the stride's phases, so that what a
/// tap meets on an output row is one run of neighbours, never outside.
template <class T>
class Columns {
 public:
  explicit Columns(const ConvShape& s)
      : s_(s), height_(reach(0)), phase_width_((reach(1) - 1) / s.stride[1] + 1), row_(s.stride[1] * phase_width_) {}

  std::int64_t taps() const noexcept { return s_.kernel[0] * s_.kernel[1]; }
  std::int64_t width(const ConvBlock& b) const noexcept { return b.samples * b.rows * s_.out[1]; }

  /// Elements of the planes that gather needs, and scatter_add for a group's channels, of which it holds all at a time
  /// when they come in several blocks.
  std::int64_t gather_planes(const ConvBlock& b) const noexcept { return b.samples * rows_met(b.rows) * row_; }
  std::int64_t scatter_planes(const ConvBlock& b) const noexcept {
    return (b.rows == s_.out[0] ? 1 : b.channels) * b.samples * height_ * row_;
  }

  /// columns[(c, kh, kw)][(n, oh, ow)] = x[n, c, ..], 0 outside the image.
  void gather(const T* x, const ConvBlock& b, T* planes, T* columns) const {
    const std::int64_t top = b.row * s_.stride[0], height = rows_met(b.rows);
    std::fill_n(planes, b.samples * height * row_, T(0));
    const std::int64_t begin = std::clamp(s_.padding[0], top, top + height);
    const std::int64_t end = std::clamp(s_.padding[0] + s_.in[0], begin, top + height);
    const simd::Patch patch = patch_of(b, height);
    for (std::int64_t c = 0; c < b.channels; ++c) {
      for (std::int64_t n = 0; n < b.samples; ++n) {
        loops_.split[dtype](phases_of(end - begin), image(x, b, n, c) + (begin - s_.padding[0]) * s_.in[1],
                            planes + (n * height + begin - top) * row_);
      }
      for (std::int64_t t = 0; t < taps(); ++t, columns += width(b)) {
        loops_.pack[dtype](patch, planes + place_of(t), columns);
      }
    }
  }

  /// The adjoint: x is the sum of what the columns hold of each pixel. Blocks of one sample come in order of rows, with
  /// the same planes.
  void scatter_add(const T* columns, const ConvBlock& b, T* planes, T* x) const {
    const std::int64_t size = b.samples * height_ * row_;
    const bool first = b.row == 0, last = b.row + b.rows == s_.out[0];
    const simd::Patch patch = patch_of(b, height_);
    for (std::int64_t c = 0; c < b.channels; ++c) {
      T* plane = planes + (first && last ? 0 : c * size);
      if (first) std::fill_n(plane, size, T(0));
      for (std::int64_t t = 0; t < taps(); ++t, columns += width(b)) {
        loops_.unpack_add[dtype](patch, columns, plane + b.row * s_.stride[0] * row_ + place_of(t));
      }
      for (std::int64_t n = 0; last && n < b.samples; ++n) {
        loops_.join[dtype](phases_of(s_.in[0]), plane + (n * height_ + s_.padding[0]) * row_,
                           const_cast<T*>(image(x, b, n, c)));
      }
    }
  }

 private:
  static constexpr int dtype = static_cast<int>(dtype_of<T>);

  /// Extent of the image within its border of zeros, and of all that the kernel meets.
  std::int64_t reach(std::size_t axis) const noexcept {
    return std::max(s_.padding[axis] + s_.in[axis],
                    (s_.out[axis] - 1) * s_.stride[axis] + (s_.kernel[axis] - 1) * s_.dilation[axis] + 1);
  }
  std::int64_t rows_met(std::int64_t rows) const noexcept {
    return (rows - 1) * s_.stride[0] + (s_.kernel[0] - 1) * s_.dilation[0] + 1;
  }
  simd::Patch patch_of(const ConvBlock& b, std::int64_t height) const noexcept {
    return {b.samples, height * row_, b.rows, s_.stride[0] * row_, s_.out[1]};
  }
  simd::Phases phases_of(std::int64_t rows) const noexcept {
    return {rows, s_.in[1], s_.padding[1], s_.stride[1], phase_width_};
  }
  std::int64_t place_of(std::int64_t tap) const noexcept {
    const std::int64_t down = tap / s_.kernel[1] * s_.dilation[0], right = tap % s_.kernel[1] * s_.dilation[1];
    return down * row_ + right % s_.stride[1] * phase_width_ + right / s_.stride[1];
  }
  const T* image(const T* x, const ConvBlock& b, std::int64_t n, std::int64_t c) const noexcept {
    const std::int64_t channel = b.group * (s_.channels / s_.groups) + b.channel + c;
    return x + ((b.first + n) * s_.channels + channel) * s_.in[0] * s_.in[1];
  }

  const ConvShape& s_;
  std::int64_t height_, phase_width_, row_;
  const simd::Table& loops_ = simd::table();
};

}  // namespace xgrad::kernels::detail
