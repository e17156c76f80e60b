// SPDX-License-Identifier: BSD-3-Clause
// The two ranges in which networks see pixels, and the way there and back.
#pragma once

#include <array>
#include <cstdint>

namespace xgrad::models {

/// signed_unit: [-1, 1], for a tanh output; unit: [0, 1], for a sigmoid.
enum class PixelRange { signed_unit, unit };

/// The value of each byte: v / 127.5 - 1 or v / 255, rounded once, so the same on every machine.
template <PixelRange range>
inline constexpr std::array<float, 256> values_of_bytes = [] {
  std::array<float, 256> table{};
  for (std::size_t v = 0; v < table.size(); ++v) {
    const double x = static_cast<double>(v);
    table[v] = static_cast<float>(range == PixelRange::unit ? x / 255.0 : x / 127.5 - 1.0);
  }
  return table;
}();
constexpr const std::array<float, 256>& pixel_values(PixelRange range) noexcept {
  return range == PixelRange::unit ? values_of_bytes<PixelRange::unit> : values_of_bytes<PixelRange::signed_unit>;
}

/// The byte nearest to a value; values outside the range are clamped and NaN is black.
constexpr std::uint8_t to_byte(double value, PixelRange range) noexcept {
  const double scaled = range == PixelRange::unit ? value * 255.0 : (value + 1.0) * 127.5;
  if (!(scaled > 0.0)) return 0;
  return scaled >= 255.0 ? std::uint8_t{255} : static_cast<std::uint8_t>(scaled + 0.5);
}

}  // namespace xgrad::models
