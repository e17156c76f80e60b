// SPDX-License-Identifier: BSD-3-Clause
// report.html: a run on one page, for a browser.
#pragma once

#include <filesystem>
#include <string>

namespace xgrad::gan_mnist {

/// Writes `run`/report.html with the description, the picture, the curves of metrics.jsonl, the settings and the
/// environment; it refers to the picture and embeds all else. @throws IoError
void write_report(const std::filesystem::path& run, const std::string& description,
                  const std::filesystem::path& picture);

}  // namespace xgrad::gan_mnist
