// SPDX-License-Identifier: BSD-3-Clause
// The local game's equilibrium, solved with Hessian-vector products.
#include <xgrad/optim/game/competitive.h>

#include <cmath>
#include <string>

#include <xgrad/autograd/compile/lifetime.h>
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/text.h>
#include <xgrad/optim/game/field.h>
#include <xgrad/optim/state_reader.h>

namespace xgrad::optim {

using detail::add_scaled;
using detail::dot;
using detail::Field;
using detail::Pair;

namespace {

// Where mixed derivatives cancel, so do both sides of <x, H^f_xy y> + <y, H^g_yx x>, here at (x, y) = xi with
// p = H^f_xy y; up to rounding, against the largest that they could be.
void check_zero_sum(const char* name, const Field& field, const Pair& xi, const Variables& p) {
  const Variables q = field.g_yx(xi.x);
  const auto norm = [](const Variables& v) { return sqrt(dot(v, v)); };
  const Variable rest = abs(dot(xi.x, p) + dot(xi.y, q));
  const Variable largest = norm(xi.x) * norm(p) + norm(xi.y) * norm(q);
  const Variable* const reads[] = {&rest, &largest};
  xgrad::detail::perform("check zero-sum", reads, {}, [name](xgrad::detail::Reads in) {
    if (!(in[0]->item() > 1e-3 * in[1]->item())) return;  // nor does a NaN say so
    throw ValueError(
        "[" + std::string(name) +
        "] the game is not zero-sum: the mixed derivatives of the losses do not cancel; leave zero_sum off");
  });
}

void tell(const GameOptimizer& method, const Variable& iterations, int& last) {
  const Variable* const reads[] = {&iterations};
  if (xgrad::detail::recorder) xgrad::detail::record_use_of(&method);
  xgrad::detail::perform("tell iterations", reads, {},
                         [&last](xgrad::detail::Reads in) { last = static_cast<int>(in[0]->item()); });
}

KrylovSolution solve(bool symmetric, const LinearMap& a, const Variables& b, const Variables& start,
                     const KrylovOptions& options) {
  return symmetric ? conjugate_gradients(a, b, start, options) : bicgstab(a, b, start, options);
}

}  // namespace

JointDescent::Plan LinearizedCompetitiveDescent::plan(const Game& game) {
  const Field field(game, {x_.parameters(), y_.parameters()}, true);
  const Pair xi = field.gradient();
  return {field.losses(),
          Pair{add_scaled(xi.x, -y_.lr(), field.f_xy(xi.y)), add_scaled(xi.y, -x_.lr(), field.g_yx(xi.x))}};
}

JointDescent::Plan CompetitiveDescent::plan(const Game& game) {
  const NoGradGuard guard;
  const Field field(game, {x_.parameters(), y_.parameters()}, true);
  const Pair xi = field.gradient();
  const LinearMap system = [&](const Variables& v) {
    return add_scaled(v, -x_.lr() * y_.lr(), field.f_xy(field.g_yx(v)));
  };
  const Variables pull = field.f_xy(xi.y);
  if (options_.zero_sum) check_zero_sum("CompetitiveDescent", field, xi, pull);
  const Variables right = add_scaled(xi.x, -y_.lr(), pull);
  KrylovSolution x = solve(options_.zero_sum, system, right, {}, options_.solver);
  tell(*this, x.iterations, iterations_);
  Variables y = add_scaled(xi.y, -x_.lr(), field.g_yx(x.x));
  return {field.losses(), Pair{std::move(x.x), std::move(y)}};
}

AdaptiveCompetitiveDescent::AdaptiveCompetitiveDescent(Optimizer& x, Optimizer& y,
                                                       const AdaptiveCompetitiveOptions& options)
    : JointDescent(x, y),
      options_(options),
      unbias_(full({}, 1.0, DType::float64)),
      vx_(detail::zeros_like(x.parameters())),
      vy_(detail::zeros_like(y.parameters())),
      start_(detail::zeros_like(x.parameters())) {
  if (!(options.beta >= 0.0 && options.beta < 1.0) || !(options.eps > 0.0)) {
    throw ValueError("[AdaptiveCompetitiveDescent] beta must be in [0, 1) and eps positive, not " +
                     xgrad::detail::text_of(options.beta) + " and " + xgrad::detail::text_of(options.eps));
  }
}

JointDescent::Plan AdaptiveCompetitiveDescent::plan(const Game& game) {
  const NoGradGuard guard;
  const Field field(game, {x_.parameters(), y_.parameters()}, true);
  const Pair xi = field.gradient();
  if (options_.zero_sum) check_zero_sum("AdaptiveCompetitiveDescent", field, xi, field.f_xy(xi.y));
  xgrad::detail::perform("count steps", {}, {&unbias_, 1}, [this](xgrad::detail::Reads) {
    ++steps_;
    const double correction = 1.0 - std::pow(options_.beta, static_cast<double>(steps_));
    *unbias_.mutable_array().mutable_data<double>() = 1.0 / correction;
  });
  // The diagonal of step sizes, relative to the learning rates.
  const auto sizes = [&](Variables& v, const Variables& g) {
    const Variables now = add_scaled(detail::scaled(options_.beta, v), 1.0 - options_.beta, detail::product(g, g));
    Variables a;
    for (const Variable& entry : now) {
      a.push_back(reciprocal(sqrt(astype(unbias_, entry.dtype()) * entry) + options_.eps));
    }
    detail::assign(v, now);
    return a;
  };
  const Variables ax = sizes(vx_, xi.x);
  const Variables ay = sizes(vy_, xi.y);
  // s = A_x^-1/2 dx keeps a zero-sum system symmetric.
  Variables root;
  for (const Variable& a : ax) root.push_back(sqrt(a));
  const LinearMap system = [&](const Variables& s) {
    const Variables dy = detail::product(ay, field.g_yx(detail::product(root, s)));
    return add_scaled(s, -x_.lr() * y_.lr(), detail::product(root, field.f_xy(dy)));
  };
  const Variables foreseen = add_scaled(xi.x, -y_.lr(), field.f_xy(detail::product(ay, xi.y)));
  KrylovSolution s = solve(options_.zero_sum, system, detail::product(root, foreseen), start_, options_.solver);
  tell(*this, s.iterations, iterations_);
  detail::assign(start_, s.x);
  Variables x = detail::product(root, s.x);
  const Variables answer = add_scaled(xi.y, -x_.lr(), field.g_yx(x));
  Variables y = detail::product(ay, answer);
  return {field.losses(), Pair{std::move(x), std::move(y)}};
}

StateDict AdaptiveCompetitiveDescent::state_dict() const {
  StateDict state;
  if (steps_ == 0) return state;
  state.emplace_back("step", Array::from<std::int64_t>({steps_}, {}));
  detail::append(state, "vx.", vx_);
  detail::append(state, "vy.", vy_);
  detail::append(state, "start.", start_);
  return state;
}

void AdaptiveCompetitiveDescent::load_state_dict(const StateDict& state) {
  detail::StateReader reader("AdaptiveCompetitiveDescent", state);
  std::int64_t steps = 0;
  Variables vx = detail::zeros_like(vx_);
  Variables vy = detail::zeros_like(vy_);
  Variables start = detail::zeros_like(start_);
  if (!state.empty()) {
    steps = reader.take_step("step");
    vx = reader.take_like("vx.", x_.parameters());
    vy = reader.take_like("vy.", y_.parameters());
    start = reader.take_like("start.", x_.parameters());
  }
  reader.finish();
  steps_ = steps;
  detail::assign(vx_, vx);
  detail::assign(vy_, vy);
  detail::assign(start_, start);
}

}  // namespace xgrad::optim
