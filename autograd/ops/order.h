// SPDX-License-Identifier: BSD-3-Clause
// Sorting along an axis. Equal elements keep their order; a NaN is larger than every number. Where elements are
// equal the function has a kink, and the gradient goes to the elements that were taken.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

struct ValuesAndIndices {
  Variable values;
  Variable indices;  ///< int64, no gradient: values = gather(x, axis, indices)
};

/// Elements in ascending (or descending) order, and where they stood.
ValuesAndIndices sort(const Variable& x, std::int64_t axis = -1, bool descending = false);
/// The indices alone.
Variable argsort(const Variable& x, std::int64_t axis = -1, bool descending = false);
/// The k largest elements from the largest down (or the k smallest from the smallest up).
/// @throws ValueError unless 0 <= k <= extent of the axis.
ValuesAndIndices topk(const Variable& x, std::int64_t k, std::int64_t axis = -1, bool largest = true);

}  // namespace xgrad
