// SPDX-License-Identifier: BSD-3-Clause
// Pooling over windows of the last two axes of (..., H, W), with PyTorch's options and conventions.
#pragma once

#include <xgrad/autograd/extents.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

struct AvgPool2dOptions {
  OptionalExtents2d stride = std::nullopt;  ///< the kernel's extents when not given
  Extents2d padding = 0;                    ///< at most half of the kernel
  bool ceil_mode = false;                   ///< a last window may hang over the far edge
  bool count_include_pad = true;            ///< divide by the window's extents, padding included
};

/// Mean of each window: (..., OH, OW), OH = floor or ceil((H + 2 padding - KH) / stride) + 1. Its rule and that rule's
/// rule are the adjoint map (each mean spread over its window) and the map itself.
/// @throws ShapeError when the kernel is larger than the padded input, ValueError on options that make no sense.
Variable avg_pool2d(const Variable& x, Extents2d kernel, const AvgPool2dOptions& options = {});

/// Means over OH x OW windows that cover the plane: rows floor(i H / OH) to ceil((i + 1) H / OH), columns alike.
Variable adaptive_avg_pool2d(const Variable& x, Extents2d size);

struct MaxPool2dOptions {
  OptionalExtents2d stride = std::nullopt;  ///< the kernel's extents when not given
  Extents2d padding = 0;                    ///< at most half of the kernel; never the largest
  Extents2d dilation = 1;
  bool ceil_mode = false;  ///< a last window may hang over the far edge
};

/// Largest element of each window: (..., OH, OW),
/// OH = floor or ceil((H + 2 padding - dilation (KH - 1) - 1) / stride) + 1.
/// Of equal elements the first counts and gets the gradient. NaN propagates.
/// @throws as avg_pool2d.
Variable max_pool2d(const Variable& x, Extents2d kernel, const MaxPool2dOptions& options = {});
/// {max_pool2d, where it found them}: int64 indices (..., OH, OW) into the plane of H W elements.
Variables max_pool2d_with_indices(const Variable& x, Extents2d kernel, const MaxPool2dOptions& options = {});
/// Zeros (..., H, W) of the given size plus y (..., OH, OW) at the indices of its planes: the adjoint of max pooling.
/// Elements at one place add up (PyTorch's MaxUnpool2d keeps one of them; windows that do not overlap give none).
/// @throws ShapeError when y and indices differ in shape, ValueError on an index outside the plane.
Variable max_unpool2d(const Variable& y, const Variable& indices, Extents2d size);

}  // namespace xgrad
