// SPDX-License-Identifier: BSD-3-Clause
// Gradients of gradients of a game, each product one or two reverse sweeps.
#include <xgrad/optim/game/field.h>

#include <xgrad/autograd/compile/lifetime.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/functional.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::optim {

GameOptimizer::~GameOptimizer() {
  if (xgrad::detail::recorder) [[unlikely]]
    xgrad::detail::record_end_of(this);
}

void GameOptimizer::load_state_dict(const StateDict& state) {
  if (!state.empty()) {
    throw ValueError("[GameOptimizer] this method keeps no state, but \"" + state.front().first + "\" was given");
  }
}

Losses JointDescent::step(const Game& game) {
  const Plan planned = plan(game);
  x_.step(planned.direction.x);
  y_.step(planned.direction.y);
  return planned.losses;
}

namespace detail {

namespace {

using xgrad::detail::grad_or_zeros;

Variables leaves(const Variables& values) {
  Variables out;
  for (const Variable& v : values) out.push_back(Variable(v.array(), true));
  return out;
}

Variables joined(Variables a, const Variables& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Pair parted(Variables both, std::size_t first) {
  const auto middle = both.begin() + static_cast<std::ptrdiff_t>(first);
  return {Variables(both.begin(), middle), Variables(middle, both.end())};
}

void check_loss(const Variable& loss, const char* name) {
  if (loss.size() != 1) {
    throw ShapeError(std::string("[game] the loss ") + name + " must have one element, got shape " +
                     to_string(loss.shape()));
  }
}

}  // namespace

Pair add_scaled(const Pair& a, double scale, const Pair& b) {
  return {add_scaled(a.x, scale, b.x), add_scaled(a.y, scale, b.y)};
}

Pair add_scaled(const Pair& a, const Variable& scale, const Pair& b) {
  return {add_scaled(a.x, scale, b.x), add_scaled(a.y, scale, b.y)};
}

Variable dot(const Pair& a, const Pair& b) { return dot(a.x, b.x) + dot(a.y, b.y); }

Field::Field(const Game& game, const Pair& at, bool differentiable) : at_{leaves(at.x), leaves(at.y)} {
  const EnableGradGuard recording;
  recorded_ = game(at_.x, at_.y);
  check_loss(recorded_.f, "f");
  check_loss(recorded_.g, "g");
  losses_ = {recorded_.f.detach(), recorded_.g.detach()};
  bool any = false;
  const auto own = [&](const Variable& loss, const Variables& player) {
    Variables g(player.size());
    if (loss.requires_grad()) {
      g = grad(loss, player, {.retain_graph = true, .create_graph = differentiable, .allow_unused = true});
    }
    for (std::size_t i = 0; i < g.size(); ++i) {
      any = any || g[i].defined();
      if (!g[i].defined()) g[i] = xgrad::zeros_like(player[i]);
    }
    return g;
  };
  xi_ = {own(recorded_.f, at_.x), own(recorded_.g, at_.y)};
  if (!any) {
    throw GraphError("[game] no loss depends on its player; are the parameters read through the given values?");
  }
}

Pair Field::transposed_product(const Pair& v) const {
  return parted(grad_or_zeros(joined(xi_.x, xi_.y), joined(at_.x, at_.y), joined(v.x, v.y), false), at_.x.size());
}

Pair Field::product(const Pair& v) const {
  // u -> J^T u is linear, and its transpose applied to v is J v; the value of u does not matter.
  const Pair u{leaves(xi_.x), leaves(xi_.y)};
  const Variables all = joined(u.x, u.y);
  const EnableGradGuard recording;
  const Variables transposed = grad_or_zeros(joined(xi_.x, xi_.y), joined(at_.x, at_.y), all, true);
  return parted(grad_or_zeros(transposed, all, joined(v.x, v.y), false), at_.x.size());
}

const Field::Mixed& Field::mixed() const {
  if (!mixed_) {
    const EnableGradGuard recording;
    mixed_ = Mixed{grad_or_zeros({recorded_.f}, at_.y, {ones_like(recorded_.f)}, true),
                   grad_or_zeros({recorded_.g}, at_.x, {ones_like(recorded_.g)}, true)};
  }
  return *mixed_;
}

Variables Field::f_xy(const Variables& v) const { return grad_or_zeros(mixed().df_dy, at_.x, v, false); }
Variables Field::g_yx(const Variables& v) const { return grad_or_zeros(mixed().dg_dx, at_.y, v, false); }

}  // namespace detail

}  // namespace xgrad::optim
