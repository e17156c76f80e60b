// SPDX-License-Identifier: BSD-3-Clause
// Standardising channels, its two adjoints, and moments: each channel is read while it is in cache.
#pragma once

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// x, g and results of their shape are (N, C, ...); mean, variance, weight and bias (C), of one floating dtype. Written
/// s = 1 / sqrt(variance + eps), and h = (x - mean) s for x standardised.
void moments(const Array& x, Array& mean, Array& variance);
/// h weight + bias
void standardize(const Array& x, const Array& weight, const Array& bias, double eps, Array& out);
/// Its adjoint in x: (g - mean of g - h times the mean of g h) s weight
void standardize_input(const Array& g, const Array& x, const Array& weight, double eps, Array& out);
/// Its adjoint in the weight: the sum of g h, (C).
void standardize_weight(const Array& g, const Array& x, double eps, Array& out);

}  // namespace xgrad::kernels
