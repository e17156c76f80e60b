// SPDX-License-Identifier: BSD-3-Clause
// Reductions over any set of axes, and the softmax family along one axis.
#pragma once

#include <cstdint>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// Bit i set: axis i is reduced.
using AxisMask = std::uint32_t;

/// sum of nothing is 0; max and min of nothing throw ShapeError (the op checks).
/// sum_squares is sum of x^2. float32 sums are accumulated blockwise (error O(log n)), in an order that depends on the
/// shape only, never on the thread count.
enum class Reduce : std::uint8_t { sum, sum_squares, max, min, count_ };

/// out's elements are the kept axes in order, whether or not its shape keeps reduced axes as 1.
/// max and min propagate NaN. int64 is taken by sum, max, min.
void reduce(Reduce f, const Array& x, AxisMask axes, Array& out);

/// Along `axis`, floating: softmax, log_softmax (shifted by the maximum, so neither overflows; of several inf, equal
/// shares).
void softmax(const Array& x, std::size_t axis, Array& out);
void log_softmax(const Array& x, std::size_t axis, Array& out);
/// log sum exp along `axis`; out as for reduce. A slice of all -inf gives -inf.
void logsumexp(const Array& x, std::size_t axis, Array& out);

}  // namespace xgrad::kernels
