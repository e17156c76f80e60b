// SPDX-License-Identifier: BSD-3-Clause
// The convolution family: three bilinear kernels of one geometry, each the adjoint of the others.
#pragma once

#include <array>
#include <cstdint>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// Two spatial axes, height first. Cross-correlation, as everywhere in deep learning:
/// y[n, o, p] = sum over c, k of w[o, c, k] x[n, c, stride p + dilation k - padding], c within o's group.
struct ConvGeometry {
  std::array<std::int64_t, 2> stride{1, 1}, padding{0, 0}, dilation{1, 1};
  std::int64_t groups = 1;
};

/// y(N, O, OH, OW) from x(N, C, H, W) and w(O, C / groups, KH, KW). Shapes are already checked, as below.
void conv2d(const ConvGeometry& g, const Array& x, const Array& w, Array& y);
/// x(N, C, H, W): the adjoint of conv2d in x, given y(N, O, OH, OW): a transposed convolution.
void conv2d_input(const ConvGeometry& g, const Array& y, const Array& w, Array& x);
/// w(O, C / groups, KH, KW): the adjoint of conv2d in w, given x and y.
void conv2d_weight(const ConvGeometry& g, const Array& x, const Array& y, Array& w);

}  // namespace xgrad::kernels
