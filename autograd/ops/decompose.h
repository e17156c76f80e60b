// SPDX-License-Identifier: BSD-3-Clause
// Linear systems, inverses, determinants and the Cholesky factor of square matrices (..., n, n), floating; leading
// axes are a batch. By LAPACK. @throws ShapeError on other shapes, DTypeError on int64 or mixed dtypes.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// The X of A X = B: A (..., n, n), B (..., n, k) -> (..., n, k), batch axes broadcasting. B of one axis (n) is a
/// vector, and so is the result. @throws ValueError naming the matrix when one is singular.
Variable solve(const Variable& a, const Variable& b);
/// The same for a triangular A, of which only the lower (or upper) triangle is read; A^T X = B when transposed.
/// @throws ValueError when a diagonal holds a zero.
Variable solve_triangular(const Variable& a, const Variable& b, bool upper, bool transpose = false);
/// A^-1. To solve a system, `solve` is faster and more exact. @throws ValueError when a matrix is singular.
Variable inverse(const Variable& a);
/// The lower triangular L of A = L L^T. A is taken for symmetric, only its lower triangle is read, and its gradient is
/// symmetric (Murray, "Differentiation of the Cholesky decomposition", 2016).
/// @throws ValueError naming the matrix when one is not positive definite.
Variable cholesky(const Variable& a);

struct SignAndLogDet {
  Variable sign;       ///< 1, -1, or 0 when singular; no gradient
  Variable logabsdet;  ///< log |det A|, -inf when singular, where it has no gradient
};
/// Sign and logarithm of the determinants, (...) each: no overflow, any sign.
SignAndLogDet slogdet(const Variable& a);
/// log det A. @throws ValueError naming the matrix when a determinant is not positive; `slogdet` takes any.
Variable logdet(const Variable& a);

}  // namespace xgrad
