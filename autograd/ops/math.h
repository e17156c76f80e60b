// SPDX-License-Identifier: BSD-3-Clause
// Element-wise functions. Kinks: relu'(0) = 0, |x|'(0) = 0, clamp' = 1 on the closed interval, as PyTorch. Where a
// function is cut off, or so saturated that its slope is 0, its gradient is exactly 0, also when the one from above is
// infinite or NaN. At x = +-inf values
// and derivatives are the limits, wherever there are any.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

Variable square(const Variable& x);
Variable exp(const Variable& x);
Variable log(const Variable& x);
Variable log1p(const Variable& x);
Variable expm1(const Variable& x);
Variable sqrt(const Variable& x);
Variable rsqrt(const Variable& x);
Variable sin(const Variable& x);
Variable cos(const Variable& x);
/// 2/sqrt(pi) int_0^x exp(-t^2) dt
Variable erf(const Variable& x);
Variable abs(const Variable& x);
/// -1, 0 or 1; its gradient is 0.
Variable sign(const Variable& x);
Variable tanh(const Variable& x);
/// 1 / (1 + e^-x)
Variable sigmoid(const Variable& x);
/// log(1 + e^x), without overflow
Variable softplus(const Variable& x);
Variable relu(const Variable& x);
/// x > 0 ? x : slope x
Variable leaky_relu(const Variable& x, double slope = 0.01);
/// x > 0 ? x : alpha (e^x - 1)
Variable elu(const Variable& x, double alpha = 1.0);
/// x Phi(x), exact (erf) form
Variable gelu(const Variable& x);
/// x sigmoid(x)
Variable silu(const Variable& x);
/// min(max(x, low), high); either bound may be infinite. int64 stays int64 between whole numbers, else it becomes
/// float32.
Variable clamp(const Variable& x, Scalar low, Scalar high);

}  // namespace xgrad
