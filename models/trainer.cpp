// SPDX-License-Identifier: BSD-3-Clause
// One round: updates of the discriminator, then of the generator, each differentiating only its own parameters.
#include <xgrad/models/trainer.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/substitution.h>
#include <xgrad/models/pack.h>
#include <xgrad/optim/clip.h>

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
      d_(add_player("D", networks_.discriminator, preset_.d_rate)),
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

Samples Trainer::next() {
  if (given_.empty()) return source_();
  Samples samples = std::move(given_.front());
  given_.pop_front();
  return samples;
}

// Real samples, noise, and the condition on both.
Round Trainer::draw() {
  const Samples samples = next();
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
  if (!noise_sd_.defined()) return samples;
  return samples +
         astype(noise_sd_, samples.dtype()) * normal(samples.shape(), 0.0, 1.0, samples.dtype(), instance_noise_);
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

Variable Trainer::discriminator_loss(const Round& drawn, std::int64_t update, bool attached) {
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
    tell_penalty(p, norms);
    loss = loss + p;
  }
  check_finite(loss, "discriminator");
  if (!telling_) return loss;
  tell_share("d_loss", loss, share());
  tell_share("d_real", mean(round.r.detach()), share());
  tell_share("d_fake", mean(round.f.detach()), share());
  return loss;
}

void Trainer::tell_penalty(const Variable& penalty, const Variable& norms) {
  if (!telling_) return;
  const NoGradGuard guard;
  tell_share("penalty", penalty, share());
  tell("slope_mean", mean(norms));
  tell("slope_sd", stddev(norms, {}, false, 0.0));
}

Variable Trainer::generator_loss(const Round& drawn) {
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
    if (alone) tell_penalty(p, norms);
    loss = loss + p;
  }
  check_finite(loss, "generator");
  if (telling_) tell_share("g_loss", loss, share());
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

void Trainer::round() {
  // More batches than this would make a record longer than its replays are worth, and all of them be in memory at once.
  constexpr int most_batches = 64;
  given_.clear();
  const double sd = preset_.instance_noise ? preset_.instance_noise->at(steps()) : 0.0;
  noise_sd_ = sd > 0.0 ? full({}, sd, DType::float64) : Variable();
  const int batches = preset_.schedule.d_steps * preset_.schedule.accumulate;
  if (eager() || batches > most_batches) {
    method_ ? play() : take_turns();
  } else {
    Variables inputs;
    for (int i = 0; i < batches; ++i) {
      Samples samples = source_();
      inputs.push_back(samples.x);
      if (samples.condition.defined()) inputs.push_back(samples.condition);
    }
    const bool noisy = noise_sd_.defined();
    if (noisy) inputs.push_back(noise_sd_);
    replay("round", decisions(), inputs, [this, batches, noisy](const Variables& in) {
      const std::size_t of_samples = in.size() - (noisy ? 1 : 0), each = of_samples / static_cast<std::size_t>(batches);
      for (std::size_t i = 0; i < of_samples; i += each) {
        given_.emplace_back(in[i], each == 2 ? in[i + 1] : Variable());
      }
      if (noisy) noise_sd_ = in.back();
      method_ ? play() : take_turns();
      noise_sd_ = {};
      return Variables{};
    });
  }
  report()["gap"] = report().at("d_real") - report().at("d_fake");
}

std::vector<bool> Trainer::decisions() const {
  std::vector<bool> all = {noise_sd_.defined(), &objective() != &preset_.objective,
                           due(&Penalty::acts_on_generator, steps()) != nullptr};
  for (int i = 0; i < preset_.schedule.d_steps; ++i) {
    all.push_back(due(&Penalty::acts_on_discriminator, steps() * preset_.schedule.d_steps + i) != nullptr);
  }
  return all;
}

void Trainer::play() {
  const Round drawn = draw();
  // A method may evaluate the game several times: each time with the same draws, so that it is one function.
  std::vector<std::pair<Generator*, Generator::State>> begun;
  for (const auto& [name, generator] : streams()) begun.emplace_back(generator, generator->state());
  const optim::Game game = [&](const Variables& g, const Variables& d) -> optim::Losses {
    const SubstitutionGuard of_g(g_.parameters, g);
    const SubstitutionGuard of_d(d_.parameters, d);
    for (const auto& [generator, state] : begun) generator->set_state(state);
    Round round = drawn;
    round.fake = make_fakes(round, true);
    const Variable d_loss = discriminator_loss(round, steps(), true);
    const Variable g_loss = generator_loss(round);
    telling_ = false;  // the first evaluation is the round's
    return {g_loss, d_loss};
  };
  telling_ = true;
  method_->step(game);
  telling_ = true;
  clip_weights();
}

void Trainer::take_turns() {
  const Schedule& schedule = preset_.schedule;
  // The generator learns from the fakes that D has just judged. From the same parameters it does so at once. Otherwise
  // the fakes of one batch wait for the updated D on the tape, which a penalty on z sweeps once before; those of
  // several batches would not fit there and are made again.
  const bool keep = schedule.simultaneous || schedule.accumulate == 1;
  std::vector<Round> rounds;
  Variables d_gradients;
  Variables g_gradients;
  const auto learn = [&](const Round& round) { accumulate(g_gradients, grad(generator_loss(round), g_.parameters)); };
  for (int i = 1; i <= schedule.d_steps; ++i) {
    const bool last = i == schedule.d_steps;
    const std::int64_t update = steps() * schedule.d_steps + i - 1;
    retell();
    d_gradients.clear();
    for (int j = 0; j < schedule.accumulate; ++j) {
      Round round = draw();
      round.fake = make_fakes(round, last && keep);
      const Variable loss = discriminator_loss(round, update, false);
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
  const Variable d_norm = optim::total_norm(d_gradients);
  const Variable g_norm = optim::total_norm(g_gradients);
  if (schedule.simultaneous) update_discriminator(d_gradients);
  g_.optimizer->step(g_gradients);
  tell("d_gradient", d_norm);
  tell("g_gradient", g_norm);
}

}  // namespace xgrad::models
