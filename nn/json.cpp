// SPDX-License-Identifier: BSD-3-Clause
// nlohmann's parser and writer, instantiated.
#include <xgrad/nn/json.h>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>

namespace xgrad::nn::detail {

namespace {

// A zero byte, which nlohmann would take for the end, is counted as deep too: no JSON has one.
bool is_too_deep(std::string_view text) {
  constexpr int most = 100;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') return true;
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{')) {
      if (++depth > most) return true;
    } else if (!quoted && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return false;
}

template <class Json>
Json try_parse(std::string_view text) {
  if (is_too_deep(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, false);
}

}  // namespace

nlohmann::json parse_json(std::string_view text) {
  if (is_too_deep(text)) throw FormatError("JSON that nests deeper than 100 levels, or holds a zero byte");
  return nlohmann::json::parse(text);
}

nlohmann::json try_parse_json(std::string_view text) { return try_parse<nlohmann::json>(text); }
nlohmann::ordered_json try_parse_ordered_json(std::string_view text) { return try_parse<nlohmann::ordered_json>(text); }

std::uint64_t whole_number(const nlohmann::json& value) {
  if (!value.is_number_unsigned())
    throw FormatError("a JSON value of type " + std::string(value.type_name()) + " is no whole number of 64 bits");
  return value.get<std::uint64_t>();
}

std::string write_json(const nlohmann::json& value) { return value.dump(); }

std::string write_json(const nlohmann::ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace xgrad::nn::detail
