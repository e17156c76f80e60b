// SPDX-License-Identifier: BSD-3-Clause
// float32 convolutions on oneDNN, where the build knows its headers and the machine has the library. Internal to
// kernels.
#pragma once

#include <string>

#include <xgrad/autograd/kernels/conv_shape.h>

namespace xgrad::kernels::detail::onednn {

#ifdef XGRAD_ONEDNN

/// True when the library could be loaded, now or before.
bool available() noexcept;
/// Of the library in use, as "2.6.3"; empty when there is none.
std::string version();

/// Each computes its result and says true, or leaves it alone and says false: no library, or no vector kernel there for
/// such a convolution. Samples are cut into parts by the extents alone, each done by one thread of our pool, so that
/// the bits do not depend on the number of threads.
bool forward(const ConvShape& s, const float* x, const float* w, const float* bias, float* y);
bool input_adjoint(const ConvShape& s, const float* y, const float* w, const float* bias, float* x);
bool weight_adjoint(const ConvShape& s, const float* x, const float* y, float* w);

#else

inline bool available() noexcept { return false; }
inline std::string version() { return ""; }
inline bool forward(const ConvShape&, const float*, const float*, const float*, float*) { return false; }
inline bool input_adjoint(const ConvShape&, const float*, const float*, const float*, float*) { return false; }
inline bool weight_adjoint(const ConvShape&, const float*, const float*, float*) { return false; }

#endif

}  // namespace xgrad::kernels::detail::onednn
