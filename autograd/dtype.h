// SPDX-License-Identifier: BSD-3-Clause
// Element types and their C++ counterparts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace xgrad {

/// Element type of an Array. float32 and float64 are differentiable; int64 holds labels and indices.
enum class DType : std::uint8_t { float32, float64, int64 };

/// "float32", "float64" or "int64".
constexpr const char* name_of(DType t) noexcept {
  return t == DType::float32 ? "float32" : t == DType::float64 ? "float64" : "int64";
}

/// Bytes of one element.
constexpr std::size_t size_of(DType t) noexcept { return t == DType::float32 ? 4 : 8; }

constexpr bool is_floating(DType t) noexcept { return t != DType::int64; }

/// The type that holds both operands: int64 < float32 < float64.
constexpr DType promote(DType a, DType b) noexcept {
  if (a == DType::float64 || b == DType::float64) return DType::float64;
  if (a == DType::float32 || b == DType::float32) return DType::float32;
  return DType::int64;
}

/// dtype_of<float> == DType::float32, and so on.
template <class T>
inline constexpr DType dtype_of = [] {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int64_t>,
                "xgrad arrays hold float, double or std::int64_t");
  if (std::is_same_v<T, float>) return DType::float32;
  if (std::is_same_v<T, double>) return DType::float64;
  return DType::int64;
}();

}  // namespace xgrad
