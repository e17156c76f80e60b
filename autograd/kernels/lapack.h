// SPDX-License-Identifier: BSD-3-Clause
// Factorisations of square row-major matrices in the last two axes, floating; leading axes are a batch.
#pragma once

#include <string>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// How errors name a matrix: "the matrix", or "matrix [1, 3] of the batch (2, 4)".
std::string name_of_matrix(const Shape& matrices, std::int64_t index);

/// The lower factor of a = l l^T; reads a's lower triangle. @throws ValueError unless each is positive definite.
void cholesky(const char* op, const Array& a, Array& out);
/// @throws ValueError when one is singular, here and below.
void inverse(const char* op, const Array& a, Array& out);
/// out (2, batch...): the signs of the determinants, and the logarithms of their magnitudes: 0 and -inf when singular.
void slogdet(const Array& a, Array& out);
/// The x of op(a) x = b, op = transpose when flagged; batch axes broadcast to out's.
void solve(const char* op, const Array& a, bool transpose, const Array& b, Array& out);
/// The same for triangular a, of which only that triangle is read.
void solve_triangular(const char* op, const Array& a, bool upper, bool transpose, const Array& b, Array& out);
/// The eigenvalues of a symmetric float64 matrix, ascending, and in the rows of the second result, unless it is null,
/// unit eigenvectors. Reads the lower triangle.
void symmetric_eigen(const char* op, const Array& a, Array& values, Array* vectors);

}  // namespace xgrad::kernels
