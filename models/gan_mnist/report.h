// SPDX-License-Identifier: BSD-3-Clause
// report.html: a run on one page, for a browser.
#pragma once

#include <filesystem>
#include <string>

namespace xgrad::gan_mnist {

/// Writes `run`/report.html: the description, the samples over time on a slider, the curves of metrics.jsonl,
/// the settings and the environment. All of it is in the file, which needs no network. @throws IoError
void write_report(const std::filesystem::path& run, const std::string& description);

}  // namespace xgrad::gan_mnist
