// SPDX-License-Identifier: BSD-3-Clause
// Matrix products.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// op(a) op(b), op = transpose of the last two axes when flagged. Operands of at least two axes; leading (batch) axes
/// broadcast. (..., m, k) x (..., k, n) -> (..., m, n). @throws ShapeError naming both shapes.
Variable matmul(const Variable& a, const Variable& b, bool transpose_a = false, bool transpose_b = false);
/// x w^T + bias: (..., in) x (out, in) + (out,) -> (..., out), PyTorch's layout. The bias may be undefined.
Variable linear(const Variable& x, const Variable& weight, const Variable& bias = {});

}  // namespace xgrad
