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

/// y(N, O, OH, OW) from x(N, C, H, W), w(O, C / groups, KH, KW) and bias(O), which may be undefined. Shapes are already
/// checked, as below.
void conv2d(const ConvGeometry& g, const Array& x, const Array& w, const Array& bias, Array& y);
/// x(N, C, H, W): the adjoint of conv2d in x, given y(N, O, OH, OW), plus bias(C): a transposed convolution.
void conv2d_input(const ConvGeometry& g, const Array& y, const Array& w, const Array& bias, Array& x);
/// w(O, C / groups, KH, KW): the adjoint of conv2d in w, given x and y.
void conv2d_weight(const ConvGeometry& g, const Array& x, const Array& y, Array& w);

/// Who computes: matrix products over columns (any dtype), or oneDNN where it has kernels (float32). `automatic` takes
/// for each shape what measured faster.
enum class ConvBackend : std::uint8_t { automatic, gemm, onednn };

/// What is in use: automatic, unless the environment variable XGRAD_CONV names another (gemm, onednn).
ConvBackend conv_backend() noexcept;
/// Tests only: from now on use this one.
void select(ConvBackend backend) noexcept;
/// True when the build knows oneDNN and the machine has it.
bool onednn_available() noexcept;

}  // namespace xgrad::kernels
