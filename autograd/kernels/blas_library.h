// SPDX-License-Identifier: BSD-3-Clause
// What we use of OpenBLAS: CBLAS and LAPACK, loaded when the first of it is called, and one call of it at a time for
// each work buffer that there is memory for. Internal to kernels.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

namespace xgrad::kernels::detail {

/// CBLAS's numbers.
enum BlasFlag : int {
  row_major = 101,
  not_transposed = 111,
  transposed = 112,
  upper_side = 121,
  lower_side = 122,
  any_diagonal = 131,
  unit_diagonal = 132,
  from_left = 141
};

/// For T = float or double, with the arguments of CBLAS, or of LAPACK: pointers, and the lengths of texts at the end.
template <class T>
struct BlasFunctions {
  void (*gemm)(int order, int transpose_a, int transpose_b, int m, int n, int k, T alpha, const T* a, int lda,
               const T* b, int ldb, T beta, T* c, int ldc);
  void (*gemv)(int order, int transpose, int m, int n, T alpha, const T* a, int lda, const T* x, int incx, T beta, T* y,
               int incy);
  void (*trsm)(int order, int side, int triangle, int transpose, int diagonal, int m, int n, T alpha, const T* a,
               int lda, T* b, int ldb);
  void (*getrf)(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);
  void (*getri)(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* lwork, int* info);
  void (*potrf)(const char* triangle, const int* n, T* a, const int* lda, int* info, std::size_t);
  void (*syevd)(const char* vectors, const char* triangle, const int* n, T* a, const int* lda, T* values, T* work,
                const int* lwork, int* iwork, const int* liwork, int* info, std::size_t, std::size_t);
};

struct BlasLibrary;

/// Stands for one call of BLAS or LAPACK on this thread, which runs it on this thread alone. OpenBLAS takes 128 MiB of
/// address space for each call that runs beside others, and without them it looks for them for ever. So they are had
/// before it is called; where there is room for fewer than there are threads, calls wait for each other.
class BlasCall {
 public:
  /// @throws OutOfMemoryError when there is no room for a single one, Error when OpenBLAS cannot be loaded.
  BlasCall();
  ~BlasCall();
  BlasCall(const BlasCall&) = delete;
  BlasCall& operator=(const BlasCall&) = delete;

  template <class T>
  const BlasFunctions<T>& of() const noexcept {
    if constexpr (std::is_same_v<T, float>) {
      return of_float();
    } else {
      return of_double();
    }
  }

 private:
  const BlasFunctions<float>& of_float() const noexcept;
  const BlasFunctions<double>& of_double() const noexcept;

  const BlasLibrary& library_;
};

/// What OpenBLAS says of itself; empty texts for another BLAS in its place.
struct BlasDescription {
  std::string name, core;
  int threads = 0;
};
/// @throws as BlasCall
BlasDescription describe_blas();

}  // namespace xgrad::kernels::detail
