// SPDX-License-Identifier: BSD-3-Clause
// Formats as JSON, in which runs keep them.
#include <xgrad/models/data/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/kinds.h>
#include <xgrad/models/data/text.h>
#include <xgrad/nn/json.h>

namespace xgrad::models {

namespace {

using Json = nlohmann::json;

std::int64_t extent(const Json& json, const char* name, std::int64_t least, std::int64_t most) {
  const Json& value = json.at(name);
  if (value.is_number_integer()) {
    const auto n = value.get<std::int64_t>();
    if (n >= least && n <= most) return n;
  }
  throw FormatError("samples with " + std::string(name) + " " + nn::detail::write_json(value).substr(0, 50) +
                    " are out of range");
}

}  // namespace

std::string to_json(const SampleFormat& f) {
  const Json json = {{"kind", row_of(f.kind).name}, {"channels", f.channels}, {"height", f.height}, {"width", f.width},
                     {"classes", f.classes},        {"alphabet", f.alphabet}, {"rate", f.rate}};
  return nn::detail::write_json(json);
}

SampleFormat parse_format(const std::string& text) {
  constexpr std::int64_t longest = 1 << 16;
  constexpr std::int64_t most_elements = 1 << 22;
  try {
    const Json json = nn::detail::parse_json(text);
    const SampleFormat format{.height = extent(json, "height", 1, longest),
                              .width = extent(json, "width", 1, longest),
                              .classes = extent(json, "classes", 0, 256),
                              .channels = extent(json, "channels", 1, 256),
                              .kind = find_kind(json.at("kind")).kind,
                              .alphabet = json.at("alphabet"),
                              .rate = extent(json, "rate", 0, 1 << 20)};
    if (format.elements() > most_elements) throw FormatError("samples of more than 2^22 numbers are out of range");
    if (format.kind != DataKind::images && format.height != 1) throw FormatError("sequences have one row");
    if (format.kind == DataKind::waves && (format.channels != 1 || format.rate < 1)) {
      throw FormatError("waves have one channel and a rate");
    }
    if (format.kind == DataKind::text &&
        static_cast<std::int64_t>(from_utf8(format.alphabet, "the alphabet").size()) != format.channels) {
      throw FormatError("the alphabet has not one letter for each channel");
    }
    return format;
  } catch (const Json::exception& e) {
    throw FormatError(std::string("what a sample is cannot be read: ") + e.what());
  } catch (const ValueError& e) {
    throw FormatError(e.what());
  }
}

void require_same_shape(const SampleFormat& format, const std::string& what, const SampleFormat& wanted,
                        const std::string& beside) {
  if (format.kind == wanted.kind && format.shape() == wanted.shape()) return;
  throw FormatError(what + " have the shape " + to_string(format.shape()) + ", but " + beside + " have " +
                    to_string(wanted.shape()));
}

}  // namespace xgrad::models
