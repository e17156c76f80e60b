// SPDX-License-Identifier: BSD-3-Clause
// Products of arrays: batches, operands shared by a batch, and large products cut over our pool.
#include <xgrad/autograd/kernels/gemm.h>

#include <algorithm>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/kernels/product.h>
#include <xgrad/autograd/kernels/products.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::Gemm;
using detail::product_here;
using detail::Way;
using xgrad::detail::parallel_for;

/// How C is cut: rows and columns of a part, each side in even parts that are multiples of a vector.
struct Cut {
  Cut(const Gemm& g, std::int64_t row_parts, std::int64_t column_parts)
      : rows(part(g.m, row_parts)),
        columns(part(g.n, column_parts)),
        across((g.n - 1) / columns + 1),
        count(((g.m - 1) / rows + 1) * across) {}
  static std::int64_t part(std::int64_t side, std::int64_t parts) { return ((side - 1) / parts / 16 + 1) * 16; }
  std::int64_t rows, columns, across, count;
};

Cut longer_side(const Gemm& g, std::int64_t parts) { return g.m >= g.n ? Cut(g, parts, 1) : Cut(g, 1, parts); }

/// No bit may depend on the number of threads. Those of tiles, which sum over k in its order, do not on the cut either;
/// BLAS's products are cut in fixed parts: halves, or squares so large that copying their operands costs little.
Cut cut_of(const Gemm& g, Way way) {
  constexpr std::int64_t enough = 250'000, square = 1024;  // multiply-adds of a part, some 3 us; length of a side
  const std::int64_t work = g.m * g.n * g.k;
  if (way == Way::tiles) return longer_side(g, std::clamp<std::int64_t>(work / enough, 1, num_threads()));
  if (std::min(g.m, g.n) < square) return longer_side(g, 2);
  return Cut(g, std::clamp<std::int64_t>(g.m / square, 2, 4), std::clamp<std::int64_t>(g.n / square, 2, 4));
}

template <class T>
void product(const Gemm& g, const T* a, const T* b, T* c, const T* bias = nullptr) {
  constexpr std::int64_t worth_cutting = 500'000;  // multiply-adds: 10 us, which two threads bring to 6
  if (g.m * g.n * g.k < worth_cutting) return product_here(g, a, b, c, bias);
  const auto part = [&](const Cut& cut, std::int64_t i, std::int64_t j) {
    Gemm p = g;
    p.m = std::min(cut.rows, g.m - i);
    p.n = std::min(cut.columns, g.n - j);
    return p;
  };
  const Way way = detail::way_of<T>(part(longer_side(g, 2), 0, 0));
  const Cut cut = cut_of(g, way);
  parallel_for(cut.count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t i = at / cut.across * cut.rows, j = at % cut.across * cut.columns;
      product_here(way, part(cut, i, j), a + i * (g.transpose_a ? 1 : g.lda), b + j * (g.transpose_b ? g.ldb : 1),
                   c + i * g.ldc + j, bias != nullptr ? bias + j : nullptr);
    }
  });
}

template <class T>
void matmul_typed(const Array& a, bool transpose_a, const Array& b, bool transpose_b, Array& out, bool accumulate) {
  const Shape &sa = a.shape(), &sb = b.shape(), &so = out.shape();
  const std::int64_t m = so[so.rank() - 2], n = so.back();
  const std::int64_t k = transpose_a ? sa[sa.rank() - 2] : sa.back();
  T* c = out.mutable_data<T>();
  if (out.size() == 0) return;
  if (k == 0) {
    if (!accumulate) std::fill_n(c, out.size(), T(0));
    return;
  }
  Gemm g{m, n, k, transpose_a, transpose_b, sa.back(), sb.back(), n, accumulate ? 1.0 : 0.0};

  // Leading axes: strides of a and b counted in matrices.
  const auto leading = [](const Shape& s) { return Shape(s.begin(), s.rank() - 2); };
  const Shape batch = leading(so);
  const std::int64_t count = batch.numel();
  tell({m, n, k, transpose_a, transpose_b, accumulate, count, out.dtype(), a.raw(), b.raw(), c});
  // Rows of many matrices against one shared matrix are the rows of one product.
  if (count > 1 && b.size() == k * n && a.size() == count * m * k && !transpose_a) {
    g.m *= count;
    return product(g, a.data<T>(), b.data<T>(), c);
  }
  if (count == 1) return product(g, a.data<T>(), b.data<T>(), c);
  const auto loops = detail::collapse<2>(
      batch, {detail::broadcast_strides(leading(sa), batch), detail::broadcast_strides(leading(sb), batch)});
  const T *pa = a.data<T>(), *pb = b.data<T>();
  constexpr std::int64_t work = 2'000'000;  // multiply-adds a chunk
  const std::int64_t grain = std::max<std::int64_t>(1, work / std::max<std::int64_t>(m * n * k, 1));
  parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    detail::Odometer<2> place(loops, loops.rank, begin);
    for (std::int64_t i = begin; i < end; ++i, place.next()) {
      product_here(g, pa + place.offset(0) * m * k, pb + place.offset(1) * k * n, c + i * m * n);
    }
  });
}

template <class T>
void linear_typed(const Array& x, const Array& w, const Array& bias, Array& out) {
  const std::int64_t n = w.shape()[0], k = w.shape()[1];
  T* c = out.mutable_data<T>();
  if (out.size() == 0) return;
  const T* start = bias.defined() ? bias.data<T>() : nullptr;
  if (k == 0 && start == nullptr) return static_cast<void>(std::fill_n(c, out.size(), T(0)));
  tell({.m = out.size() / n,
        .n = n,
        .k = k,
        .transpose_b = true,
        .dtype = out.dtype(),
        .a = x.raw(),
        .b = w.raw(),
        .c = c});
  product(Gemm{out.size() / n, n, k, false, true, std::max<std::int64_t>(k, 1), std::max<std::int64_t>(k, 1), n,
               start != nullptr ? 1.0 : 0.0},
          x.data<T>(), w.data<T>(), c, start);
}

void check_floating(const char* op, const Array& out) {
  if (!is_floating(out.dtype())) {
    throw DTypeError("[" + std::string(op) + "] takes float32 or float64, not int64; convert with astype first");
  }
}

}  // namespace

void matmul(const Array& a, bool transpose_a, const Array& b, bool transpose_b, Array& out, bool accumulate) {
  check_floating("matmul", out);
  if (out.dtype() == DType::float32) {
    matmul_typed<float>(a, transpose_a, b, transpose_b, out, accumulate);
  } else {
    matmul_typed<double>(a, transpose_a, b, transpose_b, out, accumulate);
  }
}

void linear(const Array& x, const Array& w, const Array& bias, Array& out) {
  check_floating("linear", out);
  if (out.dtype() == DType::float32) {
    linear_typed<float>(x, w, bias, out);
  } else {
    linear_typed<double>(x, w, bias, out);
  }
}

}  // namespace xgrad::kernels
