// SPDX-License-Identifier: BSD-3-Clause
// One way of putting networks together for each family.
#include <xgrad/models/make_learner.h>

#include <xgrad/models/network.h>
#include <xgrad/models/overloaded.h>
#include <xgrad/models/trainer.h>
#include <xgrad/models/vae/vae.h>

namespace xgrad::models {

namespace {

// An encoder gives a mean and the logarithm of a variance for each element of z.
std::shared_ptr<Autoencoder> make_autoencoder(const Preset& preset, const SampleFormat& sample, Generator& random) {
  const Networks nets = make_networks(preset, sample, random, 2 * find_network(preset.network).latent);
  return std::make_shared<Autoencoder>(nets.discriminator, nets.generator);
}

}  // namespace

std::unique_ptr<Learner> make_learner(const Preset& preset, const SampleFormat& sample, Source source,
                                      std::uint64_t seed) {
  Generator random = stream(seed, Stream::initialisation);
  using Made = std::unique_ptr<Learner>;
  return std::visit(Overloaded{
                        [&](const Gan&) -> Made {
                          return std::make_unique<Trainer>(preset, make_networks(preset, sample, random),
                                                           find_network(preset.network).latent, std::move(source),
                                                           seed);
                        },
                        [&](const Vae&) -> Made {
                          return std::make_unique<VaeLearner>(preset, make_autoencoder(preset, sample, random),
                                                              std::move(source), seed);
                        },
                    },
                    preset.family);
}

std::shared_ptr<nn::Module> make_sampler(const Preset& preset, const SampleFormat& sample) {
  Generator unused;
  using Made = std::shared_ptr<nn::Module>;
  return std::visit(Overloaded{
                        [&](const Gan&) -> Made { return make_networks(preset, sample, unused).generator; },
                        [&](const Vae&) -> Made { return make_autoencoder(preset, sample, unused); },
                    },
                    preset.family);
}

}  // namespace xgrad::models
