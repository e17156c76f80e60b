// SPDX-License-Identifier: BSD-3-Clause
// Reads the whole text as a number.
#include <xgrad/models/run/whole_number.h>

#include <charconv>
#include <cstdint>

namespace xgrad::models {

std::string whole_number_problem(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && last == end) return {};
  return "it is " + text + ", but must be a whole number from 0 to 18446744073709551615";
}

}  // namespace xgrad::models
