// SPDX-License-Identifier: BSD-3-Clause
// Filling holes, and learning to.
#include <xgrad/models/inpaint/context_encoder.h>

#include <xgrad/autograd/ops.h>

namespace xgrad::models {

Variables ContextEncoder::demonstrate(const Variables& real) {
  const Variable& x = real.at(0);
  return {cut_out(x, hole_), forward(x), x};
}

Variable hole_loss(const Variable& x, const Variable& imagined, const Variable& hole) {
  return sum(hole * square(x - imagined)) / (static_cast<double>(x.size(0)) * sum(hole));
}

ContextEncoderLearner::ContextEncoderLearner(Preset preset, std::shared_ptr<ContextEncoder> generator,
                                             std::shared_ptr<nn::Module> discriminator, Source source)
    : Learner(std::move(preset)),
      generator_(std::move(generator)),
      source_(std::move(source)),
      g_(add_player("G", generator_)),
      d_(add_player("D", std::move(discriminator))) {
  sample_with(generator_);
}

void ContextEncoderLearner::round() {
  replay("round", {}, {source_().x}, [this](const Variables& in) {
    learn(in[0]);
    return Variables{};
  });
}

void ContextEncoderLearner::learn(const Variable& x) {
  const double adversarial = std::get<Inpainting>(preset_.family).adversarial;
  const Objective& objective = preset_.objective;
  nn::Module& d = *d_.network;
  const Variable imagined = generator_->imagine(x);
  const Variable filled = fill_in(x, imagined, generator_->hole());

  const Variable r = d(x);
  const Variable f = d(filled.detach());
  const Variable d_loss = objective.d_loss(r, f);
  tell_loss("d_loss", d_loss, "discriminator");
  tell("d_real", mean(r.detach()));
  tell("d_fake", mean(f.detach()));
  d_.descend(d_loss);

  const Variable reconstruction = hole_loss(x, imagined, generator_->hole());
  const Variable real_now = objective.g_sees_real ? d(x).detach() : Variable();
  const Variable judged = objective.g_loss(real_now, d(filled));
  const Variable g_loss = (1.0 - adversarial) * reconstruction + adversarial * judged;
  tell_loss("g_loss", g_loss, "generator");
  tell("reconstruction", reconstruction);
  g_.descend(g_loss);
}

}  // namespace xgrad::models
