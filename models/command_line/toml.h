// SPDX-License-Identifier: BSD-3-Clause
// TOML, read and written by toml++: flat files of keys with one value each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace xgrad::command_line {

/// A key with its value, and the line it stands in, counted from 1.
struct TomlEntry {
  std::string key;
  std::variant<bool, std::int64_t, double, std::string> value;
  std::size_t line;
};

/// The keys of a TOML 1.0 document, by their lines. @throws ValueError naming the line for what is no TOML, and for
/// tables, dotted keys, lists, dates and times.
std::vector<TomlEntry> parse_toml(const std::string& text);

/// A value as TOML. Numbers are the shortest decimals that read back as the same. A number past TOML's integers, which
/// have 63 bits and a sign, stands in quotes. @throws ValueError for a text that is not UTF-8.
std::string to_toml(const std::string& value);
std::string to_toml(double value);
std::string to_toml(std::int64_t value);
std::string to_toml(std::uint64_t value);
inline std::string to_toml(int value) { return to_toml(std::int64_t{value}); }

}  // namespace xgrad::command_line
