// SPDX-License-Identifier: BSD-3-Clause
// Gradients at foreseen values of the players.
#include <xgrad/optim/game/lookahead.h>

#include <string>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/optim/game/field.h>
#include <xgrad/optim/state_reader.h>

namespace xgrad::optim {

using detail::add_scaled;
using detail::Field;
using detail::Pair;

Losses Extragradient::step(const Game& game) {
  const auto [losses, direction] = [&]() -> std::pair<Losses, Pair> {
    const Field here(game, {x_.parameters(), y_.parameters()}, false);
    const Pair xi = here.gradient();
    const Pair ahead{add_scaled(x_.parameters(), -x_.lr(), xi.x), add_scaled(y_.parameters(), -y_.lr(), xi.y)};
    return {here.losses(), Field(game, ahead, false).gradient()};
  }();
  x_.step(direction.x);
  y_.step(direction.y);
  return losses;
}

Losses OptimisticDescent::step(const Game& game) {
  const auto [losses, xi] = [&]() -> std::pair<Losses, Pair> {
    const Field field(game, {x_.parameters(), y_.parameters()}, false);
    return {field.losses(), field.gradient()};
  }();
  if (last_x_.empty()) {
    last_x_ = detail::zeros_like(xi.x);
    last_y_ = detail::zeros_like(xi.y);
  }
  x_.step(add_scaled(detail::scaled(2.0, xi.x), -1.0, last_x_));
  y_.step(add_scaled(detail::scaled(2.0, xi.y), -1.0, last_y_));
  last_x_ = xi.x;
  last_y_ = xi.y;
  return losses;
}

StateDict OptimisticDescent::state_dict() const {
  StateDict state;
  detail::append(state, "x.", last_x_);
  detail::append(state, "y.", last_y_);
  return state;
}

void OptimisticDescent::load_state_dict(const StateDict& state) {
  detail::StateReader reader("OptimisticDescent", state);
  Variables x;
  Variables y;
  if (!state.empty()) {
    x = reader.take_like("x.", x_.parameters());
    y = reader.take_like("y.", y_.parameters());
  }
  reader.finish();
  last_x_ = std::move(x);
  last_y_ = std::move(y);
}

UnrolledDescent::UnrolledDescent(Optimizer& x, Optimizer& y, const UnrollingOptions& options)
    : GameOptimizer(x, y), options_(options) {
  if (options.steps < 0 || !(options.lr >= 0.0)) {
    throw ValueError("[UnrolledDescent] steps and lr must be >= 0, not " + std::to_string(options.steps) + " and " +
                     std::to_string(options.lr));
  }
}

Losses UnrolledDescent::step(const Game& game) {
  const auto [losses, direction] = [&]() -> std::pair<Losses, Pair> {
    const EnableGradGuard recording;
    const double lr = options_.lr > 0.0 ? options_.lr : y_.lr();
    const Field here(game, {x_.parameters(), y_.parameters()}, false);
    Variables x;
    Variables y;
    for (const Variable& v : x_.parameters()) x.push_back(Variable(v.array(), true));
    for (const Variable& v : y_.parameters()) y.push_back(Variable(v.array(), true));
    for (int k = 0; k < options_.steps; ++k) {
      const Variables g = grad(game(x, y).g, y, {.create_graph = true, .materialize_zeros = true});
      for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] - lr * g[i];
    }
    return {here.losses(), Pair{grad(game(x, y).f, x, {.materialize_zeros = true}), here.gradient().y}};
  }();
  x_.step(direction.x);
  y_.step(direction.y);
  return losses;
}

}  // namespace xgrad::optim
