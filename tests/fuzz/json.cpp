// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on what is read as JSON: a metrics log, env.json, the format of samples. FormatError is the one way out,
// and what a log keeps it keeps again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/format.h>
#include <xgrad/models/run/environment.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/nn/json.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace xgrad::models;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string kept = metrics_up_to(text, 100);
  if (metrics_up_to(kept, 100) != kept) std::abort();
  const auto json = xgrad::nn::detail::try_parse_ordered_json(text);
  if (!json.is_discarded()) {
    const std::string written = xgrad::nn::detail::write_json(json);
    if (xgrad::nn::detail::write_json(xgrad::nn::detail::try_parse_ordered_json(written)) != written) std::abort();
  }
  try {
    refuse_other_data(text, {{.path = "a", .sha256 = "0"}});
  } catch (const xgrad::FormatError&) {
  }
  try {
    if (!(parse_format(to_json(parse_format(text))) == parse_format(text))) std::abort();
  } catch (const xgrad::FormatError&) {
  }
  return 0;
}
