// SPDX-License-Identifier: BSD-3-Clause
// Training, counting and drawing in the plane.
#include <xgrad/models/gan_2d/experiment.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/toy_network.h>

namespace xgrad::gan_2d {

using namespace xgrad::models;

namespace {

constexpr std::int64_t shown = 2500;
constexpr std::int64_t side = 640;  // pixels
constexpr std::int64_t arrows_a_side = 24;

}  // namespace

Preset plane_preset(const Setting& setting) {
  Preset preset = find_preset(setting.preset);
  if (!std::holds_alternative<Gan>(preset.family)) {
    throw ValueError("[gan_2d] " + preset.name + " is no game of a generator from noise against a discriminator");
  }
  if (preset.labels != Labels::none || preset.spectral_norm) {
    throw ValueError("[gan_2d] " + preset.name + " wants labels or layers that the plane's networks have not");
  }
  OptimizerSpec& optimizer = preset.optimizer;
  const ToyNetwork& network = find_toy_network(setting.network);
  if (optimizer.kind == OptimizerSpec::Kind::adam) optimizer = {.lr = network.lr, .beta1 = 0.8, .beta2 = 0.999};
  if (preset.method && preset.method->kind == GameMethod::Kind::adaptive) optimizer.lr = network.lr;
  if (setting.lr) optimizer.lr = *setting.lr;
  // The modes are so narrow that D must be steeper than on images to tell them from what lies between.
  if (preset.method) preset.method->step_size *= 0.1;  // unrolled descents leave a steep D at longer steps
  if (preset.penalty && preset.penalty->point != Penalty::Point::latent) preset.penalty->weight *= 0.1;
  preset.schedule.simultaneous = preset.schedule.d_steps == 1;
  preset.batch_size = 100 * preset.pac;
  preset.average = network.average;
  return preset;
}

Experiment::Experiment(const Setting& setting)
    : mixture_(find_mixture(setting.data)),
      data_(std::make_unique<Generator>(stream(setting.seed, Stream::data_order))),
      shown_(stream(setting.seed, Stream::samples)) {
  const Preset chosen = plane_preset(setting);
  const bool latent = chosen.penalty && chosen.penalty->point == Penalty::Point::latent;
  const auto make = [&] {
    Generator initial = stream(setting.seed, Stream::initialisation);
    return toy_networks(find_toy_network(setting.network), chosen.pac, !latent, initial);
  };
  sampler_ = make().generator;
  trainer_ = std::make_unique<Trainer>(
      chosen, make(), toy_latent,
      [data = data_.get(), from = mixture_, n = chosen.batch_size] { return Samples{from.sample(n, *data)}; },
      setting.seed);
}

Array Experiment::samples() const {
  Generator random = shown_;
  const Variable z = normal({shown, toy_latent}, 0.0, 1.0, DType::float32, random);
  sampler_->load_state_dict(trainer_->sampling_values());
  return generate(*sampler_, z).array();
}

ModeStatistics Experiment::statistics() const { return gaussian_modes(samples(), mixture_.centres, mixture_.sigma); }

Canvas Experiment::picture() const {
  const double reach = mixture_.reach;
  const double cell = 2.0 * reach / static_cast<double>(arrows_a_side);
  Canvas canvas(side, reach);

  std::vector<float> places;
  for (std::int64_t i = 0; i < arrows_a_side * arrows_a_side; ++i) {
    places.push_back(static_cast<float>(-reach + cell * (static_cast<double>(i % arrows_a_side) + 0.5)));
    places.push_back(static_cast<float>(-reach + cell * (static_cast<double>(i / arrows_a_side) + 0.5)));
  }
  const Variable at = tensor(places, {arrows_a_side * arrows_a_side, 2}, true);
  // A pack of one point only: what D says where all of a pack agree.
  const Variable packs = concat(Variables(static_cast<std::size_t>(preset().pac), at), 1);
  const Variable slope = grad(sum((*trainer_->networks().discriminator)(packs)), at);
  const float* v = slope.array().data<float>();
  double longest = 1e-12;
  for (std::int64_t i = 0; i < at.size(0); ++i) longest = std::max(longest, double{std::hypot(v[2 * i], v[2 * i + 1])});
  for (std::int64_t i = 0; i < at.size(0); ++i) {
    // Square roots of the lengths, so that weak places still show a direction.
    const double length = std::hypot(v[2 * i], v[2 * i + 1]);
    const double scale = length > 0.0 ? 0.8 * cell * std::sqrt(length / longest) / length : 0.0;
    const Canvas::Point from = {places[static_cast<std::size_t>(2 * i)], places[static_cast<std::size_t>(2 * i + 1)]};
    canvas.arrow(from, {from[0] + scale * v[2 * i], from[1] + scale * v[2 * i + 1]}, 1.2, {150, 160, 175});
  }

  const double pixels = static_cast<double>(side) / (2.0 * reach);
  const float* c = mixture_.centres.data<float>();
  for (std::int64_t k = 0; k < mixture_.centres.shape()[0]; ++k) {
    canvas.dot({c[2 * k], c[2 * k + 1]}, std::max(6.0, 3.0 * mixture_.sigma * pixels), {240, 150, 60}, 0.6);
  }
  const Array points = samples();
  const float* p = points.data<float>();
  for (std::int64_t i = 0; i < shown; ++i) canvas.dot({p[2 * i], p[2 * i + 1]}, 1.5, {30, 80, 200}, 0.5);
  return canvas;
}

}  // namespace xgrad::gan_2d
