// SPDX-License-Identifier: BSD-3-Clause
// Trainer: one round of a GAN's game after another, from state that can be saved and gone on from exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/average.h>
#include <xgrad/models/network.h>
#include <xgrad/models/preset.h>
#include <xgrad/models/run/checkpoint.h>

namespace xgrad::models {

/// A loss or a parameter is no longer finite.
class Diverged : public Error {
 public:
  using Error::Error;
};

/// The independent random streams of a run, split from its seed by these numbers.
enum class Stream : std::uint64_t { initialisation = 1, data_order, noise, penalty, samples };
Generator stream(std::uint64_t seed, Stream which);

/// What a round yielded, as means over its batches. `d_real` and `d_fake` are the mean logits of D's last update.
struct RoundReport {
  double d_loss = 0.0;                 ///< with its penalty
  double g_loss = 0.0;                 ///< with its penalty
  std::optional<double> penalty = {};  ///< weighted, of D when it pays one, else of G; none where none was due
  double d_real = 0.0;
  double d_fake = 0.0;
  /// L2 norm of the gradient that the player's last update took, over all of its parameters; none where a game method
  /// makes the updates.
  std::optional<double> d_gradient = {};
  std::optional<double> g_gradient = {};
  /// Mean and standard deviation of ||grad D|| over the samples on which the penalty was last paid, at its point; none
  /// where none was due.
  struct Slopes {
    double mean = 0.0;
    double sd = 0.0;
  };
  std::optional<Slopes> slopes = {};

  /// Mean logit of real samples over that of generated ones: what D has learnt to tell apart.
  double gap() const noexcept { return d_real - d_fake; }
};

/// Real samples (n, ...), and for networks with labels a condition on each of them, (n, k): its one-hot label.
struct Samples {
  Samples(Variable x, Variable condition = {}) : x(std::move(x)), condition(std::move(condition)) {}
  Variable x, condition;
};

class Trainer {
 public:
  /// Gives the next batch.
  using Source = std::function<Samples()>;

  /// @throws ValueError when the preset's penalty meets a module that mixes samples, or its method a schedule of more
  /// than one batch a round, or when an epoch's batches are to be accumulated whose number nobody said.
  Trainer(Preset preset, Networks networks, std::int64_t latent, Source source, std::uint64_t seed);

  /// One round of the schedule. @throws Diverged at a loss that is not finite; no update is made from it.
  RoundReport step();
  /// Rounds done.
  std::int64_t steps() const noexcept { return steps_; }

  const Preset& preset() const noexcept { return preset_; }
  const Networks& networks() const noexcept { return networks_; }

  /// The values samples should be drawn with: the generator's moving average, or its own without one.
  StateDict sampling_values() const;

  /// Both networks, both optimisers, the moving average, the random streams and the number of rounds; not the source of
  /// data.
  /// @throws Diverged when a parameter is not finite, so that a saved state is always good to go on from.
  Checkpoint save();
  /// @throws ValueError, FormatError when the checkpoint belongs to other networks or optimisers; nothing is changed
  /// then.
  void load(const Checkpoint& checkpoint);

 private:
  struct Player {
    std::shared_ptr<nn::Module> network;
    Variables parameters;
    std::unique_ptr<optim::Optimizer> optimizer;
  };

  /// Every stream that a round draws from, by name: the trainer's and those of the networks' layers.
  std::vector<std::pair<std::string, Generator*>> streams();
  /// The sections and streams, finite or not.
  Checkpoint snapshot();
  void restore(const Checkpoint& checkpoint);
  bool penalises_latent() const noexcept;
  /// What the players minimise in this round.
  const Objective& objective() const noexcept;
  /// A batch's part of the mean over those of an update.
  double share() const noexcept { return 1.0 / preset_.schedule.accumulate; }
  Round draw();
  Variable make_fakes(const Round& round, bool for_generator);
  /// The penalty, if the player owes it in its update of that number.
  const Penalty* due(bool (Penalty::*acts)() const noexcept, std::int64_t update) const;
  /// `attached`: the fakes stay connected to G, as a method that differentiates each loss by both players needs them.
  Variable discriminator_loss(const Round& round, std::int64_t update, bool attached, RoundReport& report);
  Variable generator_loss(const Round& round, RoundReport& report);
  void update_discriminator(const Variables& gradients);
  void clip_weights();
  /// The round's updates: each player down its own loss, by the schedule, or both by the preset's method.
  RoundReport take_turns();
  RoundReport play();

  Preset preset_;
  std::optional<Objective> paired_;
  Networks networks_;
  std::int64_t latent_;
  Source source_;
  Player d_;
  Player g_;
  std::unique_ptr<optim::GameOptimizer> method_;
  std::optional<MovingAverage> average_;
  Generator noise_;
  Generator penalty_;
  std::int64_t steps_ = 0;
};

/// G(z), under a condition if there is one, without recording, in evaluation mode.
Variable generate(nn::Module& generator, const Variable& z, const Variable& condition = {});

}  // namespace xgrad::models
