// SPDX-License-Identifier: BSD-3-Clause
// What finished runs leave behind: a JSON line each, at the end of one file that several processes may write to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include <xgrad/models/gan_2d/experiment.h>
#include <xgrad/models/metrics/modes.h>

namespace xgrad::gan_2d {

struct Result {
  std::optional<models::ModeStatistics> statistics;  ///< none: it diverged
  double seconds = 0.0;                              ///< of one core
};

/// By preset, rounds and seed.
using Results = std::map<std::tuple<std::string, std::int64_t, std::uint64_t>, Result>;

/// Those on the data by the network; what a crash has torn counts as not run. @throws ValueError for a file of anything
/// else, which is to stay as it is; IoError
Results read_results(const std::filesystem::path& file, const std::string& data, const std::string& network);

/// @throws IoError
void append_result(const std::filesystem::path& file, const Setting& setting, const Result& result);

}  // namespace xgrad::gan_2d
