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
  const double pixels = sum(hole).item() * static_cast<double>(x.size(0));
  return 1.0 / pixels * sum(hole * square(x - imagined));
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

RoundReport ContextEncoderLearner::round() {
  const double adversarial = std::get<Inpainting>(preset_.family).adversarial;
  const Objective& objective = preset_.objective;
  nn::Module& d = *d_.network;
  const Variable x = source_().x;
  const Variable imagined = generator_->imagine(x);
  const Variable filled = fill_in(x, imagined, generator_->hole());
  RoundReport report;

  const Variable r = d(x);
  const Variable f = d(filled.detach());
  const Variable d_loss = objective.d_loss(r, f);
  report["d_loss"] = finite(d_loss, "discriminator");
  report["d_real"] = mean(r.detach()).item();
  report["d_fake"] = mean(f.detach()).item();
  d_.descend(d_loss);

  const Variable reconstruction = hole_loss(x, imagined, generator_->hole());
  const Variable judged = objective.g_loss(objective.g_sees_real ? d(x).detach() : Variable(), d(filled));
  const Variable g_loss = (1.0 - adversarial) * reconstruction + adversarial * judged;
  report["g_loss"] = finite(g_loss, "generator");
  report["reconstruction"] = reconstruction.item();
  g_.descend(g_loss);
  return report;
}

}  // namespace xgrad::models
