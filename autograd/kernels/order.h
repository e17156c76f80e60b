// SPDX-License-Identifier: BSD-3-Clause
// Orders of the elements along one axis. All dtypes; a NaN is larger than every number, equal elements keep their
// order.
#pragma once

#include <cstddef>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// int64 out[k]: where the k-th smallest (or largest) element of each slice along `axis` stands. out's extent of the
/// axis says how many of the first are wanted.
void argsort(const Array& x, std::size_t axis, bool descending, Array& out);
/// int64: where the largest element stands; out's elements are those off the axis, which is not empty.
void argmax(const Array& x, std::size_t axis, Array& out);

}  // namespace xgrad::kernels
