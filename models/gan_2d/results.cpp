// SPDX-License-Identifier: BSD-3-Clause
// Lines of results, to and from JSON.
#include <xgrad/models/gan_2d/results.h>

#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/append_line.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_2d {

Results read_results(const std::filesystem::path& file, const std::string& data, const std::string& network) {
  Results results;
  if (!std::filesystem::exists(file)) return results;
  const std::string content = nn::read_file(file.string());
  std::istringstream lines(content);
  bool good = false;
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    try {
      Result result{.statistics = {}, .seconds = entry.at("seconds")};
      if (!entry.value("diverged", false)) {
        result.statistics = models::ModeStatistics{entry.at("modes"), entry.at("high_quality"), entry.at("reverse_kl")};
      }
      const bool of_these = entry.at("data") == data && entry.at("net") == network;
      if (of_these) results[{entry.at("preset"), entry.at("steps"), entry.at("seed")}] = result;
      good = true;
    } catch (const nlohmann::json::exception&) {
    }
  }
  const bool torn = content.starts_with("{");  // its first line, by a crash
  if (!good && !torn && !content.empty()) {
    throw ValueError("--out " + file.string() + " holds something else than results; name another file for them");
  }
  return results;
}

void append_result(const std::filesystem::path& file, const Setting& setting, const Result& result) {
  nlohmann::json entry = {{"data", setting.data},   {"preset", setting.preset}, {"net", setting.network},
                          {"steps", setting.steps}, {"seed", setting.seed},     {"seconds", result.seconds}};
  if (const auto& s = result.statistics) {
    entry.update({{"modes", s->modes}, {"high_quality", s->high_quality}, {"reverse_kl", s->reverse_kl}});
  } else {
    entry["diverged"] = true;
  }
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  models::append_line(file, entry.dump());
}

}  // namespace xgrad::gan_2d
