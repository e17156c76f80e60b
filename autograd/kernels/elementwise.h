// SPDX-License-Identifier: BSD-3-Clause
// Element-wise kernels: one value in, one out; broadcasting is collapsed to at most (outer, inner) loops.
#pragma once

#include <cstdint>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

// clang-format off
/// y = f(x; p, q) for floating x. `affine` is p x + q; `clamp` is to [p, q]; slopes and exponents are p.
/// neg, abs, sign, square, affine and clamp also take int64. elu_slope(x) = x > 0 ? 1 : p e^x.
enum class Unary : std::uint8_t {
  neg, abs, sign, square, exp, log, log1p, expm1, sqrt, rsqrt, reciprocal, sin, cos, erf, tanh, sigmoid, softplus,
  relu, leaky_relu, elu, elu_slope, gelu, silu, affine, clamp, pow, floor, is_nan, is_inf,
  count_
};
// clang-format on

// clang-format off
/// y = f(a, b; p) with broadcasting. Comparisons give 1 or 0 in the operands' dtype.
/// The *_grad forms take the incoming gradient first and are the fused first halves of the rules:
/// tanh_grad(g, y) = g (1 - y^2); sigmoid_grad(g, y) = g y (1 - y); relu_grad(g, x) = g [x > 0];
/// leaky_relu_grad(g, x) = g (x > 0 ? 1 : p); abs_grad(g, x) = g sign(x); max_share(a, b) = 1, 1/2 or 0 as a is
/// greater than, equal to or less than b. masked(g, m) = g m, and 0 where m is 0 whatever g is; the *_grad forms
/// select in the same way.
/// add, sub, mul, maximum, minimum and comparisons also take int64.
enum class Binary : std::uint8_t {
  add, sub, mul, div, pow, maximum, minimum, eq, ne, lt, le, gt, ge, tanh_grad, sigmoid_grad, relu_grad,
  leaky_relu_grad, abs_grad, max_share, masked,
  count_
};
// clang-format on

/// A function above with its parameters: what an op says of itself so that a captured step can fuse it with others.
struct Elementwise {
  int arity;  ///< 1 or 2: which of the functions is meant; 0: the operand itself, broadcast
  Unary unary;
  Binary binary;
  double p = 0, q = 0;
};

/// What an element costs, an addition being 1.
std::int64_t cost(Unary f) noexcept;
std::int64_t cost(Binary f) noexcept;

void unary(Unary f, const Array& x, Array& out, double p = 0, double q = 0);
/// a and b share out's dtype and broadcast to out's shape.
void binary(Binary f, const Array& a, const Array& b, Array& out, double p = 0);
/// out = condition ? a : b, all broadcasting; any nonzero condition is true. The condition may have another dtype.
void where(const Array& condition, const Array& a, const Array& b, Array& out);

/// out += x, same shape and dtype.
void add_in_place(Array& out, const Array& x);
/// The value must fit out's dtype.
void fill(Array& out, Scalar value);
/// Converts between dtypes; to int64 truncates towards zero.
/// @throws ValueError when a value is NaN, infinite or out of range as an int64; nothing is written then.
void cast(const Array& x, Array& out);
/// True when every element is finite.
bool all_finite(const Array& x);

}  // namespace xgrad::kernels
