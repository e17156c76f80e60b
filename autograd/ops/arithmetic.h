// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic with NumPy broadcasting and dtype promotion: int64 < float32 < float64. Numbers leave floating dtypes as
// they are, and int64 if they are whole: `i * 2` is int64, `i * 2.0` and every quotient of int64 values float32, as in
// PyTorch. int64 arithmetic wraps around.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

Variable add(const Variable& a, const Variable& b);
Variable sub(const Variable& a, const Variable& b);
Variable mul(const Variable& a, const Variable& b);
Variable div(const Variable& a, const Variable& b);
Variable neg(const Variable& x);
/// scale * x + shift with constants.
Variable affine(const Variable& x, Scalar scale, Scalar shift);
Variable div(const Variable& x, Scalar c);
Variable div(Scalar c, const Variable& x);
/// a^b elementwise. The gradient for b is NaN where a < 0; at a = 0 it is 0 for b >= 0, as in PyTorch, and -inf for
/// b < 0. Where b = 0 that for a is 0.
/// @throws DTypeError when both are int64.
Variable pow(const Variable& a, const Variable& b);
/// int64 to the power of a whole number is int64, to that of another float32.
/// @throws ValueError on int64 to a negative whole power.
Variable pow(const Variable& x, Scalar exponent);
Variable reciprocal(const Variable& x);
/// Larger / smaller operand; ties share the gradient equally, and the other operand gets 0, also of an infinite
/// gradient. NaN propagates.
Variable maximum(const Variable& a, const Variable& b);
Variable maximum(const Variable& x, Scalar c);
Variable minimum(const Variable& a, const Variable& b);
Variable minimum(const Variable& x, Scalar c);

inline Variable operator+(const Variable& a, const Variable& b) { return add(a, b); }
inline Variable operator-(const Variable& a, const Variable& b) { return sub(a, b); }
inline Variable operator*(const Variable& a, const Variable& b) { return mul(a, b); }
inline Variable operator/(const Variable& a, const Variable& b) { return div(a, b); }
inline Variable operator-(const Variable& x) { return neg(x); }
inline Variable operator+(const Variable& x, Scalar c) { return affine(x, 1, c); }
inline Variable operator+(Scalar c, const Variable& x) { return affine(x, 1, c); }
inline Variable operator-(const Variable& x, Scalar c) { return affine(x, 1, -c); }
inline Variable operator-(Scalar c, const Variable& x) { return affine(x, -1, c); }
inline Variable operator*(const Variable& x, Scalar c) { return affine(x, c, 0); }
inline Variable operator*(Scalar c, const Variable& x) { return affine(x, c, 0); }
inline Variable operator/(const Variable& x, Scalar c) { return div(x, c); }
inline Variable operator/(Scalar c, const Variable& x) { return div(c, x); }
inline Variable& operator+=(Variable& a, const Variable& b) { return a = add(a, b); }
inline Variable& operator-=(Variable& a, const Variable& b) { return a = sub(a, b); }
inline Variable& operator*=(Variable& a, const Variable& b) { return a = mul(a, b); }
inline Variable& operator/=(Variable& a, const Variable& b) { return a = div(a, b); }
inline Variable& operator+=(Variable& a, Scalar c) { return a = a + c; }
inline Variable& operator-=(Variable& a, Scalar c) { return a = a - c; }
inline Variable& operator*=(Variable& a, Scalar c) { return a = a * c; }
inline Variable& operator/=(Variable& a, Scalar c) { return a = a / c; }

}  // namespace xgrad
