// SPDX-License-Identifier: BSD-3-Clause
// One axis of an array among the others, and the C++ type of a dtype. Internal to kernels.
#pragma once

#include <cstddef>
#include <cstdint>

#include <xgrad/autograd/dtype.h>
#include <xgrad/autograd/shape.h>

namespace xgrad::kernels::detail {

/// A shape as (outer, extent of the axis, inner).
struct Sides {
  std::int64_t outer = 1, extent = 1, inner = 1;
  Sides(const Shape& shape, std::size_t axis) noexcept {
    for (std::size_t i = 0; i < shape.rank(); ++i) (i < axis ? outer : i == axis ? extent : inner) *= shape[i];
  }
};

/// f(T{}) with the C++ type of the dtype.
template <class F>
void with_type(DType dtype, const F& f) {
  switch (dtype) {
    case DType::float32:
      return f(float{});
    case DType::float64:
      return f(double{});
    case DType::int64:
      return f(std::int64_t{});
  }
}

}  // namespace xgrad::kernels::detail
