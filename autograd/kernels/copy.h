// SPDX-License-Identifier: BSD-3-Clause
// Data movement: one strided copy that permute, slice, pad, expand, concat and flip all reduce to, and indexing.
#pragma once

#include <array>
#include <cstdint>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// Strides in elements, one an axis; 0 repeats, negative reverses.
using Strides = std::array<std::int64_t, Shape::max_rank>;

/// Row-major strides of a shape.
Strides contiguous_strides(const Shape& shape);

/// For every index i of `extents`: out[out_offset + i . out_strides] = in[in_offset + i . in_strides].
/// Same dtype. Contiguous runs are memcpy'd, transposes are blocked.
void strided_copy(const Shape& extents, const Array& in, std::int64_t in_offset, const Strides& in_strides, Array& out,
                  std::int64_t out_offset, const Strides& out_strides);

/// Indices are int64; negative ones count from the end of the axis. @throws ValueError naming `op` when out of range.
/// gather: out[..., i, ...] = x[..., index[..., i, ...], ...] along axis, out and index of one shape, whose extents off
/// the axis are at most x's (as torch.gather).
void gather(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out);
/// out[..., index[..., i, ...], ...] += x[..., i, ...]; out is given with its initial values.
void scatter_add(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out);
/// index_select: out[..., i, ...] = x[..., index[i], ...] with a 1-D index.
void index_select(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out);
/// out[..., index[i], ...] += x[..., i, ...].
void index_add(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out);

}  // namespace xgrad::kernels
