// SPDX-License-Identifier: BSD-3-Clause
// The strided copy: axes merged, contiguous runs by memcpy, transposes in blocks that stay in cache.
#include <xgrad/autograd/kernels/copy.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::Loops;
using detail::Odometer;
using xgrad::detail::parallel_for;

/// Elements a chunk.
constexpr std::int64_t grain = 32768;
/// Edge of the square block of a transpose: two of them in the first-level cache.
constexpr std::int64_t edge = 32;

template <class T>
void copy_run(std::int64_t n, const T* in, std::int64_t in_stride, T* out, std::int64_t out_stride) {
  if (in_stride == 1 && out_stride == 1) {
    std::memcpy(out, in, static_cast<std::size_t>(n) * sizeof(T));
  } else if (in_stride == 0 && out_stride == 1) {
    std::fill_n(out, n, *in);
  } else if (out_stride == 1) {
    for (std::int64_t i = 0; i < n; ++i) out[i] = in[i * in_stride];
  } else {
    for (std::int64_t i = 0; i < n; ++i) out[i * out_stride] = in[i * in_stride];
  }
}

/// rows x columns, in blocks: neither side is contiguous in both directions.
template <class T>
void copy_block(std::int64_t rows, std::int64_t columns, const T* in, std::int64_t in_row, std::int64_t in_column,
                T* out, std::int64_t out_row, std::int64_t out_column) {
  for (std::int64_t c = 0; c < columns; c += edge) {
    const std::int64_t width = std::min(edge, columns - c);
    for (std::int64_t r = 0; r < rows; ++r) {
      copy_run(width, in + r * in_row + c * in_column, in_column, out + r * out_row + c * out_column, out_column);
    }
  }
}

/// Operand 0 is read, operand 1 written.
template <class T>
void copy_loops(const Loops<2>& loops, const T* in, T* out) {
  const std::int64_t inner = loops.inner(), in_inner = loops.inner_stride(0), out_inner = loops.inner_stride(1);
  if (loops.rank == 1) {
    return parallel_for(inner, grain, [&](std::int64_t begin, std::int64_t end) {
      copy_run(end - begin, in + begin * in_inner, in_inner, out + begin * out_inner, out_inner);
    });
  }
  // The last two axes are one block; the rows of all blocks are shared out, a block's edge at a time.
  const std::size_t axis = loops.rank - 2;
  const std::int64_t rows = loops.extent[axis], in_row = loops.stride[0][axis], out_row = loops.stride[1][axis];
  const std::int64_t pieces = (rows - 1) / edge + 1;
  parallel_for(outer_size(loops, axis) * pieces, std::max<std::int64_t>(1, grain / (inner * std::min(rows, edge))),
               [&](std::int64_t begin, std::int64_t end) {
                 Odometer<2> outer(loops, axis, begin / pieces);
                 for (std::int64_t i = begin; i < end; ++i) {
                   const std::int64_t first = i % pieces * edge;
                   copy_block(std::min(edge, rows - first), inner, in + outer.offset(0) + first * in_row, in_row,
                              in_inner, out + outer.offset(1) + first * out_row, out_row, out_inner);
                   if (i % pieces == pieces - 1) outer.next();
                 }
               });
}

/// Axes in descending order of the output's stride, so that writes run forward; where the input is contiguous along
/// another axis that one becomes the rows of the blocks.
Loops<2> ordered(const Shape& extents, const Strides& in_strides, const Strides& out_strides) {
  std::array<std::size_t, Shape::max_rank> order{};
  for (std::size_t i = 0; i < extents.rank(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(extents.rank()),
                   [&](std::size_t a, std::size_t b) { return std::abs(out_strides[a]) > std::abs(out_strides[b]); });
  Shape sorted;
  Strides in{}, out{};
  for (std::size_t i = 0; i < extents.rank(); ++i) {
    sorted.push_back(extents[order[i]]);
    in[i] = in_strides[order[i]];
    out[i] = out_strides[order[i]];
  }
  Loops<2> loops = detail::collapse<2>(sorted, {in, out});
  for (std::size_t i = 0; i + 2 < loops.rank; ++i) {
    if (std::abs(loops.inner_stride(0)) > 1 && std::abs(loops.stride[0][i]) == 1) {
      // Rotate axis i to the place before the last.
      const auto rotate = [&](auto& values) {
        std::rotate(values.begin() + static_cast<std::ptrdiff_t>(i),
                    values.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    values.begin() + static_cast<std::ptrdiff_t>(loops.rank) - 1);
      };
      rotate(loops.extent);
      rotate(loops.stride[0]);
      rotate(loops.stride[1]);
      break;
    }
  }
  return loops;
}

}  // namespace

Strides contiguous_strides(const Shape& shape) {
  Strides s{};
  std::int64_t step = 1;
  for (std::size_t i = shape.rank(); i-- > 0;) {
    s[i] = step;
    step *= shape[i];
  }
  return s;
}

void strided_copy(const Shape& extents, const Array& in, std::int64_t in_offset, const Strides& in_strides, Array& out,
                  std::int64_t out_offset, const Strides& out_strides) {
  void* to = out.mutable_raw();
  if (extents.numel() == 0) return;
  const Loops<2> loops = ordered(extents, in_strides, out_strides);
  const void* from = detail::at(in, in_offset);
  to = detail::at(to, out.dtype(), out_offset);
  // Moved as integers: only the size matters.
  if (size_of(out.dtype()) == 4) {
    copy_loops(loops, static_cast<const std::uint32_t*>(from), static_cast<std::uint32_t*>(to));
  } else {
    copy_loops(loops, static_cast<const std::uint64_t*>(from), static_cast<std::uint64_t*>(to));
  }
}

}  // namespace xgrad::kernels
