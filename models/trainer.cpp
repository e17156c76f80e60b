// SPDX-License-Identifier: BSD-3-Clause
// One round: updates of the discriminator, then of the generator, each differentiating only its own parameters.
#include <xgrad/models/trainer.h>

#include <cmath>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::models {

namespace {

using Point = Penalty::Point;

double finite(const Variable& loss, const char* whose, std::int64_t step) {
  const double value = loss.item();
  if (std::isfinite(value)) return value;
  throw Diverged("[train] the " + std::string(whose) + "'s loss is " + std::to_string(value) + " in step " +
                 std::to_string(step + 1) + "; try a smaller learning rate or another seed");
}

}  // namespace

Generator stream(std::uint64_t seed, Stream which) { return Generator(seed).split(static_cast<std::uint64_t>(which)); }

Variable generate(nn::Module& generator, const Variable& z) {
  const NoGradGuard guard;
  const bool training = generator.is_training();
  generator.eval();
  Variable images = generator(z);
  generator.train(training);
  return images;
}

Trainer::Trainer(Preset preset, Networks networks, std::int64_t latent, Source source, std::uint64_t seed)
    : preset_(std::move(preset)),
      networks_(std::move(networks)),
      latent_(latent),
      source_(std::move(source)),
      noise_(stream(seed, Stream::noise)),
      penalty_(stream(seed, Stream::penalty)) {
  if (preset_.penalty) {
    refuse_mixing(*preset_.penalty, *networks_.discriminator);
    if (preset_.penalty->point == Point::latent) refuse_mixing(*preset_.penalty, *networks_.generator);
  }
  const auto player = [&](const std::shared_ptr<nn::Module>& network) {
    return Player{network, network->parameters(), preset_.optimizer.make(network->parameters())};
  };
  d_ = player(networks_.discriminator);
  g_ = player(networks_.generator);
  if (preset_.average > 0.0) average_.emplace(*g_.network, preset_.average);
}

StateDict Trainer::sampling_values() const { return average_ ? average_->values() : g_.network->state_dict(); }

std::vector<std::pair<std::string, Generator*>> Trainer::streams() {
  std::vector<std::pair<std::string, Generator*>> all = {{"noise", &noise_}, {"penalty", &penalty_}};
  const auto add = [&](const nn::Module& network, const std::string& player) {
    for (const auto& [name, generator] : network.named_generators()) all.emplace_back(player + name, generator.get());
  };
  add(*g_.network, "G.");
  add(*d_.network, "D.");
  return all;
}

// Real samples, noise, and fakes recorded on the tape when the generator is to learn from them.
Round Trainer::draw(bool for_generator) {
  nn::Module& d = *d_.network;
  Round round;
  round.discriminator = [&d](const Variable& x) { return d(x); };
  round.real = source_();
  const bool latent = preset_.penalty && preset_.penalty->point == Point::latent;
  round.z = normal({round.real.size(0), latent_}, 0.0, 1.0, round.real.dtype(), noise_);
  round.z.requires_grad_(latent);
  const GradModeGuard guard(for_generator || (latent && preset_.penalty->acts_on_discriminator()));
  round.fake = (*g_.network)(round.z);
  return round;
}

Variable Trainer::discriminator_loss(const Round& drawn, RoundReport& report) {
  const Penalty* penalty = preset_.penalty && preset_.penalty->acts_on_discriminator() ? &*preset_.penalty : nullptr;
  Round round = drawn;
  // Only a penalty on z needs the way from z to the fakes.
  if (!penalty || penalty->point != Point::latent) round.fake = round.fake.detach();
  if (penalty && penalty->point == Point::fake) round.fake.requires_grad_();
  if (penalty && penalty->point == Point::real) round.real = round.real.detach().requires_grad_();
  round.r = round.discriminator(round.real);
  round.f = round.discriminator(round.fake);
  Variable loss = preset_.objective.d_loss(round.r, round.f);
  if (penalty) {
    const Variable p = (*penalty)(round, penalty_);
    report.penalty = p.item();
    loss = loss + p;
  }
  report.d_loss = finite(loss, "discriminator", steps_);
  report.d_real = mean(round.r.detach()).item();
  report.d_fake = mean(round.f.detach()).item();
  return loss;
}

Variable Trainer::generator_loss(const Round& drawn, RoundReport& report) {
  const Penalty* penalty = preset_.penalty && preset_.penalty->acts_on_generator() ? &*preset_.penalty : nullptr;
  Round round = drawn;
  if (preset_.objective.g_sees_real) {
    const NoGradGuard guard;
    round.r = round.discriminator(round.real);
  }
  round.f = round.discriminator(round.fake);
  Variable loss = preset_.objective.g_loss(round.r, round.f);
  if (penalty) {
    const Variable p = (*penalty)(round, penalty_);
    if (!penalty->acts_on_discriminator()) report.penalty = p.item();
    loss = loss + p;
  }
  report.g_loss = finite(loss, "generator", steps_);
  return loss;
}

void Trainer::update_discriminator(const Variables& gradients) {
  d_.optimizer->step(gradients);
  if (preset_.weight_clip <= 0.0) return;
  const NoGradGuard guard;
  for (Variable& p : d_.parameters) p.set_array(clamp(p, -preset_.weight_clip, preset_.weight_clip).array());
}

RoundReport Trainer::step() {
  RoundReport report;
  for (int i = 1; i < preset_.schedule.d_steps; ++i) {
    update_discriminator(grad(discriminator_loss(draw(false), report), d_.parameters));
  }
  const Round round = draw(true);
  // The generator differentiates the fakes' tape again after a discriminator that pays for its slope in z.
  const bool shared = preset_.penalty && preset_.penalty->point == Point::latent;
  const Variables d_gradients = grad(discriminator_loss(round, report), d_.parameters, {.retain_graph = shared});
  if (!preset_.schedule.simultaneous) update_discriminator(d_gradients);
  const Variables g_gradients = grad(generator_loss(round, report), g_.parameters);
  if (preset_.schedule.simultaneous) update_discriminator(d_gradients);
  g_.optimizer->step(g_gradients);
  if (average_) average_->update(*g_.network);
  ++steps_;
  return report;
}

Checkpoint Trainer::save() {
  Checkpoint checkpoint;
  checkpoint.step = steps_;
  const auto add = [&](const Player& player, const std::string& name) {
    const StateDict state = player.network->state_dict();
    for (const auto& [key, value] : state) {
      for (const double x : value.to_vector<double>()) {
        if (!std::isfinite(x)) throw Diverged("[train] " + name + "." + key + " is not finite; nothing was saved");
      }
    }
    checkpoint.add(name, state);
    checkpoint.add("opt" + name, player.optimizer->state_dict());
  };
  add(g_, "G");
  add(d_, "D");
  checkpoint.add("sample", sampling_values());
  nlohmann::json state;
  for (const auto& [name, generator] : streams()) state[name] = {generator->state().key, generator->state().offset};
  checkpoint.state = state.dump();
  return checkpoint;
}

void Trainer::load(const Checkpoint& checkpoint) {
  const auto take = [&](Player& player, const std::string& name) {
    player.network->load_state_dict(checkpoint.section(name));
    player.optimizer->load_state_dict(checkpoint.section("opt" + name));
  };
  try {
    const auto state = nlohmann::json::parse(checkpoint.state);
    for (const auto& [name, generator] : streams()) {
      generator->set_state({.key = state.at(name).at(0), .offset = state.at(name).at(1)});
    }
  } catch (const nlohmann::json::exception& e) {
    throw FormatError(std::string("[train] the checkpoint's state lacks a random stream: ") + e.what());
  }
  take(g_, "G");
  take(d_, "D");
  if (average_) average_->load(checkpoint.section("sample"), checkpoint.step);
  steps_ = checkpoint.step;
}

}  // namespace xgrad::models
