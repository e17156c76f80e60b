// SPDX-License-Identifier: BSD-3-Clause
// Counting the modes that a generator of stacked images reaches.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <xgrad/models/gan_mnist/trained.h>

namespace xgrad::gan_mnist {

struct ModesOptions {
  std::string classifier = {};  ///< of the planes: fashion or mnist; by default that of the data's base
  std::int64_t number = 0;      ///< of images; 0: 26,000, as published
  std::uint64_t seed = 1;
};

/// Whether the run's data are stacked images, which evaluate_modes is for.
bool has_stacked_data(const Trained& trained);

/// The classifier that names the planes of such data, of this format. @throws UsageError when there is none, or it
/// cannot read them.
std::string classifier_of_modes(const std::string& data, const std::string& asked, const models::SampleFormat& format);

/// Prints how many of the modes the generated images reach and the reverse KL of their shares, beside those of real
/// ones, and writes them to the run's eval.json. @throws UsageError for a number below 1 or an unknown classifier
void evaluate_modes(const std::filesystem::path& run, Trained& trained, const ModesOptions& options);

}  // namespace xgrad::gan_mnist
