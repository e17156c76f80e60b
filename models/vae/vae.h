// SPDX-License-Identifier: BSD-3-Clause
// VaeLearner: an autoencoder that climbs the evidence lower bound.
#pragma once

#include <memory>

#include <xgrad/models/learner.h>
#include <xgrad/models/vae/autoencoder.h>

namespace xgrad::models {

/// One player, "E", which is encoder and decoder. A round is a batch. Its figures: "loss" and its terms
/// "reconstruction" and "kl", before their weights.
class VaeLearner : public Learner {
 public:
  /// @throws ValueError when the preset is of another family.
  VaeLearner(Preset preset, std::shared_ptr<Autoencoder> autoencoder, Source source, std::uint64_t seed);

 private:
  void round() override;

  std::shared_ptr<Autoencoder> autoencoder_;
  Source source_;
  Player& player_;
  Generator noise_;
};

}  // namespace xgrad::models
