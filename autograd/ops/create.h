// SPDX-License-Identifier: BSD-3-Clause
// Constants.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

Variable zeros(const Shape& shape, DType dtype = DType::float32);
Variable ones(const Shape& shape, DType dtype = DType::float32);
/// @throws ValueError when the dtype does not hold the value: a fraction in int64, 1e300 in float32.
Variable full(const Shape& shape, Scalar value, DType dtype = DType::float32);
Variable zeros_like(const Variable& x);
Variable ones_like(const Variable& x);
/// start, start + step, ... (n values). @throws ShapeError on n < 0, ValueError when int64 does not hold a value.
Variable arange(std::int64_t n, DType dtype = DType::float32, Scalar start = 0, Scalar step = 1);
/// Values in row-major order.
template <class T>
Variable tensor(const std::vector<T>& values, const Shape& shape, bool requires_grad = false) {
  return Variable(Array::from(values, shape), requires_grad);
}
/// Constant (..., classes) with a one at each int64 label of (...). @throws ValueError when one is out
/// of range, or on a negative number of classes.
Variable one_hot(const Variable& labels, std::int64_t classes, DType dtype = DType::float32);

}  // namespace xgrad
