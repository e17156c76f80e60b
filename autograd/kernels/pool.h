// SPDX-License-Identifier: BSD-3-Clause
// Where the largest element of each pooling window lies.
#pragma once

#include <array>
#include <cstdint>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// Windows of two axes, height first.
struct PoolGeometry {
  std::array<std::int64_t, 2> kernel, stride, padding, dilation;
};

/// out (..., OH, OW), int64: the place, within its plane of x (..., H, W), of the first largest element of each window,
/// NaN being larger than any number. Padding is never chosen; every window holds some element, and
/// a plane fewer than 2^31.
void max_pool_indices(const PoolGeometry& g, const Array& x, Array& out);

}  // namespace xgrad::kernels
