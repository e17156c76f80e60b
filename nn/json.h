// SPDX-License-Identifier: BSD-3-Clause
// JSON texts of the library: nlohmann's parser and writer, which are long templates, compiled once. Internal to xgrad.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace xgrad::nn::detail {

/// @throws nlohmann::json::exception; FormatError for a text that nests deeper than 100 levels, which nlohmann parses
/// but copies and writes by recursion.
nlohmann::json parse_json(std::string_view text);
/// The same, but a text that is no JSON, or nests deeper, gives a value that is discarded, of no type.
nlohmann::json try_parse_json(std::string_view text);
/// The same with the keys in their order.
nlohmann::ordered_json try_parse_ordered_json(std::string_view text);

/// @throws FormatError for anything but a whole number from 0 to 2^64 - 1, which nlohmann would convert to one.
std::uint64_t whole_number(const nlohmann::json& value);

/// On one line. @throws nlohmann::json::exception on text that is not UTF-8.
std::string write_json(const nlohmann::json& value);
/// On one line, or indented; what is not UTF-8 is replaced.
std::string write_json(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace xgrad::nn::detail
