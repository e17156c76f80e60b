// SPDX-License-Identifier: BSD-3-Clause
// GameMethod: a method for two-player games as a choice of a preset.
#pragma once

#include <memory>
#include <string>

#include <xgrad/optim/game/game.h>

namespace xgrad::models {

struct GameMethod {
  enum class Kind { extragradient, optimistic, consensus, symplectic, unrolled, linearized, competitive, adaptive };

  Kind kind = Kind::extragradient;
  double gamma = 1.0;       ///< consensus and symplectic: weight of the adjustment
  int steps = 5;            ///< unrolled: D's steps seen ahead
  double step_size = 0.1;   ///< unrolled: of those steps
  bool zero_sum = false;    ///< competitive: as optim::CompetitiveOptions has it
  int max_iterations = 20;  ///< competitive: of the solver

  /// Borrows the players' optimisers. @throws ValueError for options out of their domain.
  std::unique_ptr<optim::GameOptimizer> make(optim::Optimizer& g, optim::Optimizer& d) const;
};
std::string to_string(const GameMethod& method);

}  // namespace xgrad::models
