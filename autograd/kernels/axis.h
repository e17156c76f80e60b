// SPDX-License-Identifier: BSD-3-Clause
// One axis of an array among the others, and the C++ type of a dtype. Internal to kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

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

/// a + b and a b; whole numbers wrap around, which C++ defines for unsigned ones only.
template <class T>
T plus(T a, T b) noexcept {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  } else {
    return a + b;
  }
}
template <class T>
T times(T a, T b) noexcept {
  if constexpr (std::is_same_v<T, std::int64_t>) {
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else {
    return a * b;
  }
}

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
