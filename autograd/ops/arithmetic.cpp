// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic and its rules.
#include <xgrad/autograd/ops/arithmetic.h>

#include <cmath>
#include <limits>

#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/compare.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/ops/math.h>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;

Variable add(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{.name = "add",
                              .infer = infer::broadcast,
                              .run = run::binary<Binary::add>,
                              .rule = [](const Op<>&, const Variable& g, std::size_t) { return g; },
                              .broadcasts = true};
  return detail::apply_promoted(op, a, b);
}

Variable sub(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{.name = "sub",
                              .infer = infer::broadcast,
                              .run = run::binary<Binary::sub>,
                              .rule = [](const Op<>&, const Variable& g, std::size_t i) { return i == 0 ? g : -g; },
                              .broadcasts = true};
  return detail::apply_promoted(op, a, b);
}

Variable mul(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{
      .name = "mul",
      .infer = infer::broadcast,
      .run = run::binary<Binary::mul>,
      .uses = {uses::input(1), uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t i) { return g * op.input(1 - i); },
      .broadcasts = true};
  return detail::apply_promoted(op, a, b);
}

Variable div(const Variable& a, const Variable& b) {
  if (detail::holds_int64(a) && detail::holds_int64(b)) {
    return div(astype(a, DType::float32), astype(b, DType::float32));
  }
  static constexpr OpDef<> op{.name = "div",
                              .infer = infer::broadcast_floating,
                              .run = run::binary<Binary::div>,
                              .uses = {uses::input(1), uses::input(1) | uses::output},
                              .rule =
                                  [](const Op<>& op, const Variable& g, std::size_t i) {
                                    const Variable d = g / op.input(1);
                                    return i == 0 ? d : -(d * op.output());
                                  },
                              .broadcasts = true};
  return detail::apply_promoted(op, a, b);
}

Variable neg(const Variable& x) {
  static constexpr OpDef<> op{.name = "neg",
                              .infer = infer::same,
                              .run = run::unary<Unary::neg>,
                              .rule = [](const Op<>&, const Variable& g, std::size_t) { return -g; }};
  return apply(op, x);
}

namespace {
struct AffineAttrs {
  double scale, shift;
};
}  // namespace

Variable affine(const Variable& x, Scalar scale, Scalar shift) {
  if (detail::holds_int64(x)) {
    if (!scale.is_whole() || !shift.is_whole()) return affine(astype(x, DType::float32), scale, shift);
    // The attributes are doubles.
    if (!detail::is_exact(scale) || !detail::is_exact(shift)) {
      return x * detail::operand(scale, x) + detail::operand(shift, x);
    }
  }
  static constexpr OpDef<AffineAttrs> op{
      .name = "affine",
      .infer = infer::same,
      .run = run::unary_with<Unary::affine, &AffineAttrs::scale, &AffineAttrs::shift>,
      .rule = [](const Op<AffineAttrs>& op, const Variable& g, std::size_t) {
        return op.attrs().scale == 1.0 ? g : g * op.attrs().scale;
      }};
  return apply(op, AffineAttrs{scale.real(), shift.real()}, x);
}

Variable div(const Variable& x, Scalar c) {
  if (detail::holds_int64(x)) return div(astype(x, DType::float32), full({}, c.real()));
  // By the reciprocal, unless c is in the dtype's range and that is not.
  const double size = std::abs(c.real()), least = x.dtype() == DType::float32 ? 0x1p-126 : 0x1p-1022;
  if (size != 0.0 && !(size >= least && size <= 1.0 / least)) return div(x, full({}, c.real(), x.dtype()));
  return affine(x, 1.0 / c.real(), 0);
}

Variable div(Scalar c, const Variable& x) {
  if (detail::holds_int64(x)) return div(full({}, c.real()), astype(x, DType::float32));
  return affine(reciprocal(x), c, 0);
}

Variable pow(const Variable& a, const Variable& b) {
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  // Where b = 0 (for a), and for b at a = 0 <= b and a = inf, b < 0, the formulae meet 0 * inf while the derivative is
  // 0; the selections keep the infinite branch from being computed at all.
  static constexpr OpDef<> op{.name = "pow",
                              .infer = infer::broadcast_floating,
                              .run = run::binary<Binary::pow>,
                              .uses = {uses::input(0) | uses::input(1), uses::input(0) | uses::input(1) | uses::output},
                              .rule =
                                  [](const Op<>& op, const Variable& g, std::size_t i) {
                                    const Variable x = op.input(0), p = op.input(1);
                                    const Variable zero = zeros({}, x.dtype()), one = ones({}, x.dtype());
                                    if (i == 0) {
                                      const Variable flat = equal(p, zero) * equal(x, zero);
                                      return detail::masked(g * pow(where(flat, one, x), p - 1), p);
                                    }
                                    const Variable far = full({}, infinity, x.dtype());
                                    const Variable flat = where(less(p, zero), equal(x, far), equal(x, zero));
                                    return where(flat, zero, g * op.output() * log(where(flat, one, x)));
                                  },
                              .broadcasts = true};
  return detail::apply_promoted(op, a, b);
}

namespace {
struct ExponentAttrs {
  double exponent;
};
}  // namespace

namespace {

/// By squaring, wrapping around.
Variable whole_power(const Variable& x, std::int64_t exponent) {
  if (exponent < 0) {
    throw ValueError("[pow] int64 values to the power of " + std::to_string(exponent) +
                     " are no whole numbers; convert with astype");
  }
  Variable power = ones_like(x), square_of_square = x;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) power = power * square_of_square;
    if (exponent > 1) square_of_square = square(square_of_square);
  }
  return power;
}

}  // namespace

Variable pow(const Variable& x, Scalar exponent) {
  if (detail::holds_int64(x)) {
    return exponent.is_whole() ? whole_power(x, exponent.whole("pow")) : pow(astype(x, DType::float32), exponent);
  }
  static constexpr OpDef<ExponentAttrs> op{.name = "pow",
                                           .infer = infer::floating,
                                           .run = run::unary_with<Unary::pow, &ExponentAttrs::exponent>,
                                           .uses = {uses::input(0)},
                                           .rule = [](const Op<ExponentAttrs>& op, const Variable& g, std::size_t) {
                                             const double p = op.attrs().exponent;
                                             return p == 0.0 ? Variable() : g * (pow(op.input(0), p - 1.0) * p);
                                           }};
  return apply(op, ExponentAttrs{exponent.real()}, x);
}

Variable reciprocal(const Variable& x) {
  if (detail::holds_int64(x)) return reciprocal(astype(x, DType::float32));
  static constexpr OpDef<> op{
      .name = "reciprocal",
      .infer = infer::floating,
      .run = run::unary<Unary::reciprocal>,
      .uses = {uses::output},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return -(g * square(op.output())); }};
  return apply(op, x);
}

namespace {

/// 1 where a > b, 1/2 where they tie, else 0: piecewise constant, so no gradient flows through it.
Variable max_share(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{.name = "max_share",
                              .infer = infer::broadcast,
                              .run = run::binary<Binary::max_share>,
                              .uses = {uses::never, uses::never},
                              .rule = [](const Op<>&, const Variable&, std::size_t) { return Variable(); },
                              .broadcasts = true};
  return apply(op, a, b);
}

constexpr std::array<std::uint32_t, 3> both_inputs{uses::input(0) | uses::input(1), uses::input(0) | uses::input(1)};

}  // namespace

Variable maximum(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{
      .name = "maximum",
      .infer = infer::broadcast,
      .run = run::binary<Binary::maximum>,
      .uses = both_inputs,
      .rule = [](const Op<>& op, const Variable& g,
                 std::size_t i) { return detail::masked(g, max_share(op.input(i), op.input(1 - i))); },
      .broadcasts = true};
  return detail::apply_promoted(op, a, b);
}

Variable maximum(const Variable& x, Scalar c) { return maximum(x, detail::operand(c, x)); }
Variable minimum(const Variable& x, Scalar c) { return minimum(x, detail::operand(c, x)); }

Variable minimum(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{
      .name = "minimum",
      .infer = infer::broadcast,
      .run = run::binary<Binary::minimum>,
      .uses = both_inputs,
      .rule = [](const Op<>& op, const Variable& g,
                 std::size_t i) { return detail::masked(g, max_share(op.input(1 - i), op.input(i))); },
      .broadcasts = true};
  return detail::apply_promoted(op, a, b);
}

}  // namespace xgrad
