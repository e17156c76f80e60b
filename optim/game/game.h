// SPDX-License-Identifier: BSD-3-Clause
// GameOptimizer: what all methods for two-player differentiable games share.
//
// Player x minimises f(x, y), player y minimises g(x, y). Plain descent of both may circle or diverge where the players
// pull at each other; the methods of this folder turn the pair of gradients into better directions, by derivatives of
// the game alone: Hessian-vector products, never a dense Hessian.
#pragma once

#include <functional>

#include <xgrad/optim/optimizer.h>

namespace xgrad::optim {

/// One-element losses: x minimises `f`, y minimises `g`.
struct Losses {
  Variable f, g;
};

/// The losses as a function of the players' values. Networks become such functions by SubstitutionGuard:
///
///   Game game = [&](const Variables& x, const Variables& y) -> Losses {
///     SubstitutionGuard of_g(generator.parameters(), x), of_d(discriminator.parameters(), y);
///     Variable fake = generator(z);
///     return {g_loss(discriminator(fake)), d_loss(discriminator(real), discriminator(fake))};
///   };
using Game = std::function<Losses(const Variables& x, const Variables& y)>;

namespace detail {
/// A value for each player.
struct Pair {
  Variables x, y;
};
}  // namespace detail

/// Turns a game's derivatives into a direction for each player, along which that player's own optimiser steps: plain
/// SGD gives the published methods, Adam their usual variants.
class GameOptimizer {
 public:
  virtual ~GameOptimizer();
  GameOptimizer(const GameOptimizer&) = delete;
  GameOptimizer& operator=(const GameOptimizer&) = delete;

  /// One update of both players. @return the losses at their values before it, without history.
  /// @throws ShapeError when a loss has more than one element; GraphError when neither depends on its player.
  virtual Losses step(const Game& game) = 0;

  /// What the method remembers from step to step; that of the players' optimisers is theirs.
  virtual StateDict state_dict() const { return {}; }
  /// @throws ValueError when the state is not this method's; nothing is changed then.
  virtual void load_state_dict(const StateDict& state);

 protected:
  /// Borrows the players' optimisers, which name the parameters and the learning rates.
  GameOptimizer(Optimizer& x, Optimizer& y) : x_(x), y_(y) {}

  Optimizer& x_;
  Optimizer& y_;
};

/// A method that moves both players at once, from directions at their present values.
class JointDescent : public GameOptimizer {
 public:
  Losses step(const Game& game) final;

 protected:
  using GameOptimizer::GameOptimizer;

  struct Plan {
    Losses losses;           ///< at the present values, without history
    detail::Pair direction;  ///< what the players' optimisers take for gradients
  };
  /// No graph may outlive the call: a live one would make the parameters' updates copy them.
  virtual Plan plan(const Game& game) = 0;
};

}  // namespace xgrad::optim
