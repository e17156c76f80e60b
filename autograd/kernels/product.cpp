// SPDX-License-Identifier: BSD-3-Clause
// One matrix product on the calling thread: by our own tiles, or by OpenBLAS.
#include <xgrad/autograd/kernels/product.h>

#include <cstring>
#include <type_traits>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/kernels/blas_library.h>
#include <xgrad/autograd/kernels/simd/table.h>

namespace xgrad::kernels::detail {
namespace {

BlasFlag flag(bool transpose) { return transpose ? transposed : not_transposed; }

template <class T>
void by_blas(const Gemm& g, const T* a, const T* b, T* c, const T* bias) {
  if (bias != nullptr) {
    for (std::int64_t r = 0; r < g.m; ++r) std::memcpy(c + r * g.ldc, bias, static_cast<std::size_t>(g.n) * sizeof(T));
    if (g.k == 0) return;
  }
  const int m = static_cast<int>(g.m), n = static_cast<int>(g.n), k = static_cast<int>(g.k);
  const int lda = static_cast<int>(g.lda), ldb = static_cast<int>(g.ldb), ldc = static_cast<int>(g.ldc);
  const T one = 1, beta = static_cast<T>(g.beta);
  const BlasCall call;
  const BlasFunctions<T>& blas = call.of<T>();
  if (n == 1) {
    // c = op(A) b; a column of B is contiguous when B is transposed or has one column.
    blas.gemv(row_major, flag(g.transpose_a), g.transpose_a ? k : m, g.transpose_a ? m : k, one, a, lda, b,
              g.transpose_b ? 1 : ldb, beta, c, ldc);
  } else if (m == 1) {
    // c' = op(B)' a'.
    blas.gemv(row_major, flag(!g.transpose_b), g.transpose_b ? n : k, g.transpose_b ? k : n, one, b, ldb, a,
              g.transpose_a ? lda : 1, beta, c, 1);
  } else {
    blas.gemm(row_major, flag(g.transpose_a), flag(g.transpose_b), m, n, k, one, a, lda, b, ldb, beta, c, ldc);
  }
}

}  // namespace

template <class T>
Way way_of(const Gemm& g) {
  if (!std::is_same_v<T, float> || simd::table().product == nullptr) return Way::blas;
  constexpr std::int64_t cached = 1 << 18, few = 128, vector = 16;
  if (g.m == 1 || g.n == 1 || g.k == 0 || (g.beta != 0 && g.beta != 1)) return Way::blas;
  const bool faster = g.transpose_b ? g.m >= vector / 2 && g.m <= few
                                    : g.n >= vector / 2 && g.k * g.n <= cached && (g.m <= few || g.k <= few);
  return faster ? Way::tiles : Way::blas;
}
template Way way_of<float>(const Gemm&);
template Way way_of<double>(const Gemm&);

template <class T>
void product_here(Way way, const Gemm& g, const T* a, const T* b, T* c, const T* bias) {
  if constexpr (std::is_same_v<T, float>) {
    if (way == Way::tiles) {
      const simd::Table& table = simd::table();
      Array scratch(Shape{table.product_scratch(g)}, DType::float32);
      return table.product(g, a, b, c, bias, scratch.mutable_data<float>());
    }
  }
  by_blas(g, a, b, c, bias);
}
template void product_here(Way, const Gemm&, const float*, const float*, float*, const float*);
template void product_here(Way, const Gemm&, const double*, const double*, double*, const double*);

}  // namespace xgrad::kernels::detail
