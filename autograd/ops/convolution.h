// SPDX-License-Identifier: BSD-3-Clause
// Convolutions: conv2d, its transpose and its weight gradient are one family, each one's rule written in the others.
#pragma once

#include <xgrad/autograd/extents.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

struct Conv2dOptions {
  Extents2d stride = 1;
  Extents2d padding = 0;
  Extents2d dilation = 1;
  std::int64_t groups = 1;
};

/// Cross-correlation of x (N, C, H, W) with weight (O, C / groups, KH, KW), plus bias (O,) unless undefined:
/// (N, O, OH, OW), OH = floor((H + 2 padding - dilation (KH - 1) - 1) / stride) + 1.
/// @throws ShapeError naming both shapes; ValueError on a stride, dilation or group count that makes no sense.
Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias = {},
                const Conv2dOptions& options = {});

/// The adjoint of conv2d in its input, PyTorch's ConvTranspose2d: x (N, C, H, W), weight (C, O / groups, KH, KW) gives
/// (N, O, OH, OW), OH = (H - 1) stride - 2 padding + dilation (KH - 1) + output_padding + 1. The output padding must be
/// smaller than the stride (beyond it, as PyTorch allows under dilation, no input of conv2d gives this output).
Variable conv_transpose2d(const Variable& x, const Variable& weight, const Variable& bias = {},
                          const Conv2dOptions& options = {}, Extents2d output_padding = 0);

/// The adjoint of conv2d in its weight: x (N, C, H, W) and g (N, O, OH, OW) give (O, C / groups, KH, KW) for a kernel
/// of the given extents.
Variable conv2d_weight(const Variable& x, const Variable& g, Extents2d kernel, const Conv2dOptions& options = {});

struct Conv1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// The same family over one axis, as images of height 1: x (N, C, L) with weight (O, C / groups, K) gives (N, O, OL).
Variable conv1d(const Variable& x, const Variable& weight, const Variable& bias = {},
                const Conv1dOptions& options = {});
/// x (N, C, L), weight (C, O / groups, K) give (N, O, OL), OL = (L - 1) stride - 2 padding + dilation (K - 1) +
/// output_padding + 1; the output padding must be smaller than the stride.
Variable conv_transpose1d(const Variable& x, const Variable& weight, const Variable& bias = {},
                          const Conv1dOptions& options = {}, std::int64_t output_padding = 0);
/// x (N, C, L) and g (N, O, OL) give (O, C / groups, K) for K = kernel.
Variable conv1d_weight(const Variable& x, const Variable& g, std::int64_t kernel, const Conv1dOptions& options = {});

}  // namespace xgrad
