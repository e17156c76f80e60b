// SPDX-License-Identifier: BSD-3-Clause
// One loss for both networks.
#include <xgrad/models/vae/vae.h>

#include <xgrad/autograd/ops.h>

namespace xgrad::models {

VaeLearner::VaeLearner(Preset preset, std::shared_ptr<Autoencoder> autoencoder, Source source, std::uint64_t seed)
    : Learner(std::move(preset)),
      autoencoder_(std::move(autoencoder)),
      source_(std::move(source)),
      player_(add_player("E", autoencoder_)),
      noise_(stream(seed, Stream::noise)) {
  sample_with(autoencoder_);
  add_stream("noise", noise_);
}

void VaeLearner::round() {
  replay("round", {}, {source_().x}, [this](const Variables& in) {
    const Vae& weights = std::get<Vae>(preset_.family);
    const Posterior posterior = autoencoder_->encode(in[0]);
    const Variable image = (*autoencoder_)(posterior.draw(noise_));
    const Variable reconstruction = gaussian_reconstruction(in[0], image, weights.deviation);
    const Variable kl = divergence_from_prior(posterior);
    const Variable loss = reconstruction + weights.kl * kl;
    tell_loss("loss", loss, "autoencoder");
    tell("reconstruction", reconstruction);
    tell("kl", kl);
    player_.descend(loss);
    return Variables{};
  });
}

}  // namespace xgrad::models
