// SPDX-License-Identifier: BSD-3-Clause
// The adversarial losses, one formula each.
#include <xgrad/models/objective.h>

#include <xgrad/autograd/ops.h>

namespace xgrad::models {

using V = const Variable&;

Objective non_saturating() {
  return {"non-saturating", "D: E sp(-r) + E sp(f)   G: E sp(-f)",
          [](V r, V f) { return mean(softplus(-r)) + mean(softplus(f)); }, [](V, V f) { return mean(softplus(-f)); }};
}

Objective minimax() {
  return {"minimax", "D: E sp(-r) + E sp(f)   G: -E sp(f)",
          [](V r, V f) { return mean(softplus(-r)) + mean(softplus(f)); }, [](V, V f) { return -mean(softplus(f)); }};
}

Objective lsgan(double a, double b, double c) {
  return {"lsgan", "D: 1/2 E(r - b)^2 + 1/2 E(f - a)^2   G: 1/2 E(f - c)^2",
          [a, b](V r, V f) { return 0.5 * mean(square(r - b)) + 0.5 * mean(square(f - a)); },
          [c](V, V f) { return 0.5 * mean(square(f - c)); }};
}

Objective wasserstein() {
  return {"wasserstein", "D: E f - E r   G: -E f", [](V r, V f) { return mean(f) - mean(r); },
          [](V, V f) { return -mean(f); }};
}

Objective hinge() {
  return {"hinge", "D: E max(0, 1 - r) + E max(0, 1 + f)   G: -E f",
          [](V r, V f) { return mean(relu(1.0 - r)) + mean(relu(1.0 + f)); }, [](V, V f) { return -mean(f); }};
}

Objective relativistic() {
  return {"relativistic", "D: E sp(f - r)   G: E sp(r - f)", [](V r, V f) { return mean(softplus(f - r)); },
          [](V r, V f) { return mean(softplus(r - f)); }, true};
}

Objective relativistic_average() {
  return {"relativistic-average", "D: 1/2 E sp(Ef - r) + 1/2 E sp(f - Er)   G: r and f exchanged",
          [](V r, V f) { return 0.5 * mean(softplus(mean(f) - r)) + 0.5 * mean(softplus(f - mean(r))); },
          [](V r, V f) { return 0.5 * mean(softplus(mean(r) - f)) + 0.5 * mean(softplus(r - mean(f))); }, true};
}

Objective paired(const Objective& objective, const Pairing& pairing) {
  const double w = pairing.weight;
  const Loss real_first = [](V r, V f) { return mean(softplus(f - r)); };
  const Loss fake_first = [](V r, V f) { return mean(softplus(r - f)); };
  const auto with = [w](const Loss& loss, const Loss& term) {
    return [w, loss, term](V r, V f) { return loss(r, f) + w * term(r, f); };
  };
  return {objective.name + "-paired",
          objective.formula + "   paired, D: + w E sp(-(" + (pairing.literal ? "f - r" : "r - f") +
              "))   G: + w E sp(-(f - r))",
          with(objective.d_loss, pairing.literal ? fake_first : real_first), with(objective.g_loss, fake_first), true};
}

}  // namespace xgrad::models
