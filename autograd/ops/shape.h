// SPDX-License-Identifier: BSD-3-Clause
// Ops that move or view elements without changing them.
#pragma once

#include <optional>
#include <utility>

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// Same elements, another shape; one extent may be -1.
Variable reshape(const Variable& x, const std::vector<std::int64_t>& shape);
Variable reshape(const Variable& x, const Shape& shape);
inline Variable reshape(const Variable& x, std::initializer_list<std::int64_t> shape) {
  return reshape(x, std::vector<std::int64_t>(shape));
}
/// out axis i is x's axis perm[i].
Variable permute(const Variable& x, const Axes& perm);
/// Swaps two axes.
Variable transpose(const Variable& x, std::int64_t axis_a = -2, std::int64_t axis_b = -1);
/// Drops the given axes of extent 1 (all of them when none is given).
Variable squeeze(const Variable& x, const Axes& axes = {});
/// Inserts an axis of extent 1 so that it is axis `axis` of the result.
Variable unsqueeze(const Variable& x, std::int64_t axis);
/// Repeats x by broadcasting to `shape`.
Variable expand(const Variable& x, const Shape& shape);
/// Merges axes first .. last (inclusive) into one.
Variable flatten(const Variable& x, std::int64_t first = 0, std::int64_t last = -1);

/// Elements start, start + step, ... below stop of one axis. Negative start and stop count from the end; a negative
/// step walks backwards from start down to above stop (give no stop to reach the beginning), as in Python.
Variable slice(const Variable& x, std::int64_t axis, std::optional<std::int64_t> start,
               std::optional<std::int64_t> stop = std::nullopt, std::int64_t step = 1);
/// One index of an axis, dropping it.
Variable select(const Variable& x, std::int64_t axis, std::int64_t index);
/// The adjoint of slice: zeros of `shape` with x written at start, start + step, ... of the axis.
Variable slice_scatter(const Variable& x, const Shape& shape, std::int64_t axis, std::int64_t start, std::int64_t step);
/// Adds (before, after) elements of `value` on each axis. Negative amounts crop. @throws ValueError when x is int64 and
/// the value is not whole.
Variable pad(const Variable& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& amounts, Scalar value = 0);
Variable concat(const Variables& xs, std::int64_t axis = 0);
Variable stack(const Variables& xs, std::int64_t axis = 0);
/// Consecutive pieces of at most `size` along the axis.
Variables split(const Variable& x, std::int64_t size, std::int64_t axis = 0);

/// Reverses the order along the given axes (all when none is given).
Variable flip(const Variable& x, const Axes& axes = {});
/// Moves elements by shifts[i] places along axes[i], those pushed over the end coming back at the beginning.
/// @throws ValueError unless there is one shift an axis.
Variable roll(const Variable& x, const std::vector<std::int64_t>& shifts, const Axes& axes);
inline Variable roll(const Variable& x, std::int64_t shift, std::int64_t axis) {
  return roll(x, std::vector<std::int64_t>{shift}, Axes{axis});
}

/// Converts the dtype; differentiable between floating types. To int64, fractions are cut off towards 0.
/// @throws ValueError when a value is NaN, infinite or out of range as an int64.
Variable astype(const Variable& x, DType dtype);
/// A leaf-like copy in fresh memory that keeps its history.
Variable clone(const Variable& x);

}  // namespace xgrad
