// SPDX-License-Identifier: BSD-3-Clause
// nlohmann's parser and writer, instantiated.
#include <xgrad/nn/json.h>

#include <nlohmann/json.hpp>

namespace xgrad::nn::detail {

nlohmann::json parse_json(std::string_view text) { return nlohmann::json::parse(text); }

nlohmann::json try_parse_json(std::string_view text) { return nlohmann::json::parse(text, nullptr, false); }

std::string write_json(const nlohmann::json& value) { return value.dump(); }

std::string write_json(const nlohmann::ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace xgrad::nn::detail
