// SPDX-License-Identifier: BSD-3-Clause
// Diagonals and triangles of matrices: diagonal and its adjoint are each other's rules, a triangle's rule is itself.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <xgrad/autograd/kernels/copy.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/linalg.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/autograd/ops/shape.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad {

namespace {

struct DiagonalAttrs {
  Shape whole;  ///< what has the diagonal
  std::size_t a, b;
  std::int64_t offset;
};

/// Where the diagonal stands in the whole, and its shape: the other axes, then its length.
struct DiagonalPlan {
  Shape shape;
  std::int64_t first;
  kernels::Strides strides;
};

DiagonalPlan plan(const DiagonalAttrs& d) {
  const auto own = kernels::contiguous_strides(d.whole);
  // Where the offset leaves the matrix nothing is left of the diagonal, and how far it goes beyond does not matter.
  const std::int64_t row = d.offset < 0 ? -std::max(d.offset, -d.whole[d.a]) : 0;
  const std::int64_t column = std::clamp<std::int64_t>(d.offset, 0, d.whole[d.b]);
  DiagonalPlan p{{}, row * own[d.a] + column * own[d.b], {}};
  for (std::size_t i = 0; i < d.whole.rank(); ++i) {
    if (i == d.a || i == d.b) continue;
    p.strides[p.shape.rank()] = own[i];
    p.shape.push_back(d.whole[i]);
  }
  p.strides[p.shape.rank()] = own[d.a] + own[d.b];
  p.shape.push_back(std::max<std::int64_t>(0, std::min(d.whole[d.a] - row, d.whole[d.b] - column)));
  if (p.shape.back() == 0) p.first = 0;
  return p;
}

Variable scatter_diagonal(const Variable& x, const DiagonalAttrs& attrs);

Variable take_diagonal(const Variable& x, const DiagonalAttrs& attrs) {
  static constexpr OpDef<DiagonalAttrs> op{.name = "diagonal",
                                           .infer =
                                               [](const char*, const DiagonalAttrs& d, Operands in) {
                                                 return Spec{plan(d).shape, in[0].dtype()};
                                               },
                                           .run =
                                               [](const DiagonalAttrs& d, Operands in, Array& out) {
                                                 const DiagonalPlan from = plan(d);
                                                 kernels::strided_copy(from.shape, in[0], from.first, from.strides, out,
                                                                       0, kernels::contiguous_strides(from.shape));
                                               },
                                           .rule = [](const Op<DiagonalAttrs>& op, const Variable& g,
                                                      std::size_t) { return scatter_diagonal(g, op.attrs()); }};
  return apply(op, attrs, x);
}

Variable scatter_diagonal(const Variable& x, const DiagonalAttrs& attrs) {
  static constexpr OpDef<DiagonalAttrs> op{
      .name = "diag_embed",
      .infer =
          [](const char*, const DiagonalAttrs& d, Operands in) {
            return Spec{d.whole, in[0].dtype()};
          },
      .run =
          [](const DiagonalAttrs& d, Operands in, Array& out) {
            kernels::fill(out, 0.0);
            const DiagonalPlan to = plan(d);
            kernels::strided_copy(to.shape, in[0], 0, kernels::contiguous_strides(to.shape), out, to.first, to.strides);
          },
      .rule = [](const Op<DiagonalAttrs>& op, const Variable& g, std::size_t) { return take_diagonal(g, op.attrs()); }};
  return apply(op, attrs, x);
}

void check_matrices(const char* name, const Variable& x) {
  if (x.rank() < 2) {
    throw ShapeError("[" + std::string(name) + "] takes matrices (..., m, n), got " + to_string(x.shape()));
  }
}

struct TriangleAttrs {
  bool upper;
  std::int64_t offset;
};

/// Copies rows with the elements outside of the triangle zeroed.
void copy_triangle(const TriangleAttrs& t, Operands in, Array& out) {
  const Shape& shape = out.shape();
  const std::int64_t m = shape[shape.rank() - 2], n = shape.back();
  const auto bytes = static_cast<std::int64_t>(size_of(out.dtype()));
  const auto* x = static_cast<const char*>(in[0].raw());
  auto* y = static_cast<char*>(out.mutable_raw());
  if (out.size() == 0) return;
  detail::parallel_for(out.size() / n, std::max<std::int64_t>(1, 32768 / n), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      // Columns [first, last) stay.
      const std::int64_t i = r % m;
      const std::int64_t first = t.upper ? std::clamp<std::int64_t>(i + t.offset, 0, n) : 0;
      const std::int64_t last = t.upper ? n : std::clamp<std::int64_t>(i + t.offset + 1, 0, n);
      const std::int64_t row = r * n * bytes;
      const auto length = [&](std::int64_t columns) { return static_cast<std::size_t>(columns * bytes); };
      std::memset(y + row, 0, length(first));
      std::memcpy(y + row + first * bytes, x + row + first * bytes, length(last - first));
      std::memset(y + row + last * bytes, 0, length(n - last));
    }
  });
}

template <bool upper>
Variable triangle(const Variable& x, std::int64_t offset) {
  static constexpr OpDef<TriangleAttrs> op{.name = upper ? "triu" : "tril",
                                           .infer = infer::same,
                                           .run = copy_triangle,
                                           .rule = [](const Op<TriangleAttrs>& op, const Variable& g, std::size_t) {
                                             return triangle<upper>(g, op.attrs().offset);
                                           }};
  check_matrices(op.name, x);
  // Beyond the matrix all is in the triangle, or nothing.
  return apply(op, TriangleAttrs{upper, std::clamp(offset, -x.size(-2), x.size(-1))}, x);
}

}  // namespace

Variable diagonal(const Variable& x, std::int64_t offset, std::int64_t axis_a, std::int64_t axis_b) {
  const std::size_t a = normalize_axis(axis_a, x.rank(), "diagonal"), b = normalize_axis(axis_b, x.rank(), "diagonal");
  if (a == b) {
    throw ShapeError("[diagonal] axes " + std::to_string(axis_a) + " and " + std::to_string(axis_b) + " of " +
                     to_string(x.shape()) + " are the same");
  }
  return take_diagonal(x, {x.shape(), a, b, offset});
}

Variable diag_embed(const Variable& x, std::int64_t offset) {
  if (x.rank() == 0) throw ShapeError("[diag_embed] takes vectors (..., n), got ()");
  const detail::Wide added = offset < 0 ? -detail::Wide{offset} : detail::Wide{offset};
  const std::int64_t n = detail::narrow("diag_embed", x.shape().back() + added);
  const Shape whole = detail::named("diag_embed", [&] {
    Shape s = x.shape();
    s[x.rank() - 1] = n;
    s.push_back(n);
    return s;
  });
  return scatter_diagonal(x, {whole, x.rank() - 1, x.rank(), offset});
}

Variable diag(const Variable& x, std::int64_t offset) {
  if (x.rank() != 1 && x.rank() != 2) {
    throw ShapeError("[diag] takes a vector or a matrix, got " + to_string(x.shape()) +
                     "; for batches use diag_embed or diagonal");
  }
  return x.rank() == 1 ? diag_embed(x, offset) : diagonal(x, offset);
}

Variable trace(const Variable& x) {
  check_matrices("trace", x);
  return sum(diagonal(x), {-1});
}

Variable tril(const Variable& x, std::int64_t offset) { return triangle<false>(x, offset); }
Variable triu(const Variable& x, std::int64_t offset) { return triangle<true>(x, offset); }

}  // namespace xgrad
