// SPDX-License-Identifier: BSD-3-Clause
// One round: updates of the discriminator, then of the generator, each differentiating only its own parameters.
#include <xgrad/models/trainer.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/substitution.h>
#include <xgrad/models/pack.h>

namespace xgrad::models {

namespace {

using Point = Penalty::Point;

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

void tell_slopes(const Variable& norms, RoundReport& report) {
  const NoGradGuard guard;
  report["slope_mean"] = mean(norms).item();
  report["slope_sd"] = stddev(norms, {}, false, 0.0).item();
}

}  // namespace

Variable generate(nn::Module& generator, const Variable& z, const Variable& condition) {
  const NoGradGuard guard;
  const bool training = generator.is_training();
  generator.eval();
  Variable images = evaluate(generator, z, condition);
  generator.train(training);
  return images;
}

Trainer::Trainer(Preset preset, Networks networks, std::int64_t latent, Source source, std::uint64_t seed)
    : Learner(std::move(preset)),
      networks_(std::move(networks)),
      latent_(latent),
      source_(std::move(source)),
      g_(add_player("G", networks_.generator)),
      d_(add_player("D", networks_.discriminator)),
      noise_(stream(seed, Stream::noise)),
      penalty_(stream(seed, Stream::penalty)),
      instance_noise_(stream(seed, Stream::instance_noise)) {
  if (preset_.schedule.accumulate == whole_epoch) {
    throw ValueError("[train] only the data know how many batches make an epoch: set accumulate to their number");
  }
  if (preset_.pairing) paired_ = paired(preset_.objective, *preset_.pairing);
  if (preset_.penalty) {
    refuse_mixing(*preset_.penalty, *networks_.discriminator);
    if (preset_.penalty->point == Point::latent) refuse_mixing(*preset_.penalty, *networks_.generator);
  }
  if (preset_.method) {
    if (preset_.schedule.d_steps != 1 || preset_.schedule.accumulate != 1) {
      throw ValueError("[train] " + to_string(*preset_.method) +
                       " moves both players at once: n_critic and accumulate must be 1");
    }
    method_ = preset_.method->make(*g_.optimizer, *d_.optimizer);
    remember("method", *method_);
  }
  sample_with(networks_.generator);
  add_stream("noise", noise_);
  add_stream("penalty", penalty_);
  if (preset_.instance_noise) add_stream("instance_noise", instance_noise_);
}

// Real samples, noise, and the condition on both.
Round Trainer::draw() {
  const Samples samples = source_();
  const Variable& x = samples.x;
  Round round;
  round.condition = samples.condition;
  const Variable of_packs = round.condition.defined() ? pack(round.condition, preset_.pac) : Variable();
  round.discriminator = [this, of_packs](const Variable& at) { return evaluate(*d_.network, seen(at), of_packs); };
  round.real = pack(x, preset_.pac);
  round.z = normal({x.size(0), latent_}, 0.0, 1.0, x.dtype(), noise_);
  round.z.requires_grad_(penalises_latent());
  return round;
}

Variable Trainer::seen(const Variable& samples) {
  const double sd = preset_.instance_noise ? preset_.instance_noise->at(steps()) : 0.0;
  if (sd == 0.0) return samples;
  return samples + normal(samples.shape(), 0.0, sd, samples.dtype(), instance_noise_);
}

// Recorded when the generator is to learn from them or a penalty goes through them to z.
Variable Trainer::make_fakes(const Round& round, bool for_generator) {
  const GradModeGuard guard(for_generator || (penalises_latent() && preset_.penalty->acts_on_discriminator()));
  return pack(evaluate(*g_.network, round.z, round.condition), preset_.pac);
}

bool Trainer::penalises_latent() const noexcept { return preset_.penalty && preset_.penalty->point == Point::latent; }

const Objective& Trainer::objective() const noexcept {
  return paired_ && preset_.schedule.phases.pairs(steps()) ? *paired_ : preset_.objective;
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
    report["penalty"] += share() * p.item();
    tell_slopes(norms, report);
    loss = loss + p;
  }
  report["d_loss"] += share() * finite(loss, "discriminator");
  report["d_real"] += share() * mean(round.r.detach()).item();
  report["d_fake"] += share() * mean(round.f.detach()).item();
  return loss;
}

Variable Trainer::generator_loss(const Round& drawn, RoundReport& report) {
  const Penalty* penalty = due(&Penalty::acts_on_generator, steps());
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
      report["penalty"] += share() * p.item();
      tell_slopes(norms, report);
    }
    loss = loss + p;
  }
  report["g_loss"] += share() * finite(loss, "generator");
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

RoundReport Trainer::round() {
  RoundReport report = method_ ? play() : take_turns();
  report["gap"] = report.at("d_real") - report.at("d_fake");
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
    const Variable d_loss = discriminator_loss(round, steps(), true, now);
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
    const std::int64_t update = steps() * schedule.d_steps + i - 1;
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
  report["d_gradient"] = d_norm.item();
  report["g_gradient"] = g_norm.item();
  return report;
}

}  // namespace xgrad::models
