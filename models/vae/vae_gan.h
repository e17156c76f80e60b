// SPDX-License-Identifier: BSD-3-Clause
// VaeGanLearner: an autoencoder whose reconstructions are compared by the features of a discriminator.
#pragma once

#include <memory>

#include <xgrad/models/learner.h>
#include <xgrad/models/vae/autoencoder.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::models {

/// A discriminator's features: what its layers but the last, the score, make of x.
Variable features_of(const nn::Sequential& discriminator, const Variable& x);

/// Players "E", "G" and "D", each down its own loss, all from the same parameters (Larsen et al., 2016, algorithm 1).
/// With the features phi of D, x~ = G(z), z ~ N(mu, sigma^2) of E(x), and the generated samples of which f are the
/// logits half x~ and half G of the prior:
///   E: E ||phi(x) - phi(x~)||^2 / 2 + kl E KL(N(mu, sigma^2) || N(0, I))
///   G: features E ||phi(x) - phi(x~)||^2 / 2 + the objective's
///   D: the objective's alone; the reconstruction does not reach it.
/// A round is a batch. Its figures: "e_loss", "g_loss", "d_loss" and, before their weights, "reconstruction" and "kl";
/// "d_real" and "d_fake", D's mean logits.
class VaeGanLearner : public Learner {
 public:
  VaeGanLearner(Preset preset, std::shared_ptr<nn::Module> encoder, std::shared_ptr<nn::Module> decoder,
                std::shared_ptr<nn::Sequential> discriminator, Source source, std::uint64_t seed);

 private:
  void round() override;
  void learn(const Variable& x);

  std::shared_ptr<Autoencoder> autoencoder_;
  std::shared_ptr<nn::Sequential> discriminator_;
  Source source_;
  Player& e_;
  Player& g_;
  Player& d_;
  Generator noise_;
};

}  // namespace xgrad::models
