// SPDX-License-Identifier: BSD-3-Clause
// SweepResults: one JSON line for each finished run, and what they say together.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <xgrad/models/gan_mnist/sweep_plan.h>
#include <xgrad/models/metrics/image_meter.h>
#include <xgrad/models/metrics/statistics.h>

namespace xgrad::gan_mnist {

struct Result {
  bool diverged = false;
  models::Figures figures;  ///< of generated images; none of a run that diverged
  models::Figures real;     ///< of other real images in their place
};

/// What a run in this folder that ended and was measured has left. Figures that are no numbers are left out.
/// @throws IoError, FormatError
Result read_result(const std::filesystem::path& run);

class SweepResults {
 public:
  /// Reads the lines there are; what a crash has torn counts as not run. @throws IoError
  explicit SweepResults(std::filesystem::path file);

  bool has(const Job& job) const { return results_.contains(job.name()); }
  const Result* find(const Job& job) const;
  /// Adds a line, whole and durable before it returns. @throws IoError
  void add(const Job& job, const Result& result);

 private:
  std::filesystem::path file_;
  std::map<std::string, Result> results_;
};

/// A point of the grid over its runs.
struct Summary {
  std::string name = {};
  int runs = 0;  ///< that ended, diverged ones included
  int diverged = 0;
  std::map<std::string, models::Interval> figures = {};  ///< of those that did not diverge
};
/// Of every point, and at the end of the real images, named "real images".
std::vector<Summary> summarise(const SweepPlan& plan, const SweepResults& results);

/// The figures of the table, in its order: name and heading.
const std::vector<std::pair<std::string, std::string>>& table_columns();
/// A Markdown table of means with 95 % confidence intervals.
std::string table(const std::vector<Summary>& summaries);
/// The same as comma-separated values: mean, half width and number of each figure.
std::string csv(const std::vector<Summary>& summaries);

}  // namespace xgrad::gan_mnist
