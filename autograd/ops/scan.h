// SPDX-License-Identifier: BSD-3-Clause
// Running sums and products along an axis, and the first-order recurrence that both are cases of.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// y_k = x_0 + ... + x_k along `axis`; reversed: y_k = x_k + ... + x_{n-1}.
Variable cumsum(const Variable& x, std::int64_t axis, bool reverse = false);
/// y_k = x_0 ... x_k along `axis`. Its derivatives of all orders divide by nothing, so that zeros do no harm, and
/// products on the way to those in range may leave it.
Variable cumprod(const Variable& x, std::int64_t axis);
/// y_k = a_k y_{k-1} + b_k along `axis`, y_0 = b_0 (a_0 is not read); reversed: y_k = a_k y_{k+1} + b_k from the last.
/// a and b have one shape and dtype. Discounted returns, moving averages and running products are of this form.
Variable linear_recurrence(const Variable& a, const Variable& b, std::int64_t axis, bool reverse = false);

}  // namespace xgrad
