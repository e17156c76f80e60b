// SPDX-License-Identifier: BSD-3-Clause
// What a pair of networks is made for: the samples, and how the preset's game is played with them.
#pragma once

#include <cstdint>

#include <xgrad/autograd/random.h>
#include <xgrad/models/conditioned.h>
#include <xgrad/models/data/format.h>

namespace xgrad::models {

/// Which of a pair may use layers in which the samples of a batch see each other.
struct Mixing {
  bool generator = true;
  bool discriminator = true;
};

/// What is asked of a row of the table.
struct NetworkOptions {
  SampleFormat sample = {};
  Mixing mixing = {};
  Labels labels = Labels::none;
  bool spectral_norm = false;  ///< of D's layers
  std::int64_t pac = 1;        ///< samples that D judges together
  std::int64_t outputs = 1;    ///< numbers that D gives of each pack: its logit, or an encoder's code

  /// Classes that go beside z into G, and beside each sample into D.
  std::int64_t beside_latent() const noexcept { return labels == Labels::none ? 0 : sample.classes; }
  std::int64_t beside_sample() const noexcept { return labels == Labels::concat ? sample.classes : 0; }
  /// Planes that D sees of a pack of samples.
  std::int64_t d_channels() const noexcept { return pac * (sample.channels + beside_sample()); }
};

}  // namespace xgrad::models
