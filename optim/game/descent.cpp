// SPDX-License-Identifier: BSD-3-Clause
// Descent along the game's plain gradients.
#include <xgrad/optim/game/descent.h>

#include <xgrad/optim/game/field.h>

namespace xgrad::optim {

using detail::Field;
using detail::Pair;

namespace {

/// Losses and gradients, the graph already gone: a live one would make the parameters' updates copy them.
std::pair<Losses, Pair> plain(const Game& game, const Pair& at) {
  const Field field(game, at, false);
  return {field.losses(), field.gradient()};
}

}  // namespace

JointDescent::Plan SimultaneousDescent::plan(const Game& game) {
  const auto [losses, xi] = plain(game, {x_.parameters(), y_.parameters()});
  return {losses, xi};
}

Losses AlternatingDescent::step(const Game& game) {
  const bool x_first = first_ == First::x;
  const auto [losses, before] = plain(game, {x_.parameters(), y_.parameters()});
  x_first ? x_.step(before.x) : y_.step(before.y);
  const auto [ignored, after] = plain(game, {x_.parameters(), y_.parameters()});
  x_first ? y_.step(after.y) : x_.step(after.x);
  return losses;
}

}  // namespace xgrad::optim
