// SPDX-License-Identifier: BSD-3-Clause
// There and back.
#include <xgrad/models/cycle/translators.h>

#include <xgrad/autograd/ops.h>
#include <xgrad/nn/loss.h>

namespace xgrad::models {

Variables Translators::demonstrate(const Variables& real) {
  const Variable& a = real.at(0);
  const Variable& b = real.at(1);
  const Variable to_b = g_(a);
  const Variable to_a = f_(b);
  return {a, to_b, f_(to_b), b, to_a, g_(to_a)};
}

Variable cycle_loss(const Variable& a, const Variable& a_again, const Variable& b, const Variable& b_again) {
  return nn::l1_loss(a_again, a) + nn::l1_loss(b_again, b);
}

Variable identity_loss(Translators& translators, const Variable& a, const Variable& b) {
  return nn::l1_loss(translators.f()(a), a) + nn::l1_loss(translators.g()(b), b);
}

}  // namespace xgrad::models
