// SPDX-License-Identifier: BSD-3-Clause
// Matrix products on OpenBLAS; transposes are flags, never copies.
#pragma once

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// out = op(a) op(b) (+ out when accumulate), op = transpose of the last two axes when the flag is set.
/// a: (..., m, k) or (..., k, m); b: (..., k, n) or (..., n, k); leading axes broadcast to those of out (..., m, n).
/// Axes are already checked; k = 0 gives zeros.
void matmul(const Array& a, bool transpose_a, const Array& b, bool transpose_b, Array& out, bool accumulate = false);

/// out(rows, n) = x(rows, k) w(n, k)^T + bias(n): PyTorch's layout. The bias may be undefined.
/// x and out may have any number of leading axes; they are rows.
void linear(const Array& x, const Array& w, const Array& bias, Array& out);

}  // namespace xgrad::kernels
