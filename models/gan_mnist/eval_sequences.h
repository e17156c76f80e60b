// SPDX-License-Identifier: BSD-3-Clause
// Measuring texts and waves of a trained run.
#pragma once

#include <cstdint>
#include <filesystem>

#include <xgrad/models/gan_mnist/trained.h>

namespace xgrad::gan_mnist {

/// Prints how far `n` texts or waves (0: 5000, or as many as there are unseen ones) are from unseen ones, and how far
/// those trained on are from them; writes it to the run's eval.json. @throws as load_data
void evaluate_sequences(Trained& trained, const std::filesystem::path& run, std::int64_t n, std::uint64_t seed);

}  // namespace xgrad::gan_mnist
