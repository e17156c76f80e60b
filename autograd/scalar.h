// SPDX-License-Identifier: BSD-3-Clause
// Scalar: a number given to an op, exact, and whether it was given as a whole number; checked conversion of numbers.
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace xgrad {

/// A number as its writer gave it: `2` is a whole number and leaves int64 values int64, `2.0` is not and makes them
/// float32; floating values keep their dtype with either. Made from any arithmetic type, exact for every int64.
/// @throws ValueError for a whole number above 2^63 - 1.
class Scalar {
 public:
  template <std::integral T>
  constexpr Scalar(T value) : whole_(static_cast<std::int64_t>(value)), is_whole_(true) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) == sizeof(std::int64_t)) {
      if (value > static_cast<T>(std::numeric_limits<std::int64_t>::max())) throw_too_large(value);
    }
  }
  template <std::floating_point T>
  constexpr Scalar(T value) noexcept : real_(static_cast<double>(value)), is_whole_(false) {}
  /// Whatever becomes a double by itself is one.
  template <class T>
  requires(!std::is_arithmetic_v<T> && std::is_convertible_v<const T&, double>) constexpr Scalar(const T& value)
      : Scalar(static_cast<double>(value)) {}

  /// Given as a whole number.
  constexpr bool is_whole() const noexcept { return is_whole_; }
  /// As a double, rounded where it is a whole number beyond 2^53.
  constexpr double real() const noexcept { return is_whole_ ? static_cast<double>(whole_) : real_; }
  /// As an int64. @throws ValueError naming `op` when it is none: a fraction, NaN, out of range.
  std::int64_t whole(const char* op) const;

  /// Of a whole number by wrapping around, as int64 arithmetic does.
  constexpr Scalar operator-() const noexcept {
    return is_whole_ ? Scalar(static_cast<std::int64_t>(-static_cast<std::uint64_t>(whole_))) : Scalar(-real_);
  }

 private:
  [[noreturn]] static void throw_too_large(std::uint64_t value);
  union {
    std::int64_t whole_;
    double real_;
  };
  bool is_whole_;
};

/// The fewest digits that read back as the same number.
std::string to_string(Scalar value);

namespace detail {

/// Says which type did not hold the value, by what the type can hold.
[[noreturn]] void throw_does_not_fit(const char* op, Scalar value, bool floating, bool is_signed, std::size_t bits);

/// `value` as a To. Floating values may be rounded to fewer digits; nothing else may change.
/// @throws ValueError naming `op` when a To does not hold it: a fraction, NaN or infinity as a whole number, a whole
/// number beyond what a floating type holds exactly, anything out of range.
template <class To, class From>
To fitting(const char* op, From value) {
  static_assert(std::is_arithmetic_v<To> && std::is_arithmetic_v<From>);
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_integral_v<To> && std::is_integral_v<From>) {
    const To to = static_cast<To>(value);
    if (static_cast<From>(to) == value && (to < To{}) == (value < From{})) return to;
  } else if constexpr (std::is_integral_v<To>) {
    // One more than the greatest is a power of 2, which every floating type holds.
    constexpr From end = static_cast<From>(std::numeric_limits<To>::max() / 2 + 1) * 2;
    constexpr From low = static_cast<From>(std::numeric_limits<To>::min());
    if (value >= low && value < end) {
      const To to = static_cast<To>(value);
      if (static_cast<From>(to) == value) return to;
    }
  } else if constexpr (std::is_integral_v<From>) {
    constexpr To end = static_cast<To>(std::numeric_limits<From>::max() / 2 + 1) * 2;
    const To to = static_cast<To>(value);
    if (to < end && static_cast<From>(to) == value) return to;
  } else {
    const To to = static_cast<To>(value);
    if (to - to == To{} || !(value - value == From{})) return to;
  }
  if constexpr (std::is_same_v<From, bool>) {
    return static_cast<To>(value);
  } else {
    throw_does_not_fit(op, value, std::is_floating_point_v<To>, std::is_signed_v<To>,
                       std::is_same_v<To, bool> ? 1 : 8 * sizeof(To));
  }
}

}  // namespace detail
}  // namespace xgrad
