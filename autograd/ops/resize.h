// SPDX-License-Identifier: BSD-3-Clause
// Changing the extents of images (..., H, W): interpolation, padding by the image itself, channels turned into pixels.
#pragma once

#include <xgrad/autograd/extents.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

/// Pixel (i, j) of the result is pixel (floor(i H / OH), floor(j W / OW)) of x. @throws ValueError unless OH, OW >= 1.
Variable upsample_nearest(const Variable& x, Extents2d size);
/// The same by a factor: OH = floor(scale H), and pixel i reads floor(i / scale).
Variable upsample_nearest(const Variable& x, double scale);

/// Linear interpolation along both axes. Pixels are squares: the centre i + 1/2 of the result lies at (i + 1/2) H / OH
/// of x, and beyond the outermost centres the edge repeats. With align_corners they are points, and the corner ones
/// of both images coincide: i lies at i (H - 1) / (OH - 1).
Variable upsample_bilinear(const Variable& x, Extents2d size, bool align_corners = false);
/// The same by a factor: OH = floor(scale H), and i + 1/2 lies at (i + 1/2) / scale unless corners are aligned.
Variable upsample_bilinear(const Variable& x, double scale, bool align_corners = false);

/// Columns and rows to add on each side, in PyTorch's order; one number stands for all four.
struct Padding2d {
  template <detail::WholeNumber N>
  constexpr Padding2d(N all) : Padding2d(all, all, all, all) {}
  template <detail::WholeNumber L, detail::WholeNumber R, detail::WholeNumber T, detail::WholeNumber B>
  constexpr Padding2d(L l, R r, T t, B b)
      : left(static_cast<std::int64_t>(l)),
        right(static_cast<std::int64_t>(r)),
        top(static_cast<std::int64_t>(t)),
        bottom(static_cast<std::int64_t>(b)) {}
  std::int64_t left, right, top, bottom;
};

/// Pads with the image mirrored at its edge pixels, which are not repeated: (3 2) 1 2 3 (2 1).
/// @throws ValueError when a padding is negative or not smaller than the extent it mirrors.
Variable reflection_pad2d(const Variable& x, const Padding2d& padding);
/// Pads by repeating the edge pixels. @throws ValueError when a padding is negative.
Variable replication_pad2d(const Variable& x, const Padding2d& padding);

/// (..., C r^2, H, W) -> (..., C, H r, W r): pixel (h r + i, w r + j) of channel c is pixel (h, w) of channel
/// c r^2 + i r + j (Shi et al., 2016). @throws ShapeError when the channels do not divide by r^2.
Variable pixel_shuffle(const Variable& x, std::int64_t r);
/// The inverse: (..., C, H r, W r) -> (..., C r^2, H, W). @throws ShapeError when the extents do not divide by r.
Variable pixel_unshuffle(const Variable& x, std::int64_t r);

}  // namespace xgrad
