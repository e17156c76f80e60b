// SPDX-License-Identifier: BSD-3-Clause
// Experiment: a GAN of the presets on a mixture in the plane.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include <xgrad/models/command_line/number.h>
#include <xgrad/models/data/gaussians.h>
#include <xgrad/models/image/canvas.h>
#include <xgrad/models/metrics/modes.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_2d {

/// What makes a run.
struct Setting {
  std::string data = "ring";
  std::string preset = "gan";
  std::string network = "published";
  std::optional<double> lr = {};  ///< unset: the network's with Adam, else the preset's
  std::uint64_t seed = 1;
  std::int64_t steps = 20000;
};

/// And how it is watched.
struct TrainSetting : Setting {
  std::int64_t every = 2000;
};

/// Calls f(name, member, help, domain) for every setting: the one list behind flags, file and help.
template <class S, class F>
void for_each_setting(S& s, F&& f) {
  constexpr command_line::Domain any;
  f("data", s.data, "ring or grid", any);
  f("preset", s.preset, "Kind of GAN, as gan_mnist info --presets lists them", any);
  f("net", s.network, "published or small", any);
  f("lr", s.lr, "Learning rate; by default the network's, or the preset's", command_line::above(0));
  f("seed", s.seed, "Names the random numbers", any);
  f("steps", s.steps, "Rounds", command_line::at_least(1));
  if constexpr (std::is_base_of_v<TrainSetting, S>) {
    f("every", s.every, "Rounds between figures and pictures", command_line::at_least(1));
  }
}

/// The preset with what all of them share here, as PacGAN's code has it: batches of 100 packs, both players moved from
/// the same parameters where they take turns one to one, and Adam(lr, 0.8, 0.999) where the preset has Adam, lr the
/// network's, at which ACGD goes too. Penalties by x and the steps of an unrolled D are a tenth of what they are on
/// images.
models::Preset plane_preset(const Setting& setting);

class Experiment {
 public:
  /// @throws ValueError with a suggestion for unknown names.
  explicit Experiment(const Setting& setting);

  void set_eager(bool eager) { trainer_->set_eager(eager); }
  models::RoundReport step() { return trainer_->step(); }
  std::int64_t steps() const noexcept { return trainer_->steps(); }
  const models::Preset& preset() const noexcept { return trainer_->preset(); }
  const models::GaussianMixture& mixture() const noexcept { return mixture_; }

  /// The same 2,500 points at every call for z, through G.
  Array samples() const;
  models::ModeStatistics statistics() const;
  /// Samples over the modes and the field grad D, along which samples are drawn to raise their score.
  models::Canvas picture() const;

 private:
  models::GaussianMixture mixture_;
  std::unique_ptr<Generator> data_;  ///< in a place of its own, for the trainer's source
  std::unique_ptr<models::Trainer> trainer_;
  std::shared_ptr<nn::Module> sampler_;  ///< a second generator, for the values to sample with
  Generator shown_;
};

}  // namespace xgrad::gan_2d
