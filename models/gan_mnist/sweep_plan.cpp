// SPDX-License-Identifier: BSD-3-Clause
// Grids and their runs.
#include <xgrad/models/gan_mnist/sweep_plan.h>

#include <algorithm>
#include <sstream>

#include <nlohmann/json.hpp>

#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/nn/json.h>

namespace xgrad::gan_mnist {

Axis parse_axis(const std::string& text) {
  const auto refuse = [&](const std::string& why) {
    throw UsageError("--grid " + text + ": " + why + "; for example --grid lambda=0.1,1,10");
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    refuse("a flag and its values belong there");
  Axis axis{.flag = text.substr(0, equals), .values = {}};
  std::istringstream values(text.substr(equals + 1));
  if (text.ends_with(',')) refuse("a value is missing");
  for (std::string value; std::getline(values, value, ',');) {
    if (value.empty()) refuse("a value is missing");
    if (std::find(axis.values.begin(), axis.values.end(), value) != axis.values.end())
      refuse(value + " is there twice");
    axis.values.push_back(value);
  }
  if (axis.values.empty() || text.back() == ',') refuse("a value is missing");
  return axis;
}

std::string to_string(const Flags& point) {
  std::string text;
  for (const auto& [flag, value] : point) text += (text.empty() ? "" : " ") + flag + "=" + value;
  return text;
}

std::string Job::name() const {
  return to_string(point) + " seed=" + std::to_string(seed) + (fold > 0 ? " fold=" + std::to_string(fold) : "");
}

std::vector<Flags> points(const SweepPlan& plan) {
  std::vector<Flags> all = {{}};
  for (const Axis& axis : plan.axes) {
    std::vector<Flags> longer;
    for (const Flags& point : all) {
      for (const std::string& value : axis.values) {
        longer.push_back(point);
        longer.back().emplace_back(axis.flag, value);
      }
    }
    all = std::move(longer);
  }
  return all;
}

std::vector<Job> jobs(const SweepPlan& plan) {
  std::vector<Job> all;
  for (int s = 0; s < plan.seeds; ++s) {
    for (int fold = plan.folds > 0 ? 1 : 0; fold <= plan.folds; ++fold) {
      for (const Flags& point : points(plan)) {
        all.push_back({.point = point, .seed = plan.first_seed + static_cast<std::uint64_t>(s), .fold = fold});
      }
    }
  }
  return all;
}

std::vector<std::string> arguments(const SweepPlan& plan, const Job& job) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& flag, const std::string& value) { all.push_back("--" + flag + "=" + value); };
  for (const Flags* flags : {&plan.common, &job.point}) {
    for (const auto& [flag, value] : *flags) add(flag, value);
  }
  add("seed", std::to_string(job.seed));
  if (job.fold > 0) add("hold-out", std::to_string(job.fold) + "/" + std::to_string(plan.folds));
  return all;
}

std::string identity(const SweepPlan& plan) {
  nlohmann::ordered_json json = {{"folds", plan.folds}, {"minutes", plan.minutes}, {"number", plan.number}};
  json["space"] = plan.space;
  json["flags"] = nlohmann::ordered_json::object();
  for (const auto& [flag, value] : plan.common) json["flags"][flag] = value;
  return nn::detail::write_json(json, 2) + "\n";  // a path need not be UTF-8
}

}  // namespace xgrad::gan_mnist
