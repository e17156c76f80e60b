// SPDX-License-Identifier: BSD-3-Clause
// Norms, means of squares and means, right also where the sums that they are made of leave the range of the dtype.
#pragma once

#include <xgrad/autograd/kernels/reduce.h>

namespace xgrad::kernels {

/// sqrt(sum x^2 + eps) over the axes. out as for reduce, as below. Floating x.
void norm(const Array& x, AxisMask axes, double eps, Array& out);
/// sum x^2 / denominator over the axes.
void mean_squares(const Array& x, AxisMask axes, double denominator, Array& out);
/// sum x / n over the axes, n elements each.
void mean(const Array& x, AxisMask axes, Array& out);

}  // namespace xgrad::kernels
