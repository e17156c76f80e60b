// SPDX-License-Identifier: BSD-3-Clause
// What is to be seen of metrics.jsonl, as charts for the report's script.
#pragma once

#include <string>

namespace xgrad::gan_mnist {

/// A JSON object {"charts": [...]}, see report_script: the losses, gradient norms and logits of each player together,
/// the metrics, and whatever else the lines hold by itself. Safe to stand inside a script element.
std::string charts_json(const std::string& metrics);

}  // namespace xgrad::gan_mnist
