// SPDX-License-Identifier: BSD-3-Clause
// Comparisons, giving 1 or 0 in the operands' common dtype and no gradient, and selection by condition.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

Variable equal(const Variable& a, const Variable& b);
Variable not_equal(const Variable& a, const Variable& b);
Variable less(const Variable& a, const Variable& b);
Variable less_equal(const Variable& a, const Variable& b);
Variable greater(const Variable& a, const Variable& b);
Variable greater_equal(const Variable& a, const Variable& b);

Variable equal(const Variable& x, Scalar c);
Variable not_equal(const Variable& x, Scalar c);
Variable less(const Variable& x, Scalar c);
Variable less_equal(const Variable& x, Scalar c);
Variable greater(const Variable& x, Scalar c);
Variable greater_equal(const Variable& x, Scalar c);

inline Variable operator<(const Variable& a, const Variable& b) { return less(a, b); }
inline Variable operator<=(const Variable& a, const Variable& b) { return less_equal(a, b); }
inline Variable operator>(const Variable& a, const Variable& b) { return greater(a, b); }
inline Variable operator>=(const Variable& a, const Variable& b) { return greater_equal(a, b); }

inline Variable operator<(const Variable& x, Scalar c) { return less(x, c); }
inline Variable operator<=(const Variable& x, Scalar c) { return less_equal(x, c); }
inline Variable operator>(const Variable& x, Scalar c) { return greater(x, c); }
inline Variable operator>=(const Variable& x, Scalar c) { return greater_equal(x, c); }
inline Variable operator<(Scalar c, const Variable& x) { return greater(x, c); }
inline Variable operator<=(Scalar c, const Variable& x) { return greater_equal(x, c); }
inline Variable operator>(Scalar c, const Variable& x) { return less(x, c); }
inline Variable operator>=(Scalar c, const Variable& x) { return less_equal(x, c); }

/// condition ? a : b, all broadcasting; any nonzero condition is true, of any dtype.
Variable where(const Variable& condition, const Variable& a, const Variable& b);
Variable where(const Variable& condition, const Variable& a, Scalar b);
Variable where(const Variable& condition, Scalar a, const Variable& b);

}  // namespace xgrad
