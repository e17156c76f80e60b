// SPDX-License-Identifier: BSD-3-Clause
// D in evaluation mode, rebuilt from the checkpoint.
#include <xgrad/models/gan_mnist/critic.h>

#include <algorithm>
#include <memory>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/conditioned.h>
#include <xgrad/models/metrics/statistics.h>
#include <xgrad/models/network.h>
#include <xgrad/models/pack.h>
#include <xgrad/models/penalty.h>
#include <xgrad/models/run/checkpoint.h>

namespace xgrad::gan_mnist {

using namespace xgrad::models;

namespace {

std::shared_ptr<nn::Module> load_critic(const Trained& trained) {
  Generator unused;
  const std::shared_ptr<nn::Module> critic = make_networks(trained.preset, trained.format, unused).discriminator;
  use_checkpoint(trained.checkpoint.string(),
                 [&](const Checkpoint& checkpoint) { critic->load_state_dict(checkpoint.section("D")); });
  critic->eval();
  return critic;
}

SlopeStatistics statistics(const Array& norms) {
  const std::vector<double> values = norms.to_vector<double>();
  const Variable all(norms);
  return {.mean = mean(all).item(),
          .sd = stddev(all, {}, false, 0.0).item(),
          .low = quantile(values, 0.05),
          .median = quantile(values, 0.5),
          .high = quantile(values, 0.95)};
}

}  // namespace

bool has_critic(const Trained& trained) { return std::holds_alternative<Gan>(trained.preset.family); }

CriticFindings look_at_critic(const Trained& trained, const Batch& train, const Batch& unseen, const Array& generated) {
  const std::shared_ptr<nn::Module> critic = load_critic(trained);
  const std::int64_t pac = trained.preset.pac;
  const std::int64_t n = generated.shape()[0] / pac * pac;
  Shape shape =
      trained.network->layout == PixelLayout::flat ? Shape{trained.format.elements()} : trained.format.shape();
  shape.insert(0, n);
  const auto packed = [&](const Array& images) { return pack(reshape(slice(Variable(images), 0, 0, n), shape), pac); };
  const auto condition = [&](const Array& labels) {
    if (trained.classes == 0) return Variable();
    return pack(one_hot(slice(Variable(labels), 0, 0, n), trained.classes), pac);
  };
  std::vector<std::int64_t> cycle(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i)
    cycle[static_cast<std::size_t>(i)] = i % std::max<std::int64_t>(1, trained.classes);

  CriticFindings findings;
  const auto look = [&](const char* name, const Variable& images, const Variable& told, bool with_logits) {
    Variable at = images.detach();
    at.requires_grad_();
    const Variable score = evaluate(*critic, at, told);
    if (with_logits) findings.logits.emplace_back(name, mean(score.detach()).item());
    const Variable norms = norm(slopes(score, at).detach(), {1});
    findings.slopes.emplace_back(name, statistics(norms.array()));
  };
  const Variable x = packed(train.samples);
  const Variable y = packed(generated);
  const Variable of_x = condition(train.labels);
  look("train", x, of_x, true);
  look("unseen", packed(unseen.samples), condition(unseen.labels), true);
  look("generated", y, condition(tensor(cycle, {n}).array()), true);
  Generator random(1);
  look("between", interpolate(x, y, random), of_x, false);
  return findings;
}

}  // namespace xgrad::gan_mnist
