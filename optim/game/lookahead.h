// SPDX-License-Identifier: BSD-3-Clause
// Methods that look where the game is going: extragradient, optimistic descent, unrolling.
#pragma once

#include <xgrad/optim/game/game.h>

namespace xgrad::optim {

/// Both players step along xi(z - eta xi(z)), eta their learning rates (Korpelevich, 1976; Gidel et al., 2019).
class Extragradient : public JointDescent {
 public:
  Extragradient(Optimizer& x, Optimizer& y) : JointDescent(x, y) {}

 private:
  Plan plan(const Game& game) override;
};

/// Both players step along 2 xi_k - xi_{k-1}, the gradient before the first step taken as 0 (Daskalakis et al., 2018).
class OptimisticDescent : public JointDescent {
 public:
  OptimisticDescent(Optimizer& x, Optimizer& y);
  /// "x.0", "x.1", ..., "y.0", ...: the last gradients. An empty state is that before the first step.
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 private:
  Plan plan(const Game& game) override;

  detail::Pair last_;
};

struct UnrollingOptions {
  int steps = 5;
  double lr = 0.0;  ///< of the unrolled descent; 0: y's learning rate
};

/// x descends f(x, y_K(x)), y_0 = y, y_{k+1} = y_k - lr dg/dy(x, y_k), through all K steps; y descends dg/dy at the
/// present values (Metz et al., 2017). Both move at once.
class UnrolledDescent : public JointDescent {
 public:
  /// @throws ValueError when steps or lr are negative.
  UnrolledDescent(Optimizer& x, Optimizer& y, const UnrollingOptions& options = {});

 private:
  Plan plan(const Game& game) override;

  UnrollingOptions options_;
};

}  // namespace xgrad::optim
