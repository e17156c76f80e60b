// SPDX-License-Identifier: BSD-3-Clause
// One forward of all three networks, and a sweep of it for each.
#include <xgrad/models/vae/vae_gan.h>

#include <xgrad/autograd/ops.h>

namespace xgrad::models {

Variable features_of(const nn::Sequential& discriminator, const Variable& x) {
  Variable y = x;
  for (std::size_t i = 0; i + 1 < discriminator.size(); ++i) y = discriminator[i](y);
  return y;
}

VaeGanLearner::VaeGanLearner(Preset preset, std::shared_ptr<nn::Module> encoder, std::shared_ptr<nn::Module> decoder,
                             std::shared_ptr<nn::Sequential> discriminator, Source source, std::uint64_t seed)
    : Learner(std::move(preset)),
      autoencoder_(std::make_shared<Autoencoder>(encoder, decoder)),
      discriminator_(std::move(discriminator)),
      source_(std::move(source)),
      e_(add_player("E", std::move(encoder))),
      g_(add_player("G", std::move(decoder))),
      d_(add_player("D", discriminator_)),
      noise_(stream(seed, Stream::noise)) {
  sample_with(autoencoder_);
  add_stream("noise", noise_);
}

void VaeGanLearner::round() {
  replay("round", {}, {source_().x}, [this](const Variables& in) {
    learn(in[0]);
    return Variables{};
  });
}

void VaeGanLearner::learn(const Variable& x) {
  const VaeGan& weights = std::get<VaeGan>(preset_.family);
  const Objective& objective = preset_.objective;
  nn::Module& score = (*discriminator_)[discriminator_->size() - 1];
  const std::int64_t n = x.size(0);

  const Posterior posterior = autoencoder_->encode(x);
  const Variable z = posterior.draw(noise_);
  const Variable of_prior = normal(z.shape(), 0.0, 1.0, z.dtype(), noise_);
  const Variable features = features_of(*discriminator_, x);
  const Variable fake_features = features_of(*discriminator_, (*autoencoder_)(concat({z, of_prior})));
  const Variable r = score(features);
  const Variable f = score(fake_features);

  const Variable reconstruction = gaussian_reconstruction(features.detach(), slice(fake_features, 0, 0, n), 1.0);
  const Variable kl = divergence_from_prior(posterior);
  const Variable e_loss = reconstruction + weights.kl * kl;
  const Variable g_loss = weights.features * reconstruction + objective.g_loss(r.detach(), f);
  const Variable d_loss = objective.d_loss(r, f);
  tell_loss("e_loss", e_loss, "encoder");
  tell_loss("g_loss", g_loss, "generator");
  tell_loss("d_loss", d_loss, "discriminator");
  tell("reconstruction", reconstruction);
  tell("kl", kl);
  tell("d_real", mean(r.detach()));
  tell("d_fake", mean(f.detach()));
  // An update leaves the graph what it was, so that the later sweeps are of the same parameters.
  e_.descend(e_loss, {.retain_graph = true});
  g_.descend(g_loss, {.retain_graph = true});
  d_.descend(d_loss);
}

}  // namespace xgrad::models
