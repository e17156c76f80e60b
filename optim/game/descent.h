// SPDX-License-Identifier: BSD-3-Clause
// Plain gradient descent of both players: at once, or one after the other.
#pragma once

#include <xgrad/optim/game/game.h>

namespace xgrad::optim {

/// Both move from the same values along xi = (df/dx, dg/dy). On bilinear games it spirals outwards.
class SimultaneousDescent : public JointDescent {
 public:
  SimultaneousDescent(Optimizer& x, Optimizer& y) : JointDescent(x, y) {}

 private:
  Plan plan(const Game& game) override;
};

/// The second to move sees the first one's new values. On bilinear games it circles.
class AlternatingDescent : public GameOptimizer {
 public:
  enum class First { x, y };
  /// As in a GAN's training, where the discriminator y moves first.
  AlternatingDescent(Optimizer& x, Optimizer& y, First first = First::y) : GameOptimizer(x, y), first_(first) {}
  Losses step(const Game& game) override;

 private:
  First first_;
};

}  // namespace xgrad::optim
