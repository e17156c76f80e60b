// SPDX-License-Identifier: BSD-3-Clause
// What an evaluation found: figures of generated samples beside those of real ones, on the terminal and in eval.json.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <xgrad/models/metrics/image_meter.h>

namespace xgrad::gan_mnist {

/// Prints both columns, the second headed `beside`, and adds them to `json` as "generated" and "real".
void tell_figures(const models::Figures& generated, const models::Figures& real, const std::string& beside,
                  nlohmann::ordered_json& json);

/// Writes the run's eval.json, adds a line to its evals.jsonl, which keeps those before it, and says where it is.
/// @throws IoError
void write_findings(const std::filesystem::path& run, const nlohmann::ordered_json& json);

}  // namespace xgrad::gan_mnist
