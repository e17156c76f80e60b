// SPDX-License-Identifier: BSD-3-Clause
// LAPACK. It reads our rows as columns and so factors the transpose; what follows from
// the factors is written for that, and nothing is copied into another order.
#include <xgrad/autograd/kernels/lapack.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/blas_library.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::BlasCall;
using detail::BlasFlag;

template <class F>
void with_floating(DType dtype, const F& f) {
  return dtype == DType::float32 ? f(float{}) : f(double{});
}

Shape batch_of(const Shape& matrices) { return Shape(matrices.begin(), matrices.rank() - 2); }

/// f(i) for each of `count` matrices of n rows, in parallel where that is worth it.
template <class F>
void for_matrices(std::int64_t count, std::int64_t n, const F& f) {
  if (n == 0) return;                       // of which there may be as many as you please
  constexpr std::int64_t work = 1'000'000;  // multiply-adds a chunk
  const std::int64_t grain = std::max<std::int64_t>(1, work / std::max<std::int64_t>(1, n * n * n));
  xgrad::detail::parallel_for(count, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i);
  });
}

/// For each matrix 0, or the row counted from 1 where the algorithm could not go on.
using Verdicts = std::vector<int>;

/// Names the first bad matrix, whichever thread met one first.
template <class F>
void check(const char* op, const Shape& matrices, const Verdicts& verdicts, const F& describe) {
  const auto bad = std::ranges::find_if(verdicts, [](int row) { return row != 0; });
  if (bad == verdicts.end()) return;
  throw ValueError("[" + std::string(op) + "] " + name_of_matrix(matrices, bad - verdicts.begin()) + " is " +
                   describe(std::to_string(*bad)));
}

std::string singular(const std::string& row) {
  return "singular: pivot " + row + " of its elimination is zero; add a multiple of the identity to regularise it";
}

std::string zero_on_diagonal(const std::string& row) { return "singular: element " + row + " of its diagonal is zero"; }

std::string indefinite(const std::string& row) {
  return "not positive definite: leading minor " + row +
         " is not positive; add a multiple of the identity, or check that it is symmetric";
}

/// Factors of matrices A = L U S in memory given for them: L is the lower triangle with its diagonal, U the upper one
/// with a diagonal of ones, and S swaps rows r and pivots[r] - 1, r = 0 first.
template <class T>
struct Factors {
  std::int64_t n, count;
  T* memory;
  std::vector<int> pivots;
  Verdicts verdicts;

  Factors(const Array& a, Array& into)
      : n(a.shape().back()),
        count(batch_of(a.shape()).numel()),
        memory(into.mutable_data<T>()),
        pivots(static_cast<std::size_t>(count * n)),
        verdicts(static_cast<std::size_t>(n == 0 ? 0 : count)) {
    std::copy_n(a.data<T>(), a.size(), memory);
    if (n == 0) return;
    for_matrices(count, n, [&](std::int64_t i) {
      const int rows = static_cast<int>(n);
      BlasCall().of<T>().getrf(&rows, &rows, matrix(i), &rows, pivots.data() + i * n,
                               &verdicts[static_cast<std::size_t>(i)]);
    });
  }
  T* matrix(std::int64_t i) const { return memory + i * n * n; }
  const int* pivots_of(std::int64_t i) const { return pivots.data() + i * n; }
};

/// x = op(triangle)^-1 x for n rows and k columns.
template <class T>
void triangle_here(const T* a, BlasFlag side, bool transpose, BlasFlag diagonal, std::int64_t n, std::int64_t k, T* x) {
  const int rows = static_cast<int>(n), columns = static_cast<int>(k);
  BlasCall().of<T>().trsm(detail::row_major, detail::from_left, side,
                          transpose ? detail::transposed : detail::not_transposed, diagonal, rows, columns, T(1), a,
                          rows, x, columns);
}

/// x = op(A)^-1 x by the factors of A.
template <class T>
void solve_here(const T* lu, const int* pivots, bool transpose, std::int64_t n, std::int64_t k, T* x) {
  const auto swap = [&](std::int64_t r) {
    T *row = x + r * k, *other = x + (pivots[r] - 1) * k;
    if (row != other) std::swap_ranges(row, row + k, other);
  };
  if (transpose) {
    for (std::int64_t r = 0; r < n; ++r) swap(r);
    triangle_here(lu, detail::upper_side, true, detail::unit_diagonal, n, k, x);
    triangle_here(lu, detail::lower_side, true, detail::any_diagonal, n, k, x);
  } else {
    triangle_here(lu, detail::lower_side, false, detail::any_diagonal, n, k, x);
    triangle_here(lu, detail::upper_side, false, detail::unit_diagonal, n, k, x);
    for (std::int64_t r = n; r-- > 0;) swap(r);
  }
}

/// Fills out with b, broadcast, and calls f(number of the matrix in a, right sides in out) for every system.
template <class T, class F>
void for_systems(const Array& a, const Array& b, Array& out, const F& f) {
  const Shape& sb = b.shape();
  const std::int64_t n = sb[sb.rank() - 2], k = sb.back();
  const Shape batch = batch_of(out.shape());
  if (out.size() == 0) return;
  const auto loops = detail::collapse<2>(
      batch, {detail::broadcast_strides(batch_of(a.shape()), batch), detail::broadcast_strides(batch_of(sb), batch)});
  const T* right = b.data<T>();
  T* x = out.mutable_data<T>();
  const std::int64_t grain = std::max<std::int64_t>(1, 1'000'000 / (n * n * k));
  xgrad::detail::parallel_for(batch.numel(), grain, [&](std::int64_t begin, std::int64_t end) {
    detail::Odometer<2> place(loops, loops.rank, begin);
    for (std::int64_t i = begin; i < end; ++i, place.next()) {
      std::copy_n(right + place.offset(1) * n * k, n * k, x + i * n * k);
      f(place.offset(0), x + i * n * k);
    }
  });
}

}  // namespace

std::string name_of_matrix(const Shape& matrices, std::int64_t index) {
  const Shape batch = batch_of(matrices);
  if (batch.empty()) return "the matrix";
  std::string place;
  for (std::size_t i = batch.rank(); i-- > 0; index /= batch[i]) {
    place = (i > 0 ? ", " : "") + std::to_string(index % batch[i]) + place;
  }
  return "matrix [" + place + "] of the batch " + to_string(batch);
}

void cholesky(const char* op, const Array& a, Array& out) {
  const std::int64_t n = a.shape().back(), count = batch_of(a.shape()).numel();
  if (out.size() == 0) return;
  Verdicts verdicts(static_cast<std::size_t>(count));
  with_floating(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = a.data<T>();
    T* l = out.mutable_data<T>();
    for_matrices(count, n, [&](std::int64_t i) {
      T* m = l + i * n * n;
      for (std::int64_t r = 0; r < n; ++r) {
        std::copy_n(in + (i * n + r) * n, r + 1, m + r * n);
        std::fill_n(m + r * n + r + 1, n - r - 1, T(0));
      }
      // Our lower triangle is the upper one of what LAPACK sees, and its factor u with u^T u is our l.
      const int rows = static_cast<int>(n);
      BlasCall().of<T>().potrf("U", &rows, m, &rows, &verdicts[static_cast<std::size_t>(i)], 1);
    });
  });
  check(op, a.shape(), verdicts, indefinite);
}

void inverse(const char* op, const Array& a, Array& out) {
  if (out.size() == 0) return;
  with_floating(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const Factors<T> factors(a, out);
    check(op, a.shape(), factors.verdicts, singular);
    const std::int64_t n = factors.n;
    const int rows = static_cast<int>(n);
    for_matrices(factors.count, n, [&](std::int64_t i) {
      std::vector<T> work(static_cast<std::size_t>(n * 64));
      const int size = static_cast<int>(work.size());
      int info = 0;
      BlasCall().of<T>().getri(&rows, factors.matrix(i), &rows, factors.pivots_of(i), work.data(), &size, &info);
    });
  });
}

void slogdet(const Array& a, Array& out) {
  with_floating(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Array memory(a.shape(), a.dtype());
    const Factors<T> factors(a, memory);
    T* signs = out.mutable_data<T>();
    T* logs = signs + factors.count;
    for (std::int64_t i = 0; i < factors.count; ++i) {
      double sign = 1, log = 0;
      for (std::int64_t r = 0; r < factors.n; ++r) {
        const double pivot = static_cast<double>(factors.matrix(i)[r * (factors.n + 1)]);
        if (pivot < 0) sign = -sign;
        if (pivot == 0) sign = 0;
        if (factors.pivots_of(i)[r] != r + 1) sign = -sign;
        log += std::log(std::abs(pivot));
      }
      signs[i] = static_cast<T>(std::isnan(log) ? log : sign);
      logs[i] = static_cast<T>(log);
    }
  });
}

void solve(const char* op, const Array& a, bool transpose, const Array& b, Array& out) {
  with_floating(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Array memory(a.shape(), a.dtype());
    const Factors<T> factors(a, memory);
    check(op, a.shape(), factors.verdicts, singular);
    for_systems<T>(a, b, out, [&](std::int64_t i, T* x) {
      solve_here(factors.matrix(i), factors.pivots_of(i), transpose, factors.n, out.shape().back(), x);
    });
  });
}

void solve_triangular(const char* op, const Array& a, bool upper, bool transpose, const Array& b, Array& out) {
  with_floating(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = a.data<T>();
    const std::int64_t n = a.shape().back();
    Verdicts verdicts(static_cast<std::size_t>(batch_of(a.shape()).numel()));
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const T* m = in + static_cast<std::int64_t>(i) * n * n;
      for (std::int64_t r = n; r-- > 0;) verdicts[i] = m[r * (n + 1)] == 0 ? static_cast<int>(r + 1) : verdicts[i];
    }
    check(op, a.shape(), verdicts, zero_on_diagonal);
    for_systems<T>(a, b, out, [&](std::int64_t i, T* x) {
      triangle_here(in + i * n * n, upper ? detail::upper_side : detail::lower_side, transpose, detail::any_diagonal, n,
                    out.shape().back(), x);
    });
  });
}

void symmetric_eigen(const char* op, const Array& a, Array& values, Array* vectors) {
  const int n = static_cast<int>(a.shape().back());
  if (n == 0) return;
  Array own(a.shape(), DType::float64);
  double* const m = (vectors != nullptr ? *vectors : own).mutable_data<double>();
  std::copy_n(a.data<double>(), a.size(), m);
  const char* wanted = vectors != nullptr ? "V" : "N";
  int info = 0;
  const auto call = [&](double* work, int size, int* numbers, int count) {
    // The upper triangle of what LAPACK sees is our lower one, and its columns are our rows.
    BlasCall().of<double>().syevd(wanted, "U", &n, m, &n, values.mutable_data<double>(), work, &size, numbers, &count,
                                  &info, 1, 1);
  };
  double size = 0;
  int count = 0;
  call(&size, -1, &count, -1);  // asks how much it needs
  std::vector<double> work(static_cast<std::size_t>(size));
  std::vector<int> numbers(static_cast<std::size_t>(count));
  call(work.data(), static_cast<int>(work.size()), numbers.data(), count);
  if (info != 0) throw ValueError("[" + std::string(op) + "] the eigenvalues do not converge");
}

}  // namespace xgrad::kernels
