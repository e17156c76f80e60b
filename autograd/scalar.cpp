// SPDX-License-Identifier: BSD-3-Clause
// Scalar: what does not fit, and its digits.
#include <xgrad/autograd/scalar.h>

#include <array>
#include <charconv>
#include <cmath>

#include <xgrad/autograd/error.h>

namespace xgrad {

std::int64_t Scalar::whole(const char* op) const {
  return is_whole_ ? whole_ : detail::fitting<std::int64_t>(op, real_);
}

void Scalar::throw_too_large(std::uint64_t value) {
  throw ValueError("[Scalar] " + std::to_string(value) + " is above 2^63 - 1, the greatest int64; give it as a double");
}

std::string to_string(Scalar value) {
  std::array<char, 32> text{};
  const auto written = [&](const std::to_chars_result& r) { return std::string(text.data(), r.ptr); };
  if (value.is_whole()) return written(std::to_chars(text.begin(), text.end(), value.whole("to_string")));
  const double x = value.real();
  if (std::isnan(x)) return "nan";
  return written(std::to_chars(text.begin(), text.end(), x));
}

void detail::throw_does_not_fit(const char* op, Scalar value, bool floating, bool is_signed, std::size_t bits) {
  const std::string type = bits == 1 ? "bool"
                                     : (floating    ? "float"
                                        : is_signed ? "int"
                                                    : "uint") +
                                           std::to_string(bits);
  const double x = value.real();
  const bool fraction = !value.is_whole() && x != std::trunc(x);
  throw ValueError("[" + std::string(op) + "] " + to_string(value) + " does not fit " + type + ", which holds " +
                   (floating   ? value.is_whole() ? "such whole numbers by rounding only; ask for std::int64_t"
                                                  : "smaller numbers only; ask for a wider type"
                    : fraction ? "whole numbers only; round it first, or ask for a floating type"
                               : "finite whole numbers of its range only"));
}

}  // namespace xgrad
