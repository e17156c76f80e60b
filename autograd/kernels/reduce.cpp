// SPDX-License-Identifier: BSD-3-Clause
// Reductions: the axes merged to alternating kept and reduced ones, folded away from the innermost reduced one
// outwards.
#include <xgrad/autograd/kernels/reduce.h>

#include <algorithm>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/axis.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using xgrad::detail::parallel_for;

/// Elements a chunk, some 20 us of work.
constexpr std::int64_t grain = 131072;
/// Columns a chunk of a column fold: whole tiles of every vector width.
constexpr std::int64_t column_grain = 256;

/// x as axes of alternating kind.
struct Merged {
  std::size_t rank = 0;
  std::array<std::int64_t, Shape::max_rank> extent{};
  std::array<bool, Shape::max_rank> reduced{};
};

Merged merge(const Shape& shape, AxisMask axes) noexcept {
  Merged m;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (shape[i] == 1) continue;
    const bool reduced = ((axes >> i) & 1u) != 0;
    if (m.rank > 0 && m.reduced[m.rank - 1] == reduced) {
      m.extent[m.rank - 1] *= shape[i];
    } else {
      m.extent[m.rank] = shape[i];
      m.reduced[m.rank++] = reduced;
    }
  }
  return m;
}

/// y (outer, inner) = x (outer, reduce, inner) folded over its middle. How it is cut depends on the sizes only.
void fold(simd::FoldLoop loop, simd::FoldLoop join, DType dtype, std::int64_t outer, std::int64_t reduce,
          std::int64_t inner, const void* x, void* y) {
  using detail::at;
  const auto bytes = static_cast<std::int64_t>(size_of(dtype));
  const auto in = [&](std::int64_t i) { return static_cast<const void*>(static_cast<const char*>(x) + i * bytes); };
  const std::int64_t slice = reduce * inner;
  if (outer * slice <= grain) return loop({outer, reduce, inner, slice, inner, inner}, x, y);

  if (slice <= grain || outer >= 64) {
    return parallel_for(
        outer, std::max<std::int64_t>(1, grain / std::max<std::int64_t>(slice, 1)),
        [&](std::int64_t begin, std::int64_t end) {
          loop({end - begin, reduce, inner, slice, inner, inner}, in(begin * slice), at(y, dtype, begin * inner));
        });
  }
  if (inner >= 4 * column_grain) {
    const std::int64_t pieces = (inner - 1) / column_grain + 1;
    return parallel_for(
        outer * pieces, std::max<std::int64_t>(1, grain / (reduce * column_grain)),
        [&](std::int64_t begin, std::int64_t end) {
          while (begin < end) {
            const std::int64_t o = begin / pieces, first = begin % pieces;
            const std::int64_t last = std::min(pieces, first + end - begin);
            const std::int64_t column = first * column_grain;
            const std::int64_t columns = std::min(inner, last * column_grain) - column;
            loop({1, reduce, columns, slice, inner, inner}, in(o * slice + column), at(y, dtype, o * inner + column));
            begin += last - first;
          }
        });
  }
  // Few long slices: rows in chunks of fixed length to partial results, which are folded in turn.
  const std::int64_t rows = std::max<std::int64_t>(1, grain / inner);
  const std::int64_t chunks = (reduce - 1) / rows + 1;
  Array partial(Shape{outer, chunks, inner}, dtype);
  void* out = partial.mutable_raw();
  parallel_for(outer * chunks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i % chunks * rows;
      loop({1, std::min(rows, reduce - first), inner, slice, inner, inner}, in(i / chunks * slice + first * inner),
           at(out, dtype, i * inner));
    }
  });
  fold(join, join, dtype, outer, chunks, inner, partial.raw(), y);
}

/// Rows of the softmax family: x with `axis` moved last, run, and moved back.
void along(const char* op, const simd::SoftmaxLoop* loops, const Array& x, std::size_t axis, Array& out, bool folds) {
  const DType dtype = x.dtype();
  if (!is_floating(dtype)) throw DTypeError("[" + std::string(op) + "] takes floating values, not " + name_of(dtype));
  if (out.size() == 0) return;  // the rows may be as many as you please
  const auto loop = loops[static_cast<int>(dtype)];
  const detail::Sides sides(x.shape(), axis);
  const std::int64_t outer = sides.outer, n = sides.extent, inner = sides.inner;
  const auto run = [&](const Array& rows_of, Array& to) {
    void* y = to.mutable_raw();
    parallel_for(outer * inner, std::max<std::int64_t>(1, grain / 8 / std::max<std::int64_t>(n, 1)),
                 [&](std::int64_t begin, std::int64_t end) {
                   loop(end - begin, n, detail::at(rows_of, begin * n), detail::at(y, dtype, begin * (folds ? 1 : n)));
                 });
  };
  if (inner == 1) return run(x, out);
  const Shape extents{outer, n, inner};
  const Strides straight = contiguous_strides(extents);
  const Strides moved{n * inner, 1, n};
  Array rows(extents, dtype);
  strided_copy(extents, x, 0, straight, rows, 0, moved);
  if (folds) return run(rows, out);
  Array result(extents, dtype);
  run(rows, result);
  strided_copy(extents, result, 0, moved, out, 0, straight);
}

}  // namespace

void reduce(Reduce f, const Array& x, AxisMask axes, Array& out) {
  const DType dtype = x.dtype();
  const auto* folds = simd::table().fold[static_cast<int>(dtype)];
  auto loop = folds[static_cast<int>(f)];
  const auto join = f == Reduce::sum_squares ? folds[static_cast<int>(Reduce::sum)] : loop;
  if (loop == nullptr) throw DTypeError(std::string("[reduce] the function does not take ") + name_of(dtype));
  if (out.size() == 0) return;
  Merged m = merge(x.shape(), axes);
  Array current = x;
  for (;;) {
    std::size_t last = m.rank;
    while (last > 0 && !m.reduced[last - 1]) --last;
    // With no axis left to reduce, one "row" is folded: the square of an element is still to be taken.
    std::int64_t outer = 1, inner = 1;
    std::size_t left = 0;
    for (std::size_t i = 0; i < m.rank; ++i) {
      if (i + 1 < last) outer *= m.extent[i];
      if (i >= last) inner *= m.extent[i];
      if (i + 1 < last && m.reduced[i]) ++left;
    }
    const std::int64_t n = last > 0 ? m.extent[last - 1] : 1;
    if (left == 0) {
      fold(loop, join, dtype, outer, n, inner, current.raw(), out.mutable_raw());
      return;
    }
    Array next(Shape{outer, inner}, dtype);
    fold(loop, join, dtype, outer, n, inner, current.raw(), next.mutable_raw());
    current = next;
    loop = join;
    // The kept axes on both sides of the folded one join.
    if (last < m.rank) m.extent[last - 2] *= m.extent[last];
    m.rank = last - 1;
  }
}

void softmax(const Array& x, std::size_t axis, Array& out) {
  along("softmax", simd::table().softmax, x, axis, out, false);
}

void log_softmax(const Array& x, std::size_t axis, Array& out) {
  along("log_softmax", simd::table().log_softmax, x, axis, out, false);
}

void logsumexp(const Array& x, std::size_t axis, Array& out) {
  along("logsumexp", simd::table().logsumexp, x, axis, out, true);
}

}  // namespace xgrad::kernels
