// SPDX-License-Identifier: BSD-3-Clause
// Competitive gradient descent: both players move to the equilibrium of a local game that has their interaction in it.
#pragma once

#include <xgrad/optim/game/game.h>
#include <xgrad/optim/krylov.h>

namespace xgrad::optim {

/// LCGD: x along df/dx - eta_y H^f_xy dg/dy, y along dg/dy - eta_x H^g_yx df/dx: CGD's series after its first term
/// (Schaefer & Anandkumar, 2019). eta are the optimisers' learning rates.
class LinearizedCompetitiveDescent : public JointDescent {
 public:
  LinearizedCompetitiveDescent(Optimizer& x, Optimizer& y) : JointDescent(x, y) {}

 private:
  Plan plan(const Game& game) override;
};

struct CompetitiveOptions {
  /// g = -f, but for terms of one player alone: the system is symmetric positive definite and solved by conjugate
  /// gradients, else by BiCGSTAB.
  bool zero_sum = false;
  KrylovOptions solver = {};
};

/// CGD: x along (I - eta_x eta_y H^f_xy H^g_yx)^-1 (df/dx - eta_y H^f_xy dg/dy), y by its best response
/// dg/dy - eta_x H^g_yx (x's direction), which is the symmetric formula (Schaefer & Anandkumar, 2019, eq. 4).
/// @throws ValueError from step when zero_sum is asked of losses whose mixed derivatives do not cancel.
class CompetitiveDescent : public JointDescent {
 public:
  CompetitiveDescent(Optimizer& x, Optimizer& y, const CompetitiveOptions& options = {})
      : JointDescent(x, y), options_(options) {}
  /// Products with the system's matrix in the last step.
  int last_iterations() const noexcept { return iterations_; }

 private:
  Plan plan(const Game& game) override;

  CompetitiveOptions options_;
  int iterations_ = 0;
};

struct AdaptiveCompetitiveOptions {
  double beta = 0.99;  ///< decay of the mean squared gradients
  double eps = 1e-5;
  bool zero_sum = false;
  KrylovOptions solver = {};
};

/// ACGD: CGD whose step sizes are RMSProp's diagonals A = lr / (sqrt(v / (1 - beta^t)) + eps), the solver started from
/// the last step's solution (Schaefer, Zheng & Anandkumar, 2020, algorithm 1). The step sizes are in the direction
/// already, so the players' optimisers are to be plain SGD.
/// @throws ValueError when beta is outside [0, 1) or eps not positive; from step as CompetitiveDescent.
class AdaptiveCompetitiveDescent : public JointDescent {
 public:
  AdaptiveCompetitiveDescent(Optimizer& x, Optimizer& y, const AdaptiveCompetitiveOptions& options = {});
  /// "step", and under "vx.", "vy." and "start." the mean squares and the solver's start, entry by entry.
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;
  int last_iterations() const noexcept { return iterations_; }

 private:
  Plan plan(const Game& game) override;

  AdaptiveCompetitiveOptions options_;
  std::int64_t steps_ = 0;
  int iterations_ = 0;
  Variable unbias_;  ///< of the mean squares, by the present step
  Variables vx_, vy_, start_;
};

}  // namespace xgrad::optim
