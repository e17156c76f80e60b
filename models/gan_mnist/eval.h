// SPDX-License-Identifier: BSD-3-Clause
// Measuring a trained run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <xgrad/models/gan_mnist/settings.h>

namespace xgrad::gan_mnist {

struct EvalOptions {
  std::filesystem::path run = {};
  std::string space = {};          ///< in which images are compared; by default the data's own
  std::string against = "unseen";  ///< or "train"
  std::int64_t number = 0;         ///< images in each set; 0: as many as there are, and at most 5000
  std::uint64_t seed = 1;
  bool best = false;  ///< the best checkpoint instead of the newest
};

/// Prints the figures, with those of other real images beside them, and writes them to the run's eval.json.
/// @throws UsageError for options that do not fit the run; as load_trained
void evaluate_run(const EvalOptions& options);

/// What evaluate_run would refuse of the options, found out before the training of such a run.
/// @throws UsageError, ValueError; DataMissing
void check_evaluation(const Settings& settings, const EvalOptions& options);

}  // namespace xgrad::gan_mnist
