// SPDX-License-Identifier: BSD-3-Clause
// Adjusted gradients by products with the Jacobian and its transpose.
#include <xgrad/optim/game/adjustment.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/text.h>
#include <xgrad/optim/game/field.h>

namespace xgrad::optim {

using detail::add_scaled;
using detail::dot;
using detail::Field;
using detail::Pair;

namespace {

void check_gamma(const char* name, double gamma) {
  if (!(gamma >= 0.0))
    throw ValueError("[" + std::string(name) + "] gamma must be >= 0, not " + xgrad::detail::text_of(gamma));
}

}  // namespace

ConsensusOptimization::ConsensusOptimization(Optimizer& x, Optimizer& y, double gamma)
    : JointDescent(x, y), gamma_(gamma) {
  check_gamma("ConsensusOptimization", gamma);
}

JointDescent::Plan ConsensusOptimization::plan(const Game& game) {
  const Field field(game, {x_.parameters(), y_.parameters()}, true);
  const Pair xi = field.gradient();
  return {field.losses(), add_scaled(xi, gamma_, field.transposed_product(xi))};
}

SymplecticGradientAdjustment::SymplecticGradientAdjustment(Optimizer& x, Optimizer& y, const SymplecticOptions& options)
    : JointDescent(x, y), options_(options) {
  check_gamma("SymplecticGradientAdjustment", options.gamma);
}

JointDescent::Plan SymplecticGradientAdjustment::plan(const Game& game) {
  const Field field(game, {x_.parameters(), y_.parameters()}, true);
  const Pair xi = field.gradient();
  const Pair up = field.transposed_product(xi);                // J^T xi, the gradient of H = |xi|^2 / 2
  const Pair twice = add_scaled(up, -1.0, field.product(xi));  // 2 A^T xi
  if (!options_.align) return {field.losses(), add_scaled(xi, 0.5 * options_.gamma, twice)};
  double elements = 0.0;
  for (const Variables* part : {&xi.x, &xi.y}) {
    for (const Variable& v : *part) elements += static_cast<double>(v.size());
  }
  const Variable half = full({}, 0.5 * options_.gamma, DType::float64);
  const Variable agreement = dot(xi, up) * (0.5 / elements) * dot(twice, up) + 0.1;
  return {field.losses(), add_scaled(xi, where(less(agreement, zeros_like(agreement)), -half, half), twice)};
}

}  // namespace xgrad::optim
