// SPDX-License-Identifier: BSD-3-Clause
// One matrix product on raw memory, on the calling thread. Internal to kernels.
#pragma once

#include <cstdint>

namespace xgrad::kernels::detail {

/// One product C (m, n) = op(A) (m, k) op(B) (k, n) + beta C, all row-major; ld is the length of a stored row.
struct Gemm {
  std::int64_t m, n, k;
  bool transpose_a, transpose_b;
  std::int64_t lda, ldb, ldc;
  double beta;
};

/// Tiles are ours (simd/product.cpp). An element's bits are then those of the sum over k in its order, however C is
/// cut.
enum class Way : std::uint8_t { blas, tiles };

/// The faster way, measured: tiles where the machine has them for a few rows of op(A), or terms of a sum, for which
/// BLAS's copies do not pay; a B that is not transposed must stay in the second-level cache. T is float or double.
template <class T>
Way way_of(const Gemm& g);

/// With a bias (n), the rows of C start as that.
template <class T>
void product_here(Way way, const Gemm& g, const T* a, const T* b, T* c, const T* bias = nullptr);

template <class T>
void product_here(const Gemm& g, const T* a, const T* b, T* c, const T* bias = nullptr) {
  product_here(way_of<T>(g), g, a, b, c, bias);
}

}  // namespace xgrad::kernels::detail
