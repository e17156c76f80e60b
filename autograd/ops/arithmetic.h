// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic with NumPy broadcasting and dtype promotion; a double operand takes the other's dtype.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

Variable add(const Variable& a, const Variable& b);
Variable sub(const Variable& a, const Variable& b);
Variable mul(const Variable& a, const Variable& b);
Variable div(const Variable& a, const Variable& b);
Variable neg(const Variable& x);
/// scale * x + shift with constants.
Variable affine(const Variable& x, double scale, double shift);
/// a^b elementwise. The gradient for b is NaN where a < 0; at a = 0 it is 0 for b >= 0, as in PyTorch, and -inf for
/// b < 0. Where b = 0 that for a is 0.
Variable pow(const Variable& a, const Variable& b);
Variable pow(const Variable& x, double exponent);
Variable reciprocal(const Variable& x);
/// Larger / smaller operand; ties share the gradient equally, and the other operand gets 0, also of an infinite
/// gradient. NaN propagates.
Variable maximum(const Variable& a, const Variable& b);
Variable minimum(const Variable& a, const Variable& b);

inline Variable operator+(const Variable& a, const Variable& b) { return add(a, b); }
inline Variable operator-(const Variable& a, const Variable& b) { return sub(a, b); }
inline Variable operator*(const Variable& a, const Variable& b) { return mul(a, b); }
inline Variable operator/(const Variable& a, const Variable& b) { return div(a, b); }
inline Variable operator-(const Variable& x) { return neg(x); }
inline Variable operator+(const Variable& x, double c) { return affine(x, 1.0, c); }
inline Variable operator+(double c, const Variable& x) { return affine(x, 1.0, c); }
inline Variable operator-(const Variable& x, double c) { return affine(x, 1.0, -c); }
inline Variable operator-(double c, const Variable& x) { return affine(x, -1.0, c); }
inline Variable operator*(const Variable& x, double c) { return affine(x, c, 0.0); }
inline Variable operator*(double c, const Variable& x) { return affine(x, c, 0.0); }
inline Variable operator/(const Variable& x, double c) { return affine(x, 1.0 / c, 0.0); }
inline Variable operator/(double c, const Variable& x) { return affine(reciprocal(x), c, 0.0); }
inline Variable& operator+=(Variable& a, const Variable& b) { return a = add(a, b); }
inline Variable& operator-=(Variable& a, const Variable& b) { return a = sub(a, b); }
inline Variable& operator*=(Variable& a, const Variable& b) { return a = mul(a, b); }

}  // namespace xgrad
