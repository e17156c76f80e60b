// SPDX-License-Identifier: BSD-3-Clause
// Matrix products through xtensor-blas's cxxblas; BLAS is held to one thread and large products are cut over our pool.
#include <xgrad/autograd/kernels/gemm.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <type_traits>

#include <xflens/cxxblas/cxxblas.cxx>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/kernels/product.h>
#include <xgrad/autograd/kernels/products.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>

// OpenBLAS's own switch, absent from other libraries.
extern "C" void openblas_set_num_threads(int) __attribute__((weak));

namespace xgrad::kernels {
namespace {

using detail::Gemm;
using detail::product_here;
using xgrad::detail::parallel_for;

cxxblas::Transpose flag(bool transpose) { return transpose ? cxxblas::Trans : cxxblas::NoTrans; }

}  // namespace

void detail::hold_blas_to_one_thread() {
  static const bool held = [] {
    if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
    return true;
  }();
  static_cast<void>(held);
}

namespace {

/// Ours is for an op(A) of many rows or columns, whichever it takes by vectors, and a B that stays in the second cache.
bool is_small(const Gemm& g) {
  constexpr std::int64_t cached = 1 << 18, vector = 16;
  return g.m > 1 && g.n > 1 && g.k > 0 && g.k * g.n <= cached && (g.transpose_b ? g.m : g.n) >= vector / 2 &&
         (g.beta == 0 || g.beta == 1);
}

}  // namespace

template <class T>
void detail::product_here(const Gemm& g, const T* a, const T* b, T* c, const T* bias) {
  if constexpr (std::is_same_v<T, float>) {
    if (const simd::Table& table = simd::table(); table.product != nullptr && is_small(g)) {
      Array scratch(Shape{table.product_scratch(g)}, DType::float32);
      return table.product(g, a, b, c, bias, scratch.mutable_data<float>());
    }
  }
  detail::hold_blas_to_one_thread();
  if (bias != nullptr) {
    for (std::int64_t r = 0; r < g.m; ++r) std::memcpy(c + r * g.ldc, bias, static_cast<std::size_t>(g.n) * sizeof(T));
    if (g.k == 0) return;
  }
  const int m = static_cast<int>(g.m), n = static_cast<int>(g.n), k = static_cast<int>(g.k);
  const int lda = static_cast<int>(g.lda), ldb = static_cast<int>(g.ldb), ldc = static_cast<int>(g.ldc);
  const T one = 1, beta = static_cast<T>(g.beta);
  if (n == 1) {
    // c = op(A) b; a column of B is contiguous when B is transposed or has one column.
    cxxblas::gemv(cxxblas::RowMajor, flag(g.transpose_a), g.transpose_a ? k : m, g.transpose_a ? m : k, one, a, lda, b,
                  g.transpose_b ? 1 : ldb, beta, c, ldc);
  } else if (m == 1) {
    // c' = op(B)' a'.
    cxxblas::gemv(cxxblas::RowMajor, flag(!g.transpose_b), g.transpose_b ? n : k, g.transpose_b ? k : n, one, b, ldb, a,
                  g.transpose_a ? lda : 1, beta, c, 1);
  } else {
    cxxblas::gemm(cxxblas::RowMajor, flag(g.transpose_a), flag(g.transpose_b), m, n, k, one, a, lda, b, ldb, beta, c,
                  ldc);
  }
}
template void detail::product_here(const Gemm&, const float*, const float*, float*, const float*);
template void detail::product_here(const Gemm&, const double*, const double*, double*, const double*);

namespace {

/// Rows or columns of C a chunk, whichever side is longer, in fixed multiples so that the bits do not depend on the
/// number of threads; 0 when the product is too small to cut.
std::int64_t chunk_of(const Gemm& g) {
  constexpr std::int64_t worth_cutting = 500'000;  // multiply-adds: 10 us, which two threads bring to 6
  if (g.m * g.n * g.k < worth_cutting) return 0;
  const std::int64_t side = std::max(g.m, g.n);
  const std::int64_t half = ((side + 1) / 2 + 15) / 16 * 16;
  return half < side ? half : 0;
}

template <class T>
void product(const Gemm& g, const T* a, const T* b, T* c, const T* bias = nullptr) {
  const std::int64_t chunk = chunk_of(g);
  if (chunk == 0) return product_here(g, a, b, c, bias);
  const bool by_rows = g.m >= g.n;
  parallel_for(by_rows ? g.m : g.n, chunk, [&](std::int64_t begin, std::int64_t end) {
    Gemm part = g;
    if (by_rows) {
      part.m = end - begin;
      product_here(part, a + begin * (g.transpose_a ? 1 : g.lda), b, c + begin * g.ldc, bias);
    } else {
      part.n = end - begin;
      product_here(part, a, b + begin * (g.transpose_b ? g.ldb : 1), c + begin,
                   bias != nullptr ? bias + begin : nullptr);
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
