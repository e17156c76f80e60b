// SPDX-License-Identifier: BSD-3-Clause
// Objective: what discriminator and generator minimise, as functions of the logits of real and generated samples.
#pragma once

#include <functional>
#include <string>

#include <xgrad/autograd/variable.h>

namespace xgrad::models {

/// A loss of the logits r = D(x) of real and f = D(G(z)) of generated samples, each (N, 1) or (N,), to a scalar.
using Loss = std::function<Variable(const Variable& r, const Variable& f)>;

/// The losses of the two players, both minimised; E is the batch mean, sp(t) = log(1 + e^t).
struct Objective {
  std::string name;
  std::string formula;  ///< both losses in one line, for people
  Loss d_loss;
  Loss g_loss;
  /// True when the generator's loss reads r; otherwise it may be given an undefined one.
  bool g_sees_real = false;
};

/// E sp(-r) + E sp(f); the generator's E sp(-f) does not saturate (Goodfellow et al., 2014).
Objective non_saturating();
/// The zero-sum game: E sp(-r) + E sp(f) against -E sp(f), which saturates as f -> -inf (Goodfellow et al., 2014).
Objective minimax();
/// 1/2 E(r - b)^2 + 1/2 E(f - a)^2 against 1/2 E(f - c)^2 (Mao et al., 2017).
Objective lsgan(double a = 0.0, double b = 1.0, double c = 1.0);
/// E f - E r against -E f; D must be kept Lipschitz by clipping or a penalty (Arjovsky et al., 2017).
Objective wasserstein();
/// E max(0, 1 - r) + E max(0, 1 + f) against -E f (Lim and Ye, 2017).
Objective hinge();
/// E sp(f - r) against E sp(r - f), samples paired in order (Jolicoeur-Martineau, 2019).
Objective relativistic();
/// The mean of E sp(Ef - r) and E sp(f - Er), against the same with r and f exchanged (Jolicoeur-Martineau, 2019).
Objective relativistic_average();

/// A term in both losses that judges each real sample against a generated one, paired in order:
/// D: + w E sp(-(r - f))   G: + w E sp(-(f - r)), the latter -w E log(e^f / (e^f + e^r)).
struct Pairing {
  /// w. An update theta - eta grad L - lambda grad P, with lambda outside the learning rate, has w = lambda / eta.
  double weight = 1.0;
  /// D descends G's term too, and so is pushed to find generated samples the more real ones of each pair.
  bool literal = false;
};

/// The objective with the pairing in both losses.
Objective paired(const Objective& objective, const Pairing& pairing);

}  // namespace xgrad::models
