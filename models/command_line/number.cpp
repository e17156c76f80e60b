// SPDX-License-Identifier: BSD-3-Clause
// Reading of numbers, whole texts only.
#include <xgrad/models/command_line/number.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <string_view>

#include <xgrad/autograd/error.h>

namespace xgrad::command_line {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void refuse(const std::string& name, const std::string& text, const std::string& expected) {
  if (text.empty()) throw ValueError(name + " is empty, but must be " + expected);
  throw ValueError(name + " is " + shown(text) + ", but must be " + expected);
}

std::string bound(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string expected(const Domain& domain) {
  std::string text = "a decimal number";
  if (std::isfinite(domain.least)) text += (domain.open ? " above " : " of at least ") + bound(domain.least);
  if (std::isfinite(domain.below))
    text += std::string(std::isfinite(domain.least) ? " and" : "") + " below " + bound(domain.below);
  return std::isfinite(domain.least) || std::isfinite(domain.below) ? text : text + ", finite";
}

}  // namespace

std::string on_one_line(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (byte < ' ' || byte == 127) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", byte);
      out += hex;
    } else {
      out += c;
    }
  }
  return out;
}

std::string shown(const std::string& text) {
  constexpr std::size_t longest = 200;
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '+';
  };
  const bool whole = text.size() <= longest;
  if (!text.empty() && whole && std::all_of(text.begin(), text.end(), plain)) return text;
  return '"' + on_one_line(text.substr(0, longest)) + (whole ? "\"" : "...\"");
}

std::string whole_number(const std::string& name, const std::string& text, std::int64_t least, std::uint64_t most) {
  const bool negative = text.starts_with('-');
  std::string_view digits = std::string_view(text).substr(negative ? 1 : 0);
  bool good = !digits.empty() && std::all_of(digits.begin(), digits.end(), is_digit);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.empty() ? 0 : digits.size() - 1));
  std::uint64_t size = 0;
  good = good && std::from_chars(digits.data(), digits.data() + digits.size(), size).ec == std::errc();
  // -2^63 is the least there is, and has no positive counterpart.
  const std::uint64_t deepest = least < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(least) : 0;
  good = good && (negative ? size <= deepest : size <= most);
  if (good && !negative && least > 0) good = size >= static_cast<std::uint64_t>(least);
  if (good && negative && size == 0) good = least <= 0;
  if (!good) refuse(name, text, "a whole decimal number from " + std::to_string(least) + " to " + std::to_string(most));
  return (negative && size > 0 ? "-" : "") + std::string(digits);
}

double real_number(const std::string& name, const std::string& text, const Domain& domain) {
  double value = 0.0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  const bool good = error == std::errc() && last == end && std::isfinite(value) && value < domain.below &&
                    (domain.open ? value > domain.least : value >= domain.least);
  if (!good) refuse(name, text, expected(domain));
  return value + 0.0;  // -0 is 0
}

std::string words(const std::string& name, const std::string& text) {
  if (text.empty()) throw ValueError(name + " is empty, but must name something");
  if (text.starts_with("--"))
    throw ValueError(name + " is " + shown(text) + ", which looks like a flag; a value belongs there");
  return text;
}

}  // namespace xgrad::command_line
