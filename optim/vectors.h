// SPDX-License-Identifier: BSD-3-Clause
// Lists of Variables as vectors of one space: the arithmetic of directions and of Krylov solvers. Internal to optim.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad::optim::detail {

/// The same values without history; the functions below give results without history too.
Variables detached(const Variables& v);
Variables zeros_like(const Variables& v);
Variables scaled(double scale, const Variables& v);
/// Sets what leaves hold.
void assign(Variables& to, const Variables& values);
/// a + scale b.
Variables add_scaled(const Variables& a, double scale, const Variables& b);
/// Elementwise.
Variables product(const Variables& a, const Variables& b);
/// The same with a scalar that was computed.
Variables add_scaled(const Variables& a, const Variable& scale, const Variables& b);
/// The sum of all elements' products, taken in double: a float64 scalar.
Variable dot(const Variables& a, const Variables& b);
/// The same of two arrays of one floating dtype.
double inner_product(const Array& a, const Array& b);

}  // namespace xgrad::optim::detail
