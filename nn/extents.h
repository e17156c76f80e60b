// SPDX-License-Identifier: BSD-3-Clause
// A height and a width, as options of image layers.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace xgrad::nn {

/// A height and a width; one number stands for both.
struct Extents2d {
  constexpr Extents2d(std::int64_t both) : height(both), width(both) {}
  constexpr Extents2d(std::int64_t height, std::int64_t width) : height(height), width(width) {}
  constexpr std::array<std::int64_t, 2> array() const noexcept { return {height, width}; }
  std::int64_t height, width;
};

/// "3", or "(3, 5)" when they differ.
inline std::string to_string(const Extents2d& e) {
  const std::string height = std::to_string(e.height);
  return e.height == e.width ? height : "(" + height + ", " + std::to_string(e.width) + ")";
}

}  // namespace xgrad::nn
