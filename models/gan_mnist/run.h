// SPDX-License-Identifier: BSD-3-Clause
// Run: the data, the learner and the exhibited samples of one training run, with their state saved and loaded together.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/models/data/loader.h>
#include <xgrad/models/gan_mnist/settings.h>
#include <xgrad/models/gan_mnist/sheet.h>
#include <xgrad/models/learner.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/models/run/run_folder.h>

namespace xgrad::gan_mnist {

class Run {
 public:
  /// `from`: the domain to translate from, for presets that do so.
  Run(const Plan& plan, std::shared_ptr<const models::Dataset> data, std::shared_ptr<const models::Dataset> from,
      std::uint64_t seed);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  models::Learner& learner() noexcept { return *learner_; }

  models::Checkpoint save();
  /// @throws FormatError, ValueError when the checkpoint is not of such a run; nothing is changed then.
  void load(const models::Checkpoint& checkpoint);

  /// Draws samples at the run's fixed points into the folder; gives the path of what is to be looked at.
  std::filesystem::path draw(const models::RunFolder& folder);

  /// The same `n` samples again and again as they become, a row (n, elements) each.
  Array sample(std::int64_t n);

  /// Data, losses, networks and length, a line each.
  std::string describe() const;

 private:
  models::DataLoader loader_of(std::shared_ptr<const models::Dataset> data, models::Stream order) const;
  models::Samples next();
  /// Loaders by the names under which their places are saved.
  std::vector<std::pair<std::string, models::DataLoader*>> loaders();

  Plan plan_;
  std::uint64_t seed_;
  std::shared_ptr<const models::Dataset> data_;
  std::shared_ptr<const models::Dataset> from_;
  models::SampleFormat format_;
  std::int64_t classes_;  ///< that the players are told; 0: none
  models::DataLoader loader_;
  std::optional<models::DataLoader> from_loader_;
  std::unique_ptr<models::Learner> learner_;
  std::shared_ptr<nn::Module> sampler_;  ///< with the averaged values
  Sheet sheet_;
};

}  // namespace xgrad::gan_mnist
