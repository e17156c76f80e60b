// SPDX-License-Identifier: BSD-3-Clause
// One matrix product on raw memory, and BLAS itself, on the calling thread. Internal to kernels.
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

/// BLAS runs on the calling thread; called before any of it is used. Cheap after the first time.
void hold_blas_to_one_thread();

/// T is float or double. With a bias (n), the rows of C start as that.
template <class T>
void product_here(const Gemm& g, const T* a, const T* b, T* c, const T* bias = nullptr);

}  // namespace xgrad::kernels::detail
