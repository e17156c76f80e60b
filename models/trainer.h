// SPDX-License-Identifier: BSD-3-Clause
// Trainer: the learner of a GAN, a generator against a discriminator.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <xgrad/models/learner.h>
#include <xgrad/models/network.h>

namespace xgrad::models {

/// A round is one of the preset's schedule. Its figures are means over the round's batches:
/// - "d_loss" and "g_loss", with their penalties;
/// - "d_real" and "d_fake", the mean logits of D's last update, and "gap", by how much the first is above the second:
///   what D has learnt to tell apart;
/// - "penalty", where one was due, with its weight, of D when it pays one, else of G; "slope_mean" and "slope_sd", of
///   ||grad D|| over the samples on which it was last paid, at its point;
/// - "d_gradient" and "g_gradient", the L2 norm of the gradient that the player's last update took, over all of its
///   parameters; none where a game method makes the updates.
class Trainer : public Learner {
 public:
  /// @throws ValueError when the preset's penalty meets a module that mixes samples, or its method a schedule of more
  /// than one batch a round, or when an epoch's batches are to be accumulated whose number nobody said.
  Trainer(Preset preset, Networks networks, std::int64_t latent, Source source, std::uint64_t seed);

  const Networks& networks() const noexcept { return networks_; }

 private:
  void round() override;
  bool penalises_latent() const noexcept;
  /// What the players minimise in this round.
  const Objective& objective() const noexcept;
  /// A batch's part of the mean over those of an update.
  double share() const noexcept { return 1.0 / preset_.schedule.accumulate; }
  /// The next batch: of those that the round was given, or from the source.
  Samples next();
  Round draw();
  /// What D sees of samples in this round: themselves, or with noise on them.
  Variable seen(const Variable& samples);
  Variable make_fakes(const Round& round, bool for_generator);
  /// The penalty, if the player owes it in its update of that number.
  const Penalty* due(bool (Penalty::*acts)() const noexcept, std::int64_t update) const;
  /// `attached`: the fakes stay connected to G, as a method that differentiates each loss by both players needs them.
  Variable discriminator_loss(const Round& round, std::int64_t update, bool attached);
  Variable generator_loss(const Round& round);
  void tell_penalty(const Variable& penalty, const Variable& norms);
  void update_discriminator(const Variables& gradients);
  void clip_weights();
  /// The round's updates: each player down its own loss, by the schedule, or both by the preset's method.
  void take_turns();
  void play();
  /// What the schedule says of this round: who owes a penalty when, and whose objective is played.
  std::vector<bool> decisions() const;

  std::optional<Objective> paired_;
  Networks networks_;
  std::int64_t latent_;
  Source source_;
  std::deque<Samples> given_;
  Variable noise_sd_;  ///< of the noise on what D sees in this round; undefined: none
  bool telling_ = true;
  Player& g_;
  Player& d_;
  std::unique_ptr<optim::GameOptimizer> method_;
  Generator noise_;
  Generator penalty_;
  Generator instance_noise_;
};

/// G(z), under a condition if there is one, without recording, in evaluation mode.
Variable generate(nn::Module& generator, const Variable& z, const Variable& condition = {});

}  // namespace xgrad::models
