// SPDX-License-Identifier: BSD-3-Clause
// Results: appended, read back, summarised.
#include <xgrad/models/gan_mnist/sweep_results.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/append_line.h>
#include <xgrad/nn/file.h>
#include <xgrad/nn/json.h>

namespace xgrad::gan_mnist {

using models::Figures;
using models::Interval;

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* real_images = "real images";

Figures figures_of(const Json& json) {
  Figures figures;
  if (!json.is_object()) return figures;
  for (const auto& [name, value] : json.items()) {
    if (value.is_number()) figures.emplace_back(name, value.get<double>());
  }
  return figures;
}

Json json_of(const Figures& figures) {
  Json json = Json::object();
  for (const auto& [name, value] : figures) json[name] = value;
  return json;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

// The interval's width decides how many decimals of the mean mean something.
std::string cell(const Interval& interval) {
  const double width = interval.half_width;
  if (!std::isfinite(width) || !(width > 0.0)) return number(interval.mean);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(width))), 0, 6);
  char text[64];
  std::snprintf(text, sizeof text, "%.*f ± %.*f", decimals, interval.mean, decimals, width);
  return text;
}

void add_intervals(Summary& summary, const std::map<std::string, std::vector<double>>& values) {
  for (const auto& [name, all] : values) summary.figures[name] = models::confidence_interval(all);
}

}  // namespace

Result read_result(const std::filesystem::path& run) {
  const auto read = [&](const char* name) {
    const std::string file = (run / name).string();
    Json json = nn::detail::try_parse_ordered_json(nn::read_file(file));
    if (!json.is_object()) throw FormatError(file + ": not a JSON object");
    return json;
  };
  const Json eval = read("eval.json");
  const Json timing = read("timing.json");
  Result result{.diverged = false,
                .figures = figures_of(eval.value("generated", Json::object())),
                .real = figures_of(eval.value("real", Json::object()))};
  const Json rest = {{"round", eval.value("round", Json())},
                     {"seconds_per_epoch", timing.value("seconds_per_epoch", Json())}};
  for (const auto& figure : figures_of(rest)) result.figures.push_back(figure);
  return result;
}

SweepResults::SweepResults(std::filesystem::path file) : file_(std::move(file)) {
  if (!std::filesystem::exists(file_)) return;
  std::istringstream lines(nn::read_file(file_.string()));
  for (std::string line; std::getline(lines, line);) {
    const Json json = nn::detail::try_parse_ordered_json(line);
    if (!json.is_object() || !json.contains("run") || !json["run"].is_string()) continue;
    results_[json["run"].get<std::string>()] = {.diverged = json.value("diverged", Json()) == true,
                                                .figures = figures_of(json.value("figures", Json())),
                                                .real = figures_of(json.value("real", Json()))};
  }
}

const Result* SweepResults::find(const Job& job) const {
  const auto at = results_.find(job.name());
  return at == results_.end() ? nullptr : &at->second;
}

void SweepResults::add(const Job& job, const Result& result) {
  Json json = {{"run", job.name()}};
  if (result.diverged) {
    json["diverged"] = true;
  } else {
    json["figures"] = json_of(result.figures);
    json["real"] = json_of(result.real);
  }
  models::append_line(file_, nn::detail::write_json(json));
  results_[job.name()] = result;
}

std::vector<Summary> summarise(const SweepPlan& plan, const SweepResults& results) {
  std::vector<Summary> summaries;
  const std::vector<Job> all = jobs(plan);
  std::map<std::string, std::vector<double>> real;
  for (const Flags& point : points(plan)) {
    Summary summary{.name = to_string(point)};
    std::map<std::string, std::vector<double>> values;
    for (const Job& job : all) {
      const Result* result = job.point == point ? results.find(job) : nullptr;
      if (!result) continue;
      ++summary.runs;
      if (result->diverged) ++summary.diverged;
      for (const auto& [name, value] : result->figures) values[name].push_back(value);
      for (const auto& [name, value] : result->real) real[name].push_back(value);
    }
    add_intervals(summary, values);
    summaries.push_back(std::move(summary));
  }
  Summary floor{.name = real_images};
  add_intervals(floor, real);
  summaries.push_back(std::move(floor));
  return summaries;
}

const std::vector<std::pair<std::string, std::string>>& table_columns() {
  static const std::vector<std::pair<std::string, std::string>> columns = {{"fid", "FID"},
                                                                           {"mmd2", "MMD²"},
                                                                           {"nearest_accuracy", "1-NN"},
                                                                           {"precision", "precision"},
                                                                           {"recall", "recall"},
                                                                           {"density", "density"},
                                                                           {"coverage", "coverage"},
                                                                           {"modes", "modes"},
                                                                           {"reverse_kl", "reverse KL"},
                                                                           {"seconds_per_epoch", "s/epoch"}};
  return columns;
}

std::string table(const std::vector<Summary>& summaries) {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const auto& column : table_columns()) {
    const bool any = std::any_of(summaries.begin(), summaries.end(),
                                 [&](const Summary& s) { return s.figures.contains(column.first); });
    if (any) columns.push_back(column);
  }
  std::string text = "| | runs |";
  std::string rule = "|---|---|";
  for (const auto& column : columns) {
    text += " " + column.second + " |";
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const Summary& s : summaries) {
    const std::string diverged = s.diverged > 0 ? ", " + std::to_string(s.diverged) + " diverged" : "";
    text += "| " + s.name + " | " + (s.runs > 0 ? std::to_string(s.runs) : "") + diverged + " |";
    for (const auto& column : columns) {
      const auto at = s.figures.find(column.first);
      text += " " + (at == s.figures.end() ? "" : cell(at->second)) + " |";
    }
    text += "\n";
  }
  return text;
}

std::string csv(const std::vector<Summary>& summaries) {
  std::string text = "point,runs,diverged,figure,mean,half_width,n\n";
  for (const Summary& s : summaries) {
    for (const auto& [name, interval] : s.figures) {
      char line[128];
      std::snprintf(line, sizeof line, ",%d,%d,%s,%.9g,%.9g,%d\n", s.runs, s.diverged, name.c_str(), interval.mean,
                    interval.half_width, interval.n);
      text += s.name + line;
    }
  }
  return text;
}

}  // namespace xgrad::gan_mnist
