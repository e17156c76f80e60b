// SPDX-License-Identifier: BSD-3-Clause
// The methods by kind.
#include <xgrad/models/game_method.h>

#include <xgrad/autograd/text.h>
#include <xgrad/optim/game/adjustment.h>
#include <xgrad/optim/game/competitive.h>
#include <xgrad/optim/game/lookahead.h>

namespace xgrad::models {

using Kind = GameMethod::Kind;

std::unique_ptr<optim::GameOptimizer> GameMethod::make(optim::Optimizer& g, optim::Optimizer& d) const {
  const optim::KrylovOptions solver{.max_iterations = max_iterations};
  switch (kind) {
    case Kind::extragradient:
      return std::make_unique<optim::Extragradient>(g, d);
    case Kind::optimistic:
      return std::make_unique<optim::OptimisticDescent>(g, d);
    case Kind::consensus:
      return std::make_unique<optim::ConsensusOptimization>(g, d, gamma);
    case Kind::symplectic:
      return std::make_unique<optim::SymplecticGradientAdjustment>(g, d, optim::SymplecticOptions{.gamma = gamma});
    case Kind::unrolled:
      return std::make_unique<optim::UnrolledDescent>(g, d, optim::UnrollingOptions{.steps = steps, .lr = step_size});
    case Kind::linearized:
      return std::make_unique<optim::LinearizedCompetitiveDescent>(g, d);
    case Kind::competitive:
      return std::make_unique<optim::CompetitiveDescent>(
          g, d, optim::CompetitiveOptions{.zero_sum = zero_sum, .solver = solver});
    case Kind::adaptive:
      break;
  }
  return std::make_unique<optim::AdaptiveCompetitiveDescent>(
      g, d, optim::AdaptiveCompetitiveOptions{.zero_sum = zero_sum, .solver = solver});
}

std::string to_string(const GameMethod& method) {
  switch (method.kind) {
    case Kind::extragradient:
      return "extragradient";
    case Kind::optimistic:
      return "optimistic descent";
    case Kind::consensus:
      return xgrad::detail::formatted("consensus (gamma %g)", method.gamma);
    case Kind::symplectic:
      return xgrad::detail::formatted("symplectic adjustment (gamma %g)", method.gamma);
    case Kind::unrolled:
      return xgrad::detail::formatted("unrolled (%d steps of %g)", method.steps, method.step_size);
    case Kind::linearized:
      return "linearised competitive descent";
    case Kind::competitive:
      return "competitive descent";
    case Kind::adaptive:
      break;
  }
  return "adaptive competitive descent";
}

}  // namespace xgrad::models
