// SPDX-License-Identifier: BSD-3-Clause
// Values as users type them: decimal numbers within a range, and texts that are not empty. The same for every flag,
// every setting and every program.
#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

namespace xgrad::command_line {

/// Which numbers make sense: least <= x < below, or least < x where `open`. Whole numbers are bounded by their type
/// too.
struct Domain {
  double least = -std::numeric_limits<double>::infinity();
  bool open = false;
  double below = std::numeric_limits<double>::infinity();
};
constexpr Domain at_least(double least) { return {.least = least}; }
constexpr Domain above(double least) { return {.least = least, .open = true}; }

/// A text for a message of one line, control characters escaped.
std::string on_one_line(const std::string& text);
/// The same, in quotes unless it is a plain word, and cut when it is long.
std::string shown(const std::string& text);

/// Digits, after a - or not: 010 is 10, and 0x10, 1e3, +5, 1_000 and " 5" are refused. Gives the digits without leading
/// zeros. @throws ValueError that names the value, and what it must be.
std::string whole_number(const std::string& name, const std::string& text, std::int64_t least, std::uint64_t most);
/// Digits with a point and an exponent or without; inf, nan and what a double cannot hold are refused.
/// @throws ValueError as above
double real_number(const std::string& name, const std::string& text, const Domain& domain);
/// Any text but none, and none that is a flag: --out --quiet forgets a name. @throws ValueError
std::string words(const std::string& name, const std::string& text);

/// The value that the text means. @throws ValueError as above
template <class T>
T parse_value(const std::string& name, const std::string& text, const Domain& domain) {
  if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    const bool bounded = domain.least > static_cast<double>(Limits::min());
    const std::int64_t least = bounded ? static_cast<std::int64_t>(domain.least) : std::int64_t{Limits::min()};
    const std::uint64_t most = domain.below < static_cast<double>(Limits::max())
                                   ? static_cast<std::uint64_t>(domain.below) - 1
                                   : std::uint64_t{Limits::max()};
    const std::string digits = whole_number(name, text, least, most);
    T value{};
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(real_number(name, text, domain));
  } else {
    return T(words(name, text));
  }
}

}  // namespace xgrad::command_line
