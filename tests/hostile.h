// SPDX-License-Identifier: BSD-3-Clause
// Damaged input for parsers: whatever comes, they return or throw FormatError.
#pragma once

#include <doctest/doctest.h>

#include <random>
#include <string>

#include <xgrad/autograd/error.h>

namespace xgrad::tests {

/// The text of the FormatError that `parse(bytes)` throws; "" when it throws none.
template <class Parse>
std::string format_error(const Parse& parse, const std::string& bytes) {
  try {
    parse(bytes);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

/// Feeds `parse` with `rounds` copies of `bytes`, each with bytes changed, removed, inserted or cut off.
/// Any other exception, or a crash, fails the test. Returns how many copies were refused.
template <class Parse>
int fuzz(const Parse& parse, const std::string& bytes, int rounds) {
  std::mt19937 random(20240229);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string damaged = bytes;
    for (std::size_t change = 0; change <= below(3); ++change) {
      const std::size_t at = below(damaged.size());
      switch (below(6)) {
        case 0:
          damaged[at] = static_cast<char>(random());
          break;
        case 1:
          damaged[at] = static_cast<char>(damaged[at] ^ (1 << below(8)));
          break;
        case 2:
          damaged.resize(at + 1);
          break;
        case 3:
          damaged.erase(at, 1 + below(4));
          break;
        case 4:
          damaged.insert(at, 1 + below(9), static_cast<char>(random()));
          break;
        default:
          damaged.insert(at, damaged.substr(below(damaged.size()), 16));
          break;
      }
      if (damaged.empty()) damaged = "x";
    }
    try {
      parse(damaged);
    } catch (const FormatError&) {
      ++refused;
    } catch (const std::exception& error) {
      FAIL_CHECK("round " << round << " threw something else: " << error.what());
    }
  }
  return refused;
}

}  // namespace xgrad::tests
