// SPDX-License-Identifier: BSD-3-Clause
// A height and a width, as options of ops and layers on images.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace xgrad {

namespace detail {
/// Fractions and truth values are no extents: they do not compile.
template <class N>
concept WholeNumber = std::integral<N> && !std::same_as<N, bool>;
}  // namespace detail

/// A height and a width; one number stands for both: `3`, `{3, 5}`.
class Extents2d {
 public:
  template <detail::WholeNumber N>
  constexpr Extents2d(N both) : Extents2d(both, both) {}
  template <detail::WholeNumber H, detail::WholeNumber W>
  constexpr Extents2d(H h, W w) : values_{static_cast<std::int64_t>(h), static_cast<std::int64_t>(w)} {}
  constexpr Extents2d(const std::array<std::int64_t, 2>& height_and_width) : values_(height_and_width) {}

  constexpr std::int64_t height() const noexcept { return values_[0]; }
  constexpr std::int64_t width() const noexcept { return values_[1]; }
  /// 0: the height, 1: the width.
  constexpr std::int64_t operator[](std::size_t axis) const noexcept { return values_[axis]; }
  constexpr const std::array<std::int64_t, 2>& array() const noexcept { return values_; }
  friend constexpr bool operator==(const Extents2d&, const Extents2d&) = default;

  /// "3", or "(3, 5)" when they differ.
  friend std::string to_string(const Extents2d& e) {
    const std::string h = std::to_string(e.height());
    return e.height() == e.width() ? h : "(" + h + ", " + std::to_string(e.width()) + ")";
  }

 private:
  std::array<std::int64_t, 2> values_;
};

/// Extents2d or nothing. Takes the same numbers, which a std::optional does not.
class OptionalExtents2d {
 public:
  constexpr OptionalExtents2d() = default;
  constexpr OptionalExtents2d(std::nullopt_t) {}
  constexpr OptionalExtents2d(const Extents2d& e) : value_(e) {}
  template <detail::WholeNumber N>
  constexpr OptionalExtents2d(N both) : value_(Extents2d(both)) {}
  template <detail::WholeNumber H, detail::WholeNumber W>
  constexpr OptionalExtents2d(H h, W w) : value_(Extents2d(h, w)) {}

  constexpr Extents2d value_or(const Extents2d& other) const noexcept { return value_.value_or(other); }

 private:
  std::optional<Extents2d> value_;
};

}  // namespace xgrad
