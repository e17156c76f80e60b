// SPDX-License-Identifier: BSD-3-Clause
// Learner: players that learn round after round, from state that can be saved and gone on from exactly.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/compile.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/models/average.h>
#include <xgrad/models/preset.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

/// A loss or a parameter is no longer finite.
class Diverged : public Error {
 public:
  using Error::Error;
};

/// The independent random streams of a run, split from its seed by these numbers.
enum class Stream : std::uint64_t {
  initialisation = 1,
  data_order,
  noise,
  penalty,
  samples,
  other_data_order,
  pool,
  instance_noise,
  evaluation
};
Generator stream(std::uint64_t seed, Stream which);

/// Real samples (n, ...), and for networks with labels a condition on each of them, (n, k): its one-hot label.
struct Samples {
  Samples(Variable values, Variable labels = {}) : x(std::move(values)), condition(std::move(labels)) {}
  Variable x, condition;
};

/// Gives the next batch.
using Source = std::function<Samples()>;

/// What a round yielded: figures by name, in the order in which they were first named.
class RoundReport {
 public:
  /// A figure, 0 until it is set.
  double& operator[](const std::string& name);
  /// @throws ValueError when there is none of that name.
  double at(const std::string& name) const;
  bool has(const std::string& name) const noexcept;
  const std::vector<std::pair<std::string, double>>& figures() const noexcept { return figures_; }

 private:
  std::vector<std::pair<std::string, double>> figures_;
};

/// Base of whatever a preset trains. A kind of learner says what its players are and what a round of theirs is; the
/// rest, exact resumption above all, is here.
class Learner {
 public:
  virtual ~Learner() = default;
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;

  /// One round. @throws Diverged at a loss that is not finite; no update is made from it.
  RoundReport step();
  /// Rounds done.
  std::int64_t steps() const noexcept { return steps_; }
  /// Whether rounds run op by op instead of being recorded once and replayed. The numbers are the same.
  void set_eager(bool eager) noexcept { eager_ = eager; }
  bool eager() const noexcept { return eager_; }

  const Preset& preset() const noexcept { return preset_; }
  /// The networks that learn, by name.
  std::vector<std::pair<std::string, const nn::Module*>> players() const;

  /// The values of the sampler that samples should be drawn with: their moving average, or without one their own.
  StateDict sampling_values() const;

  /// All networks, optimisers, the moving average, the random streams, what else a kind of learner remembers and the
  /// number of rounds; not the source of data.
  /// @throws Diverged when a parameter is not finite, so that a saved state is always good to go on from.
  Checkpoint save();
  /// @throws ValueError, FormatError when the checkpoint belongs to other networks or optimisers; nothing is changed
  /// then.
  void load(const Checkpoint& checkpoint);

 protected:
  struct Player {
    std::string name;
    std::shared_ptr<nn::Module> network;
    Variables parameters;
    std::unique_ptr<optim::Optimizer> optimizer;

    /// One step down the gradient of a loss, by the player's own parameters alone.
    void descend(const Variable& loss, const GradOptions& options = {});
  };

  explicit Learner(Preset preset) : preset_(std::move(preset)) {}

  const Preset preset_;

  /// What step() does before it counts; told by the functions below.
  virtual void round() = 0;

  /// A network that moves by the preset's optimiser; saved in sections `name` and "opt" + `name`, its layers' random
  /// streams too. The reference stays valid.
  Player& add_player(const std::string& name, std::shared_ptr<nn::Module> network, double rate = 1.0);
  /// A random stream, to be saved under this name. It must stay where it is, as must what remember() is given.
  void add_stream(std::string name, Generator& generator) { streams_.emplace_back(std::move(name), &generator); }
  /// Anything else with a state_dict() and a load_state_dict(), to be saved in a section of this name.
  template <class T>
  void remember(std::string name, T& part) {
    parts_.push_back({std::move(name), [&part] { return part.state_dict(); },
                      [&part](const StateDict& state) { part.load_state_dict(state); }});
  }
  /// The module that draws samples: some of the players, of whose values the preset may want a moving average.
  void sample_with(std::shared_ptr<const nn::Module> sampler);

  /// What a part of a round computes of its inputs, for a later part or for what lies between them.
  using RoundPart = std::function<Variables(const Variables&)>;
  /// Does the part of that name. It is recorded at its first call with these decisions and shapes of inputs and
  /// replayed from then on, unless the learner is eager; `decisions` are whatever else tells its C++ which way to go.
  Variables replay(const std::string& name, const std::vector<bool>& decisions, const Variables& inputs,
                   const RoundPart& part);
  /// What this round has told so far.
  RoundReport& report() noexcept { return report_; }
  /// Forgets what this round has told so far.
  void retell();
  /// A figure becomes the value.
  void tell(const std::string& figure, const Variable& value);
  /// share * value comes to a figure.
  void tell_share(const std::string& figure, const Variable& value, double share);
  /// A figure becomes the loss, which is checked.
  void tell_loss(const std::string& figure, const Variable& loss, const std::string& whose);
  /// @throws Diverged unless the loss is finite, naming whose it is.
  void check_finite(const Variable& loss, const std::string& whose);

  /// Every stream that a round draws from, by name: the learner's and those of the networks' layers.
  std::vector<std::pair<std::string, Generator*>> streams();

 private:
  struct Part {
    std::string name;
    std::function<StateDict()> state;
    std::function<void(const StateDict&)> load;
  };

  /// The sections and streams, finite or not.
  Checkpoint snapshot();
  void restore(const Checkpoint& checkpoint);

  std::deque<Player> players_;
  std::vector<Part> parts_;
  std::vector<std::pair<std::string, Generator*>> streams_;
  std::shared_ptr<const nn::Module> sampler_;
  std::optional<MovingAverage> average_;
  std::map<std::pair<std::string, std::vector<bool>>, Compiled> replays_;
  RoundReport report_;
  bool eager_ = false;
  std::int64_t steps_ = 0;
};

}  // namespace xgrad::models
