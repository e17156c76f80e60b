// SPDX-License-Identifier: BSD-3-Clause
// What ops have in common: output specs of the usual kinds, argument checks, axes. Internal to ops.
#pragma once

#include <cmath>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/kernels/reduce.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad::detail {

[[noreturn]] inline void throw_dtype(const char* op, DType got) {
  throw DTypeError("[" + std::string(op) + "] takes float32 or float64, got " + name_of(got) + "; convert with astype");
}

inline void check_floating(const char* op, const Array& x) {
  if (!is_floating(x.dtype())) throw_dtype(op, x.dtype());
}

inline void check_same_dtype(const char* op, const Array& a, const Array& b) {
  if (a.dtype() != b.dtype()) {
    throw DTypeError("[" + std::string(op) + "] dtypes differ: " + name_of(a.dtype()) + " and " + name_of(b.dtype()) +
                     "; convert one with astype");
  }
}

/// Bit i set for each axis listed (all when none is). @throws ShapeError on a bad or repeated axis.
inline kernels::AxisMask axis_mask(const char* op, const Axes& axes, std::size_t rank) {
  if (axes.empty()) return (1u << rank) - 1;
  kernels::AxisMask mask = 0;
  for (const std::int64_t a : axes) {
    const kernels::AxisMask bit = 1u << normalize_axis(a, rank, op);
    if (mask & bit) throw ShapeError("[" + std::string(op) + "] axis " + std::to_string(a) + " is given twice");
    mask |= bit;
  }
  return mask;
}

/// `shape` with the masked axes dropped, or kept as 1.
inline Shape reduced_shape(const Shape& shape, kernels::AxisMask mask, bool keepdims) {
  Shape out;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (!(mask >> i & 1)) {
      out.push_back(shape[i]);
    } else if (keepdims) {
      out.push_back(1);
    }
  }
  return out;
}

/// Number of elements folded into one.
inline std::int64_t reduced_count(const Shape& shape, kernels::AxisMask mask) {
  std::int64_t n = 1;
  for (std::size_t i = 0; i < shape.rank(); ++i) n *= (mask >> i & 1) ? shape[i] : 1;
  return n;
}

}  // namespace xgrad::detail

namespace xgrad::infer {

/// Like input 0, of any dtype.
template <class Attrs>
Spec same(const char*, const Attrs&, Operands in) {
  return {in[0].shape(), in[0].dtype()};
}

/// Like input 0, which must be floating.
template <class Attrs>
Spec floating(const char* op, const Attrs&, Operands in) {
  detail::check_floating(op, in[0]);
  return {in[0].shape(), in[0].dtype()};
}

/// Inputs 0 and 1 broadcast against each other.
template <class Attrs>
Spec broadcast(const char* op, const Attrs&, Operands in) {
  detail::check_same_dtype(op, in[0], in[1]);
  return {broadcast_shapes(in[0].shape(), in[1].shape(), op), in[0].dtype()};
}

/// The same for floating inputs.
template <class Attrs>
Spec broadcast_floating(const char* op, const Attrs& attrs, Operands in) {
  detail::check_floating(op, in[0]);
  return broadcast(op, attrs, in);
}

}  // namespace xgrad::infer

namespace xgrad::run {

template <kernels::Unary f>
inline constexpr Kernel<NoAttrs> unary{
    [](const NoAttrs&, Operands in, Array& out) { kernels::unary(f, in[0], out); },
    [](const NoAttrs&) { return kernels::Elementwise{.arity = 1, .unary = f, .binary = {}}; }};

template <kernels::Binary f>
inline constexpr Kernel<NoAttrs> binary{
    [](const NoAttrs&, Operands in, Array& out) { kernels::binary(f, in[0], in[1], out); },
    [](const NoAttrs&) { return kernels::Elementwise{.arity = 2, .unary = {}, .binary = f}; }};

/// With the attributes that are its parameters, e.g. unary_with<Unary::affine, &Attrs::scale, &Attrs::shift>.
template <kernels::Unary f, auto first, auto... more>
inline constexpr auto unary_with = []<class Attrs>(double Attrs::*) {
  return Kernel<Attrs>{
      [](const Attrs& a, Operands in, Array& out) { kernels::unary(f, in[0], out, a.*first, a.*more...); },
      [](const Attrs& a) {
        return kernels::Elementwise{1, f, {}, a.*first, a.*more...};
      }};
}(first);

template <kernels::Binary f, auto parameter>
inline constexpr auto binary_with = []<class Attrs>(double Attrs::*) {
  return Kernel<Attrs>{
      [](const Attrs& a, Operands in, Array& out) { kernels::binary(f, in[0], in[1], out, a.*parameter); },
      [](const Attrs& a) {
        return kernels::Elementwise{2, {}, f, a.*parameter};
      }};
}(parameter);

}  // namespace xgrad::run

namespace xgrad::detail {

/// Applies a two-operand op after bringing both operands to their common dtype.
inline Variable apply_promoted(const OpDef<>& op, const Variable& a, const Variable& b) {
  if (a.defined() && b.defined() && a.dtype() != b.dtype()) {
    const DType common = promote(a.dtype(), b.dtype());
    return xgrad::apply(op, astype(a, common), astype(b, common));
  }
  return xgrad::apply(op, a, b);
}

/// g mask, and 0 wherever the mask is 0, also where g is infinite or NaN: what is cut off from a result gets no
/// gradient from it. Broadcasts; its rules are itself, so that what asks for nothing gets nothing of an infinite g
/// either.
Variable masked(const Variable& g, const Variable& mask);

/// The product of all elements but each one along an axis, in linear time and without a division. In scan.cpp.
Variable product_of_others(const Variable& x, std::size_t axis);

inline bool holds_int64(const Variable& x) noexcept {
  return x.defined() && Access::impl(x)->value.dtype() == DType::int64;
}

/// True when a double holds the whole number.
inline bool is_exact(Scalar c) noexcept { return std::abs(c.real()) < 0x1p53; }

/// c as an operand beside x: of x's dtype, but float32 where x is int64 and c was not given as a whole number.
inline Variable operand(Scalar c, const Variable& x) {
  const DType dtype = x.dtype();
  if (dtype == DType::int64 && !c.is_whole()) return Variable(Array::full({}, c, DType::float32));
  if (dtype == DType::float32) return Variable(Array::full({}, static_cast<float>(c.real()), dtype));
  return Variable(Array::full({}, c, dtype));
}

}  // namespace xgrad::detail
