// SPDX-License-Identifier: BSD-3-Clause
// report.html: a run on one page, for a browser.
#pragma once

#include <filesystem>

namespace xgrad::gan_mnist {

/// Writes the run's report.html: its description, the samples over time on a slider, the curves of metrics.jsonl, the
/// settings and the environment, as far as they are there yet. All of it is in the file, which needs no network and is
/// replaced as a whole. @throws IoError
void write_report(const std::filesystem::path& run);
/// The page, written anew when there is none or something that it shows is newer. @throws IoError
std::filesystem::path fresh_report(const std::filesystem::path& run);

}  // namespace xgrad::gan_mnist
