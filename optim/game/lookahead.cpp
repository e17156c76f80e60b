// SPDX-License-Identifier: BSD-3-Clause
// Gradients at foreseen values of the players.
#include <xgrad/optim/game/lookahead.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/functional.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/text.h>
#include <xgrad/optim/game/field.h>
#include <xgrad/optim/state_reader.h>

namespace xgrad::optim {

using detail::add_scaled;
using detail::Field;
using detail::Pair;

JointDescent::Plan Extragradient::plan(const Game& game) {
  const Field here(game, {x_.parameters(), y_.parameters()}, false);
  const Pair xi = here.gradient();
  const Pair ahead{add_scaled(x_.parameters(), -x_.lr(), xi.x), add_scaled(y_.parameters(), -y_.lr(), xi.y)};
  return {here.losses(), Field(game, ahead, false).gradient()};
}

OptimisticDescent::OptimisticDescent(Optimizer& x, Optimizer& y)
    : JointDescent(x, y), last_{detail::zeros_like(x.parameters()), detail::zeros_like(y.parameters())} {}

JointDescent::Plan OptimisticDescent::plan(const Game& game) {
  const Field field(game, {x_.parameters(), y_.parameters()}, false);
  const Pair xi = field.gradient();
  const Pair direction = add_scaled(xi, 1.0, add_scaled(xi, -1.0, last_));
  detail::assign(last_.x, xi.x);
  detail::assign(last_.y, xi.y);
  return {field.losses(), direction};
}

StateDict OptimisticDescent::state_dict() const {
  StateDict state;
  detail::append(state, "x.", last_.x);
  detail::append(state, "y.", last_.y);
  return state;
}

void OptimisticDescent::load_state_dict(const StateDict& state) {
  detail::StateReader reader("OptimisticDescent", state);
  Variables x = detail::zeros_like(last_.x);
  Variables y = detail::zeros_like(last_.y);
  if (!state.empty()) {
    x = reader.take_like("x.", x_.parameters());
    y = reader.take_like("y.", y_.parameters());
  }
  reader.finish();
  detail::assign(last_.x, x);
  detail::assign(last_.y, y);
}

UnrolledDescent::UnrolledDescent(Optimizer& x, Optimizer& y, const UnrollingOptions& options)
    : JointDescent(x, y), options_(options) {
  if (options.steps < 0 || !(options.lr >= 0.0)) {
    throw ValueError("[UnrolledDescent] steps and lr must be >= 0, not " + std::to_string(options.steps) + " and " +
                     xgrad::detail::text_of(options.lr));
  }
}

namespace {

/// dloss/dplayer: zeros where the loss is constant.
Variables slope(const Variable& loss, const Variables& player, bool create_graph) {
  return xgrad::detail::grad_or_zeros({loss}, player, {ones_like(loss)}, create_graph);
}

}  // namespace

JointDescent::Plan UnrolledDescent::plan(const Game& game) {
  const EnableGradGuard recording;
  const double lr = options_.lr > 0.0 ? options_.lr : y_.lr();
  const Field here(game, {x_.parameters(), y_.parameters()}, false);
  Variables x;
  Variables y;
  for (const Variable& v : x_.parameters()) x.push_back(Variable(v.array(), true));
  for (const Variable& v : y_.parameters()) y.push_back(Variable(v.array(), true));
  for (int k = 0; k < options_.steps; ++k) {
    const Variables g = slope(game(x, y).g, y, true);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = y[i] - lr * g[i];
  }
  return {here.losses(), Pair{slope(game(x, y).f, x, false), here.gradient().y}};
}

}  // namespace xgrad::optim
