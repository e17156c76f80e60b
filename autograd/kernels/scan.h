// SPDX-License-Identifier: BSD-3-Clause
// Running sums, products and first-order recurrences along one axis. All dtypes.
#pragma once

#include <cstddef>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// out[k] = x[0] + ... + x[k] along `axis`, or x[k] + ... + x[n - 1] when reversed. float32 is summed in double.
void cumsum(const Array& x, std::size_t axis, bool reverse, Array& out);
/// out[k] = a[k] out[k - 1] + b[k], where nothing stands before the first (when reversed: after the last).
void recurrence(const Array& a, const Array& b, std::size_t axis, bool reverse, Array& out);
/// Product along `axis`, that of nothing being 1; out's elements are those off the axis. float32 in double. Partial
/// products may leave the range: what counts is the whole.
void prod(const Array& x, std::size_t axis, Array& out);
/// int64 exponents such that the running products of x 2^out along `axis` stay within [1/2, 1), elements that are 0 or
/// not finite counting as 1. Floating x.
void balance(const Array& x, std::size_t axis, Array& out);
/// x 2^exponent, element by element.
void ldexp(const Array& x, const Array& exponent, Array& out);

}  // namespace xgrad::kernels
