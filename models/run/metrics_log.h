// SPDX-License-Identifier: BSD-3-Clause
// metrics.jsonl: one JSON object a line, complete on disk as soon as it is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad::models {

/// The lines of a log that are of steps up to `last`; those that are no whole JSON object with a step are left out.
std::string metrics_up_to(std::string_view log, std::int64_t last);

/// Appends {"step": n, name: value, ...} lines. NaN and infinities, which JSON lacks, become null.
class MetricsLog {
 public:
  /// Lines past `resume_step`, and a line torn by a crash, are removed first; -1 begins anew.
  /// @throws IoError
  explicit MetricsLog(std::filesystem::path path, std::int64_t resume_step = -1);
  ~MetricsLog();
  MetricsLog(const MetricsLog&) = delete;
  MetricsLog& operator=(const MetricsLog&) = delete;

  /// Makes what was appended durable; a checkpoint is no older than its lines then. @throws IoError
  void sync();
  /// @throws IoError
  void append(std::int64_t step, const std::vector<std::pair<std::string, double>>& values);

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace xgrad::models
