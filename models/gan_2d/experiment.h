// SPDX-License-Identifier: BSD-3-Clause
// Experiment: a GAN of the presets on a mixture in the plane, at the published settings.
#pragma once

#include <memory>
#include <string>

#include <xgrad/models/data/gaussians.h>
#include <xgrad/models/image/canvas.h>
#include <xgrad/models/metrics/modes.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_2d {

/// The preset with what all of them share here: batches of 100, samples from G itself, and Adam(1e-4, 0.8, 0.999) where
/// the preset has Adam.
models::Preset plane_preset(const std::string& name);

class Experiment {
 public:
  /// @throws ValueError with a suggestion for unknown names.
  Experiment(const std::string& mixture, const std::string& preset, std::uint64_t seed);

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
  Generator shown_;
};

}  // namespace xgrad::gan_2d
