// SPDX-License-Identifier: BSD-3-Clause
// Lines of results, to and from JSON.
#include <xgrad/models/gan_2d/results.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include <xgrad/models/run/append_line.h>

namespace xgrad::gan_2d {

Results read_results(const std::filesystem::path& file, const std::string& data, const std::string& network) {
  Results results;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object() || entry.value("data", "") != data || entry.value("net", "") != network) continue;
    Result result{.statistics = {}, .seconds = entry.at("seconds")};
    if (!entry.value("diverged", false)) {
      result.statistics = models::ModeStatistics{entry.at("modes"), entry.at("high_quality"), entry.at("reverse_kl")};
    }
    results[{entry.at("preset"), entry.at("steps"), entry.at("seed")}] = result;
  }
  return results;
}

void append_result(const std::filesystem::path& file, const Setting& setting, std::int64_t steps,
                   const Result& result) {
  nlohmann::json entry = {{"data", setting.data}, {"preset", setting.preset}, {"net", setting.network},
                          {"steps", steps},       {"seed", setting.seed},     {"seconds", result.seconds}};
  if (const auto& s = result.statistics) {
    entry.update({{"modes", s->modes}, {"high_quality", s->high_quality}, {"reverse_kl", s->reverse_kl}});
  } else {
    entry["diverged"] = true;
  }
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  models::append_line(file, entry.dump());
}

}  // namespace xgrad::gan_2d
