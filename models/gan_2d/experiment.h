// SPDX-License-Identifier: BSD-3-Clause
// Experiment: a GAN of the presets on a mixture in the plane.
#pragma once

#include <memory>
#include <string>

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
  double lr = 0.0;  ///< 0: the network's with Adam, else the preset's
  std::uint64_t seed = 1;
};

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
