// SPDX-License-Identifier: BSD-3-Clause
// Reading and adding at int64 indices; negative ones count from the end. @throws ValueError when out of range.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// out[.., i, ..] = x[.., index[.., i, ..], ..] along `axis` (torch.gather).
Variable gather(const Variable& x, std::int64_t axis, const Variable& index);
/// Zeros of `shape`, plus x added at its indices: the adjoint of gather.
Variable scatter_add(const Variable& x, const Shape& shape, std::int64_t axis, const Variable& index);
/// out[.., i, ..] = x[.., index[i], ..] with a 1-D index.
Variable index_select(const Variable& x, std::int64_t axis, const Variable& index);
/// Zeros of `shape`, plus x's slices added at their indices: the adjoint of index_select.
Variable index_add(const Variable& x, const Shape& shape, std::int64_t axis, const Variable& index);
/// Rows of `weight` (n, ...) at int64 indices of any shape: (index shape..., ...). The gradient of a row is the sum
/// over its occurrences.
Variable embedding(const Variable& index, const Variable& weight);

}  // namespace xgrad
