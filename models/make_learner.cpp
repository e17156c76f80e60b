// SPDX-License-Identifier: BSD-3-Clause
// One way of putting networks together for each family.
#include <xgrad/models/make_learner.h>

#include <xgrad/models/cycle/cycle.h>
#include <xgrad/models/inpaint/context_encoder.h>
#include <xgrad/models/network.h>
#include <xgrad/models/trainer.h>
#include <xgrad/models/vae/vae.h>
#include <xgrad/models/vae/vae_gan.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::models {

namespace {

// Makes networks of the preset's row, one after the other from one stream.
struct Maker {
  const Preset& preset;
  const SampleFormat& sample;
  Generator random;

  std::int64_t latent() const { return find_network(preset.network).latent; }
  Networks networks(std::int64_t outputs = 1) { return make_networks(preset, sample, random, outputs); }
  std::shared_ptr<nn::Module> judge() { return networks().discriminator; }

  // An encoder gives a mean and the logarithm of a variance for each element of z.
  std::shared_ptr<Autoencoder> autoencoder() {
    const Networks nets = networks(2 * latent());
    return std::make_shared<Autoencoder>(nets.discriminator, nets.generator);
  }
  // From a sample to as many numbers as z has, and from these to a sample.
  std::shared_ptr<nn::Module> translator() {
    const Networks nets = networks(latent());
    return std::make_shared<nn::Sequential>(nets.discriminator, nets.generator);
  }
  std::shared_ptr<ContextEncoder> context_encoder(const Inpainting& family) {
    const PixelLayout layout = find_network(preset.network).layout;
    return std::make_shared<ContextEncoder>(translator(), centre_hole(sample, layout, family.hole));
  }
  std::shared_ptr<Translators> translators() {
    auto g = translator();
    return std::make_shared<Translators>(std::move(g), translator());
  }
};

// The families' learners and samplers, an overload each.
struct MakeLearner {
  Maker& make;
  const Sources& sources;
  std::uint64_t seed;

  std::unique_ptr<Learner> operator()(const Gan&) const {
    return std::make_unique<Trainer>(make.preset, make.networks(), make.latent(), sources.data, seed);
  }
  std::unique_ptr<Learner> operator()(const Vae&) const {
    return std::make_unique<VaeLearner>(make.preset, make.autoencoder(), sources.data, seed);
  }
  std::unique_ptr<Learner> operator()(const VaeGan&) const {
    const Networks nets = make.networks(2 * make.latent());
    const auto judge = std::dynamic_pointer_cast<nn::Sequential>(make.judge());
    if (!judge) {
      throw ValueError("[make_learner] the discriminator of networks \"" + make.preset.network +
                       "\" has no last layer whose input could be features");
    }
    return std::make_unique<VaeGanLearner>(make.preset, nets.discriminator, nets.generator, judge, sources.data, seed);
  }
  std::unique_ptr<Learner> operator()(const CycleGan&) const {
    if (!sources.from) {
      throw ValueError("[make_learner] preset \"" + make.preset.name +
                       "\" translates: it needs a second source of samples");
    }
    auto translators = make.translators();
    auto of_a = make.judge();
    return std::make_unique<CycleLearner>(make.preset, std::move(translators), std::move(of_a), make.judge(),
                                          sources.from, sources.data, seed);
  }
  std::unique_ptr<Learner> operator()(const Inpainting& family) const {
    auto generator = make.context_encoder(family);
    return std::make_unique<ContextEncoderLearner>(make.preset, std::move(generator), make.judge(), sources.data);
  }
};

struct MakeSampler {
  Maker& make;

  std::shared_ptr<nn::Module> operator()(const Gan&) const { return make.networks().generator; }
  std::shared_ptr<nn::Module> operator()(const Vae&) const { return make.autoencoder(); }
  std::shared_ptr<nn::Module> operator()(const VaeGan&) const { return make.autoencoder(); }
  std::shared_ptr<nn::Module> operator()(const CycleGan&) const { return make.translators(); }
  std::shared_ptr<nn::Module> operator()(const Inpainting& family) const { return make.context_encoder(family); }
};

}  // namespace

std::unique_ptr<Learner> make_learner(const Preset& preset, const SampleFormat& sample, const Sources& sources,
                                      std::uint64_t seed) {
  Maker make{preset, sample, stream(seed, Stream::initialisation)};
  return std::visit(MakeLearner{make, sources, seed}, preset.family);
}

std::shared_ptr<nn::Module> make_sampler(const Preset& preset, const SampleFormat& sample) {
  Maker make{preset, sample, Generator()};
  return std::visit(MakeSampler{make}, preset.family);
}

}  // namespace xgrad::models
