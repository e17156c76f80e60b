// SPDX-License-Identifier: BSD-3-Clause
// Standardising the channels of a batch as one differentiable op: what batch normalisation is made of. Internal to nn.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad::nn::detail {

/// (x - mean) / sqrt(variance + eps) weight + bias: x (N, C, ...), each channel's own mean and biased variance over all
/// other axes, weight and bias (C), all of one floating dtype. Differentiable to any order in all three.
/// Fused because it pays: made of ops, it takes some 25 passes over memory where this takes 8.
/// @throws ShapeError, DTypeError
Variable standardize(const Variable& x, const Variable& weight, const Variable& bias, double eps);

}  // namespace xgrad::nn::detail
