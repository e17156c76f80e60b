// SPDX-License-Identifier: BSD-3-Clause
// Gradient clipping by norm and by value.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad::optim {

/// Scales the parameters' gradients by max_norm / norm when their joint norm (of order norm_type, infinity included)
/// exceeds max_norm, and returns the norm before, a float64 scalar. The factor is exact, so norm 5 clipped to 1 is
/// scaled by 0.2 (PyTorch divides by norm + 1e-6). Sums are taken in
/// double, and scaled where even that overflows or underflows.
/// @throws ValueError when max_norm is negative or norm_type not positive, or, if asked for, the norm is not finite.
Variable clip_grad_norm_(const Variables& parameters, double max_norm, double norm_type = 2.0,
                         bool error_if_nonfinite = false);
/// The same for gradients given by xgrad::grad; undefined ones are skipped. Results have no history.
Variable clip_norm_(Variables& grads, double max_norm, double norm_type = 2.0, bool error_if_nonfinite = false);

/// Clamps every element of the parameters' gradients to [-limit, limit]. @throws ValueError when limit is negative.
void clip_grad_value_(const Variables& parameters, double limit);
/// The same for gradients given by xgrad::grad.
void clip_value_(Variables& grads, double limit);

/// Norm of order `norm_type` over all elements of all arrays, as if one vector: a float64 scalar without history.
Variable total_norm(const Variables& xs, double norm_type = 2.0);

}  // namespace xgrad::optim
