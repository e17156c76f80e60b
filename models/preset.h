// SPDX-License-Identifier: BSD-3-Clause
// Presets: one table; a row says everything that makes a kind of GAN what it is.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/models/conditioned.h>
#include <xgrad/models/family.h>
#include <xgrad/models/game_method.h>
#include <xgrad/models/objective.h>
#include <xgrad/models/penalty.h>
#include <xgrad/models/schedule.h>
#include <xgrad/optim/optimizer.h>

namespace xgrad::models {

/// An optimiser that has not met its parameters yet.
struct OptimizerSpec {
  enum class Kind { sgd, adam, rmsprop };

  Kind kind = Kind::adam;
  double lr = 2e-4;
  double beta1 = 0.5;  ///< Adam only, as beta2
  double beta2 = 0.999;

  std::unique_ptr<optim::Optimizer> make(Variables parameters) const;
};
std::string to_string(const OptimizerSpec& spec);

/// Noise N(0, sd^2) on everything that D sees, real or generated, so that there is something between the two to learn
/// from where they do not meet; sd falls evenly to 0 over `rounds` (Soenderby et al., 2017).
struct InstanceNoise {
  double sd = 0.5;
  std::int64_t rounds = 10000;

  double at(std::int64_t round) const noexcept {
    return round < rounds ? sd * (1.0 - static_cast<double>(round) / static_cast<double>(rounds)) : 0.0;
  }
};

struct Preset {
  std::string name;
  std::string about;  ///< one line, with its source
  Objective objective = {};
  std::optional<Pairing> pairing = {};  ///< joins the objective in the rounds that the schedule's phases say
  std::optional<Penalty> penalty = {};
  Schedule schedule = alternating();
  std::optional<GameMethod> method = {};  ///< moves both players at once, instead of each descending its own loss
  Family family = Gan{};                  ///< of players other than G against D from noise; of these the rest says less
  std::string network = "mlp";
  OptimizerSpec optimizer = {};  ///< of each player
  double d_rate = 1.0;           ///< D's learning rate over G's (two time scales: Heusel et al., 2017)
  std::optional<InstanceNoise> instance_noise = {};
  double weight_clip = 0.0;      ///< D's parameters are clamped to [-c, c] after each of its updates; 0: they are not
  bool spectral_norm = false;    ///< of every layer of D (Miyato et al., 2018), which then has no batch norm
  Labels labels = Labels::none;  ///< how the players learn of them
  std::int64_t pac = 1;          ///< samples that D judges together (PacGAN, Lin et al., 2018)
  double average = 0.999;  ///< decay of the moving average of G that samples are drawn from; 0: drawn from G itself
  std::int64_t batch_size = 64;
  std::int64_t epochs = 20;
};

const std::vector<Preset>& preset_table();
/// @throws ValueError with a suggestion for an unknown name.
const Preset& find_preset(std::string_view name);

/// The losses with pairing and penalty in one line.
std::string formula(const Preset& preset);

}  // namespace xgrad::models
