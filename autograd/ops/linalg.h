// SPDX-License-Identifier: BSD-3-Clause
// Matrix and vector products, diagonals and triangles.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// op(a) op(b), op = transpose of the last two axes when flagged. Operands of at least two axes; leading (batch) axes
/// broadcast. (..., m, k) x (..., k, n) -> (..., m, n). @throws ShapeError naming both shapes.
Variable matmul(const Variable& a, const Variable& b, bool transpose_a = false, bool transpose_b = false);
/// x w^T + bias: (..., in) x (out, in) + (out,) -> (..., out), PyTorch's layout. The bias may be undefined.
Variable linear(const Variable& x, const Variable& weight, const Variable& bias = {});
/// The sum of a_i b_i of two vectors (n): a scalar.
Variable dot(const Variable& a, const Variable& b);
/// a_i b_j of two vectors: (m), (n) -> (m, n).
Variable outer(const Variable& a, const Variable& b);

/// The elements x[.., i, .., i + offset, ..] of two axes, which go; the diagonal is the last axis of the result.
Variable diagonal(const Variable& x, std::int64_t offset = 0, std::int64_t axis_a = -2, std::int64_t axis_b = -1);
/// Its adjoint on the last two axes: square matrices of zeros with x's last axis on a diagonal;
/// (..., n) -> (..., n + |offset|, n + |offset|).
Variable diag_embed(const Variable& x, std::int64_t offset = 0);
/// A vector as the diagonal of a matrix, or the diagonal of a matrix as a vector.
Variable diag(const Variable& x, std::int64_t offset = 0);
/// The sum of the main diagonal of the last two axes: (..., m, n) -> (...).
Variable trace(const Variable& x);
/// Zeroes what stands above (tril) or below (triu) the diagonal j = i + offset of the last two axes.
Variable tril(const Variable& x, std::int64_t offset = 0);
Variable triu(const Variable& x, std::int64_t offset = 0);

}  // namespace xgrad
