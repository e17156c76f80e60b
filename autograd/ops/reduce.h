// SPDX-License-Identifier: BSD-3-Clause
// Reductions over axes (negative from the end; none given: all) and the softmax family.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

Variable sum(const Variable& x, const Axes& axes = {}, bool keepdims = false);
/// mean, var and stddev of int64 are float32, computed in double.
/// The sum of n elements over n, in range even if the sum is not.
Variable mean(const Variable& x, const Axes& axes = {}, bool keepdims = false);
/// Variance with n - correction in the denominator (PyTorch's default is 1), in range even if the sum of squares is
/// not.
Variable var(const Variable& x, const Axes& axes = {}, bool keepdims = false, double correction = 1);
/// The root of that; PyTorch's std, a name that C++ keeps for itself. The gradient where all elements are equal is 0.
Variable stddev(const Variable& x, const Axes& axes = {}, bool keepdims = false, double correction = 1);
/// Product, 1 of nothing. Its derivatives of all orders divide by nothing, so that zeros do no harm, and partial
/// products may leave the range.
Variable prod(const Variable& x, const Axes& axes = {}, bool keepdims = false);
/// Extremes; ties share the gradient equally. NaN propagates. @throws ShapeError on an empty reduction.
Variable max(const Variable& x, const Axes& axes = {}, bool keepdims = false);
Variable min(const Variable& x, const Axes& axes = {}, bool keepdims = false);
/// log sum e^x. Its gradient are the shares e^x / sum e^x: 0 for -inf, equal ones among several inf, and 0 for a slice
/// of -inf alone.
Variable logsumexp(const Variable& x, const Axes& axes, bool keepdims = false);
/// The shares and their logarithms. -inf among others has none and gets no gradient from softmax; several inf share
/// equally; a slice of -inf alone is NaN.
Variable softmax(const Variable& x, std::int64_t axis = -1);
Variable log_softmax(const Variable& x, std::int64_t axis = -1);
/// Euclidean norm sqrt(sum x^2 + eps), in range even if the squares are not. eps > 0, be it less than the dtype holds,
/// keeps all derivatives finite at 0; with eps = 0 they are 0 there.
Variable norm(const Variable& x, const Axes& axes = {}, bool keepdims = false, double eps = 0.0);
/// Index of the largest element along an axis (the first of equals; NaN is larger than all numbers), int64, no
/// gradient.
Variable argmax(const Variable& x, std::int64_t axis = -1);
/// Sums x down to `shape`, which must broadcast to x's: the adjoint of expand.
Variable sum_to(const Variable& x, const Shape& shape);

}  // namespace xgrad
