// SPDX-License-Identifier: BSD-3-Clause
// One round: updates of the discriminator, then of the generator, each differentiating only its own parameters.
#include <xgrad/models/trainer.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/substitution.h>
#include <xgrad/models/pack.h>

namespace xgrad::models {

namespace {

using Point = Penalty::Point;

double finite(const Variable& loss, const char* whose, std::int64_t step) {
  const double value = loss.item();
  if (std::isfinite(value)) return value;
  throw Diverged("[train] the " + std::string(whose) + "'s loss is " + std::to_string(value) + " in step " +
                 std::to_string(step + 1) + "; try a smaller learning rate or another seed");
}

bool finite(const Array& values) {
  const auto all = values.to_vector<double>();
  return std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); });
}

// total += gradients, both in one order; an empty total is zero.
void accumulate(Variables& total, Variables gradients) {
  if (total.empty()) {
    total = std::move(gradients);
    return;
  }
  for (std::size_t i = 0; i < total.size(); ++i) total[i] += gradients[i];
}

void scale(Variables& gradients, double factor) {
  if (factor == 1.0) return;
  for (Variable& g : gradients) g = factor * g;
}

// As if all of them were one vector.
Variable joint_norm(const Variables& gradients) {
  const NoGradGuard guard;
  Variable squares;
  for (const Variable& g : gradients) squares = squares.defined() ? squares + sum(square(g)) : sum(square(g));
  return sqrt(squares);
}

RoundReport::Slopes slopes_of(const Variable& norms) {
  const NoGradGuard guard;
  return {.mean = mean(norms).item(), .sd = stddev(norms, {}, false, 0.0).item()};
}

}  // namespace

Generator stream(std::uint64_t seed, Stream which) { return Generator(seed).split(static_cast<std::uint64_t>(which)); }

Variable generate(nn::Module& generator, const Variable& z, const Variable& condition) {
  const NoGradGuard guard;
  const bool training = generator.is_training();
  generator.eval();
  Variable images = evaluate(generator, z, condition);
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
  if (preset_.schedule.accumulate == whole_epoch) {
    throw ValueError("[train] only the data know how many batches make an epoch: set accumulate to their number");
  }
  if (preset_.pairing) paired_ = paired(preset_.objective, *preset_.pairing);
  if (preset_.penalty) {
    refuse_mixing(*preset_.penalty, *networks_.discriminator);
    if (preset_.penalty->point == Point::latent) refuse_mixing(*preset_.penalty, *networks_.generator);
  }
  const auto player = [&](const std::shared_ptr<nn::Module>& network) {
    return Player{network, network->parameters(), preset_.optimizer.make(network->parameters())};
  };
  d_ = player(networks_.discriminator);
  g_ = player(networks_.generator);
  if (preset_.method) {
    if (preset_.schedule.d_steps != 1 || preset_.schedule.accumulate != 1) {
      throw ValueError("[train] " + to_string(*preset_.method) +
                       " moves both players at once: n_critic and accumulate must be 1");
    }
    method_ = preset_.method->make(*g_.optimizer, *d_.optimizer);
  }
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

// Real samples, noise, and the condition on both.
Round Trainer::draw() {
  const Samples samples = source_();
  const Variable& x = samples.x;
  Round round;
  round.condition = samples.condition;
  const Variable of_packs = round.condition.defined() ? pack(round.condition, preset_.pac) : Variable();
  round.discriminator = [&d = *d_.network, of_packs](const Variable& at) { return evaluate(d, at, of_packs); };
  round.real = pack(x, preset_.pac);
  round.z = normal({x.size(0), latent_}, 0.0, 1.0, x.dtype(), noise_);
  round.z.requires_grad_(penalises_latent());
  return round;
}

// Recorded when the generator is to learn from them or a penalty goes through them to z.
Variable Trainer::make_fakes(const Round& round, bool for_generator) {
  const GradModeGuard guard(for_generator || (penalises_latent() && preset_.penalty->acts_on_discriminator()));
  return pack(evaluate(*g_.network, round.z, round.condition), preset_.pac);
}

bool Trainer::penalises_latent() const noexcept { return preset_.penalty && preset_.penalty->point == Point::latent; }

const Objective& Trainer::objective() const noexcept {
  return paired_ && preset_.schedule.phases.pairs(steps_) ? *paired_ : preset_.objective;
}

const Penalty* Trainer::due(bool (Penalty::*acts)() const noexcept, std::int64_t update) const {
  const auto& penalty = preset_.penalty;
  return penalty && ((*penalty).*acts)() && penalty->is_due(update) ? &*penalty : nullptr;
}

Variable Trainer::discriminator_loss(const Round& drawn, std::int64_t update, bool attached, RoundReport& report) {
  const Penalty* penalty = due(&Penalty::acts_on_discriminator, update);
  Round round = drawn;
  // Otherwise only a penalty on z needs the way from z to the fakes.
  attached = attached || (penalty && penalty->point == Point::latent);
  if (!attached) round.fake = round.fake.detach();
  if (!attached && penalty && penalty->reads_fake()) round.fake.requires_grad_();
  if (penalty && penalty->reads_real()) round.real = round.real.detach().requires_grad_();
  round.r = round.discriminator(round.real);
  round.f = round.discriminator(round.fake);
  Variable loss = objective().d_loss(round.r, round.f);
  if (penalty) {
    Variable norms;
    const Variable p = (*penalty)(round, penalty_, &norms);
    report.penalty = report.penalty.value_or(0.0) + share() * p.item();
    report.slopes = slopes_of(norms);
    loss = loss + p;
  }
  report.d_loss += share() * finite(loss, "discriminator", steps_);
  report.d_real += share() * mean(round.r.detach()).item();
  report.d_fake += share() * mean(round.f.detach()).item();
  return loss;
}

Variable Trainer::generator_loss(const Round& drawn, RoundReport& report) {
  const Penalty* penalty = due(&Penalty::acts_on_generator, steps_);
  Round round = drawn;
  if (objective().g_sees_real) {
    const NoGradGuard guard;
    round.r = round.discriminator(round.real);
  }
  round.f = round.discriminator(round.fake);
  Variable loss = objective().g_loss(round.r, round.f);
  if (penalty) {
    const bool alone = !penalty->acts_on_discriminator();
    Variable norms;
    const Variable p = (*penalty)(round, penalty_, alone ? &norms : nullptr);
    if (alone) {
      report.penalty = report.penalty.value_or(0.0) + share() * p.item();
      report.slopes = slopes_of(norms);
    }
    loss = loss + p;
  }
  report.g_loss += share() * finite(loss, "generator", steps_);
  return loss;
}

void Trainer::update_discriminator(const Variables& gradients) {
  d_.optimizer->step(gradients);
  clip_weights();
}

void Trainer::clip_weights() {
  if (preset_.weight_clip <= 0.0) return;
  const NoGradGuard guard;
  for (Variable& p : d_.parameters) p.set_array(clamp(p, -preset_.weight_clip, preset_.weight_clip).array());
}

RoundReport Trainer::step() {
  const RoundReport report = method_ ? play() : take_turns();
  if (average_) average_->update(*g_.network);
  ++steps_;
  return report;
}

RoundReport Trainer::play() {
  const Round drawn = draw();
  // A method may evaluate the game several times: each time with the same draws, so that it is one function.
  std::vector<std::pair<Generator*, Generator::State>> begun;
  for (const auto& [name, generator] : streams()) begun.emplace_back(generator, generator->state());
  RoundReport report;
  bool first = true;
  const optim::Game game = [&](const Variables& g, const Variables& d) -> optim::Losses {
    const SubstitutionGuard of_g(g_.parameters, g);
    const SubstitutionGuard of_d(d_.parameters, d);
    for (const auto& [generator, state] : begun) generator->set_state(state);
    Round round = drawn;
    round.fake = make_fakes(round, true);
    RoundReport now;
    const Variable d_loss = discriminator_loss(round, steps_, true, now);
    const Variable g_loss = generator_loss(round, now);
    if (first) report = now;
    first = false;
    return {g_loss, d_loss};
  };
  method_->step(game);
  clip_weights();
  return report;
}

RoundReport Trainer::take_turns() {
  const Schedule& schedule = preset_.schedule;
  // The generator learns from the fakes that D has just judged. From the same parameters it does so at once. Otherwise
  // the fakes of one batch wait for the updated D on the tape, which a penalty on z sweeps once before; those of
  // several batches would not fit there and are made again.
  const bool keep = schedule.simultaneous || schedule.accumulate == 1;
  RoundReport report;
  std::vector<Round> rounds;
  Variables d_gradients;
  Variables g_gradients;
  const auto learn = [&](const Round& round) {
    accumulate(g_gradients, grad(generator_loss(round, report), g_.parameters));
  };
  for (int i = 1; i <= schedule.d_steps; ++i) {
    const bool last = i == schedule.d_steps;
    const std::int64_t update = steps_ * schedule.d_steps + i - 1;
    report = {};
    d_gradients.clear();
    for (int j = 0; j < schedule.accumulate; ++j) {
      Round round = draw();
      round.fake = make_fakes(round, last && keep);
      const Variable loss = discriminator_loss(round, update, false, report);
      accumulate(d_gradients, grad(loss, d_.parameters, {.retain_graph = last && keep && penalises_latent()}));
      if (!keep) round.fake = {};
      if (last) schedule.simultaneous ? learn(round) : rounds.push_back(std::move(round));
    }
    scale(d_gradients, share());
    if (!last || !schedule.simultaneous) update_discriminator(d_gradients);
  }
  for (Round& round : rounds) {
    if (!keep) round.fake = make_fakes(round, true);
    learn(round);
    round = {};
  }
  scale(g_gradients, share());
  const Variable d_norm = joint_norm(d_gradients);
  const Variable g_norm = joint_norm(g_gradients);
  if (schedule.simultaneous) update_discriminator(d_gradients);
  g_.optimizer->step(g_gradients);
  report.d_gradient = d_norm.item();
  report.g_gradient = g_norm.item();
  return report;
}

Checkpoint Trainer::snapshot() {
  Checkpoint checkpoint;
  checkpoint.step = steps_;
  checkpoint.add("G", g_.network->state_dict());
  checkpoint.add("optG", g_.optimizer->state_dict());
  checkpoint.add("D", d_.network->state_dict());
  checkpoint.add("optD", d_.optimizer->state_dict());
  if (method_) checkpoint.add("method", method_->state_dict());
  checkpoint.add("sample", sampling_values());
  nlohmann::json state;
  for (const auto& [name, generator] : streams()) state[name] = {generator->state().key, generator->state().offset};
  checkpoint.state = state.dump();
  return checkpoint;
}

Checkpoint Trainer::save() {
  Checkpoint checkpoint = snapshot();
  for (const auto& [name, value] : checkpoint.arrays) {
    const bool parameter = name.starts_with("G.") || name.starts_with("D.");
    if (parameter && !finite(value)) throw Diverged("[train] " + name + " is not finite; nothing was saved");
  }
  return checkpoint;
}

void Trainer::restore(const Checkpoint& checkpoint) {
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
  if (method_) method_->load_state_dict(checkpoint.section("method"));
  if (average_) average_->load(checkpoint.section("sample"), checkpoint.step);
  steps_ = checkpoint.step;
}

void Trainer::load(const Checkpoint& checkpoint) {
  const Checkpoint before = snapshot();
  try {
    restore(checkpoint);
  } catch (...) {
    restore(before);
    throw;
  }
}

}  // namespace xgrad::models
