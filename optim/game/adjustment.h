// SPDX-License-Identifier: BSD-3-Clause
// Methods that add a Jacobian product to the game's gradient: consensus and symplectic gradient adjustment.
#pragma once

#include <xgrad/optim/game/game.h>

namespace xgrad::optim {

/// xi + gamma J^T xi: descent that also lowers |xi|^2 / 2 (Mescheder et al., 2017).
class ConsensusOptimization : public JointDescent {
 public:
  /// @throws ValueError when gamma is negative.
  ConsensusOptimization(Optimizer& x, Optimizer& y, double gamma = 1.0);

 private:
  Plan plan(const Game& game) override;

  double gamma_;
};

struct SymplecticOptions {
  double gamma = 1.0;
  /// Choose the sign of gamma in each step so that stable fixed points attract and unstable ones repel (the paper's
  /// criterion, with its 1/10 inside the sign).
  bool align = false;
};

/// xi + gamma A^T xi with A = (J - J^T) / 2, the rotating part of the dynamics (Balduzzi et al., 2018).
class SymplecticGradientAdjustment : public JointDescent {
 public:
  /// @throws ValueError when gamma is negative.
  SymplecticGradientAdjustment(Optimizer& x, Optimizer& y, const SymplecticOptions& options = {});

 private:
  Plan plan(const Game& game) override;

  SymplecticOptions options_;
};

}  // namespace xgrad::optim
