// SPDX-License-Identifier: BSD-3-Clause
// Element-wise functions and their rules.
#include <xgrad/autograd/ops/math.h>

#include <cmath>
#include <limits>
#include <numbers>

#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/compare.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/text.h>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;

namespace {

// Beyond these e^(-x^2/2) and e^-x are 0 in every dtype. A rule that multiplies such a factor by x holds x within, so
// that 0 times an infinite x is 0; past them the derivatives of all orders are 0.
constexpr double bell_vanishes = 40.0, tail_vanishes = 800.0;

/// g sign(x), and 0 where x is 0.
Variable abs_grad(const Variable& g, const Variable& x) {
  static constexpr OpDef<> op{
      .name = "abs_grad",
      .infer = infer::broadcast_floating,
      .run = run::binary<Binary::abs_grad>,
      .uses = {uses::input(1), uses::never},
      .rule = [](const Op<>& op, const Variable& gg, std::size_t) { return abs_grad(gg, op.input(1)); }};
  return apply(op, g, x);
}

}  // namespace

Variable square(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "square",
      .infer = infer::same,
      .run = run::unary<Unary::square>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * (op.input(0) * 2.0); }};
  return apply(op, x);
}

Variable exp(const Variable& x) {
  static constexpr OpDef<> op{.name = "exp",
                              .infer = infer::floating,
                              .run = run::unary<Unary::exp>,
                              .uses = {uses::output},
                              .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * op.output(); }};
  return apply(op, x);
}

Variable log(const Variable& x) {
  static constexpr OpDef<> op{.name = "log",
                              .infer = infer::floating,
                              .run = run::unary<Unary::log>,
                              .uses = {uses::input(0)},
                              .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g / op.input(0); }};
  return apply(op, x);
}

Variable log1p(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "log1p",
      .infer = infer::floating,
      .run = run::unary<Unary::log1p>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g / (op.input(0) + 1.0); }};
  return apply(op, x);
}

Variable expm1(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "expm1",
      .infer = infer::floating,
      .run = run::unary<Unary::expm1>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * exp(op.input(0)); }};
  return apply(op, x);
}

Variable sqrt(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "sqrt",
      .infer = infer::floating,
      .run = run::unary<Unary::sqrt>,
      .uses = {uses::output},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g / (op.output() * 2.0); }};
  return apply(op, x);
}

Variable rsqrt(const Variable& x) {
  static constexpr OpDef<> op{.name = "rsqrt",
                              .infer = infer::floating,
                              .run = run::unary<Unary::rsqrt>,
                              .uses = {uses::output},
                              .rule = [](const Op<>& op, const Variable& g, std::size_t) {
                                const Variable y = op.output();
                                return g * (square(y) * y * -0.5);
                              }};
  return apply(op, x);
}

Variable sin(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "sin",
      .infer = infer::floating,
      .run = run::unary<Unary::sin>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * cos(op.input(0)); }};
  return apply(op, x);
}

Variable cos(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "cos",
      .infer = infer::floating,
      .run = run::unary<Unary::cos>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return -(g * sin(op.input(0))); }};
  return apply(op, x);
}

Variable erf(const Variable& x) {
  static constexpr OpDef<> op{.name = "erf",
                              .infer = infer::floating,
                              .run = run::unary<Unary::erf>,
                              .uses = {uses::input(0)},
                              .rule = [](const Op<>& op, const Variable& g, std::size_t) {
                                const Variable x = clamp(op.input(0), -bell_vanishes, bell_vanishes);
                                return detail::masked(g, exp(-square(x)) * (2.0 * std::numbers::inv_sqrtpi));
                              }};
  return apply(op, x);
}

Variable abs(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "abs",
      .infer = infer::same,
      .run = run::unary<Unary::abs>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return abs_grad(g, op.input(0)); }};
  return apply(op, x);
}

Variable sign(const Variable& x) {
  static constexpr OpDef<> op{.name = "sign",
                              .infer = infer::same,
                              .run = run::unary<Unary::sign>,
                              .uses = {uses::never},
                              .rule = [](const Op<>&, const Variable&, std::size_t) { return Variable(); }};
  return apply(op, x);
}

// Fused first halves of rules: one pass over memory where the composition takes two or three. Their own rules are
// ordinary ops again.
namespace {

/// g (1 - y^2)
Variable tanh_grad(const Variable& g, const Variable& y) {
  static constexpr OpDef<> op{.name = "tanh_grad",
                              .infer = infer::broadcast_floating,
                              .run = run::binary<Binary::tanh_grad>,
                              .uses = {uses::input(1), uses::input(0) | uses::input(1)},
                              .rule = [](const Op<>& op, const Variable& gg, std::size_t i) {
                                const Variable y = op.input(1);
                                return i == 0 ? tanh_grad(gg, y) : gg * op.input(0) * (y * -2.0);
                              }};
  return apply(op, g, y);
}

/// g y (1 - y)
Variable sigmoid_grad(const Variable& g, const Variable& y) {
  static constexpr OpDef<> op{.name = "sigmoid_grad",
                              .infer = infer::broadcast_floating,
                              .run = run::binary<Binary::sigmoid_grad>,
                              .uses = {uses::input(1), uses::input(0) | uses::input(1)},
                              .rule = [](const Op<>& op, const Variable& gg, std::size_t i) {
                                const Variable y = op.input(1);
                                return i == 0 ? sigmoid_grad(gg, y) : gg * op.input(0) * affine(y, -2.0, 1.0);
                              }};
  return apply(op, g, y);
}

struct SlopeAttrs {
  double slope;
};

/// g where y > 0, else 0; piecewise constant in y, so that the second derivative prunes itself.
Variable relu_grad(const Variable& g, const Variable& y) {
  static constexpr OpDef<> op{
      .name = "relu_grad",
      .infer = infer::broadcast_floating,
      .run = run::binary<Binary::relu_grad>,
      .uses = {uses::input(1), uses::never},
      .rule = [](const Op<>& op, const Variable& gg, std::size_t) { return relu_grad(gg, op.input(1)); }};
  return apply(op, g, y);
}

/// g (y > 0 ? 1 : slope), slope not 0; piecewise constant in y too.
Variable leaky_relu_grad(const Variable& g, const Variable& y, double slope) {
  static constexpr OpDef<SlopeAttrs> op{.name = "leaky_relu_grad",
                                        .infer = infer::broadcast_floating,
                                        .run = run::binary_with<Binary::leaky_relu_grad, &SlopeAttrs::slope>,
                                        .uses = {uses::input(1), uses::never},
                                        .rule = [](const Op<SlopeAttrs>& op, const Variable& gg, std::size_t) {
                                          return leaky_relu_grad(gg, op.input(1), op.attrs().slope);
                                        }};
  return apply(op, SlopeAttrs{slope}, g, y);
}

}  // namespace

Variable tanh(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "tanh",
      .infer = infer::floating,
      .run = run::unary<Unary::tanh>,
      .uses = {uses::output},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return tanh_grad(g, op.output()); }};
  return apply(op, x);
}

Variable sigmoid(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "sigmoid",
      .infer = infer::floating,
      .run = run::unary<Unary::sigmoid>,
      .uses = {uses::output},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return sigmoid_grad(g, op.output()); }};
  return apply(op, x);
}

Variable softplus(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "softplus",
      .infer = infer::floating,
      .run = run::unary<Unary::softplus>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return detail::masked(g, sigmoid(op.input(0))); }};
  return apply(op, x);
}

Variable relu(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "relu",
      .infer = infer::floating,
      .run = run::unary<Unary::relu>,
      .uses = {uses::output},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return relu_grad(g, op.output()); }};
  return apply(op, x);
}

Variable leaky_relu(const Variable& x, double slope) {
  if (slope == 0.0) return relu(x);  // which selects: 0 times an infinite x, or an infinite gradient, is none
  // With a slope > 0 the output tells the branch, and the next layer keeps the output anyway.
  static constexpr OpDef<SlopeAttrs> by_output{.name = "leaky_relu",
                                               .infer = infer::floating,
                                               .run = run::unary_with<Unary::leaky_relu, &SlopeAttrs::slope>,
                                               .uses = {uses::output},
                                               .rule = [](const Op<SlopeAttrs>& op, const Variable& g, std::size_t) {
                                                 return leaky_relu_grad(g, op.output(), op.attrs().slope);
                                               }};
  static constexpr OpDef<SlopeAttrs> by_input{.name = "leaky_relu",
                                              .infer = infer::floating,
                                              .run = by_output.run,
                                              .uses = {uses::input(0)},
                                              .rule = [](const Op<SlopeAttrs>& op, const Variable& g, std::size_t) {
                                                return leaky_relu_grad(g, op.input(0), op.attrs().slope);
                                              }};
  return apply(slope > 0.0 ? by_output : by_input, SlopeAttrs{slope}, x);
}

namespace {
struct AlphaAttrs {
  double alpha;
};

/// x > 0 ? 1 : alpha e^x, its own derivative where x <= 0.
Variable elu_slope(const Variable& x, const AlphaAttrs& attrs) {
  static constexpr OpDef<AlphaAttrs> op{.name = "elu_slope",
                                        .infer = infer::floating,
                                        .run = run::unary_with<Unary::elu_slope, &AlphaAttrs::alpha>,
                                        .uses = {uses::input(0) | uses::output},
                                        .rule = [](const Op<AlphaAttrs>& op, const Variable& g, std::size_t) {
                                          const Variable x = op.input(0);
                                          const Variable zero = zeros({}, x.dtype());
                                          return detail::masked(g, where(greater(x, zero), zero, op.output()));
                                        }};
  return apply(op, attrs, x);
}

}  // namespace

Variable elu(const Variable& x, double alpha) {
  static constexpr OpDef<AlphaAttrs> op{.name = "elu",
                                        .infer = infer::floating,
                                        .run = run::unary_with<Unary::elu, &AlphaAttrs::alpha>,
                                        .uses = {uses::input(0)},
                                        .rule = [](const Op<AlphaAttrs>& op, const Variable& g, std::size_t) {
                                          return detail::masked(g, elu_slope(op.input(0), op.attrs()));
                                        }};
  return apply(op, AlphaAttrs{alpha}, x);
}

Variable gelu(const Variable& x) {
  static constexpr OpDef<> op{.name = "gelu",
                              .infer = infer::floating,
                              .run = run::unary<Unary::gelu>,
                              .uses = {uses::input(0)},
                              .rule = [](const Op<>& op, const Variable& g, std::size_t) {
                                const double root_half = 0.5 * std::numbers::sqrt2;
                                const Variable x = clamp(op.input(0), -bell_vanishes, bell_vanishes);
                                const Variable cdf = affine(erf(x * root_half), 0.5, 0.5);
                                const Variable pdf = exp(square(x) * -0.5) * (std::numbers::inv_sqrtpi * root_half);
                                return detail::masked(g, cdf + x * pdf);
                              }};
  return apply(op, x);
}

Variable silu(const Variable& x) {
  static constexpr OpDef<> op{.name = "silu",
                              .infer = infer::floating,
                              .run = run::unary<Unary::silu>,
                              .uses = {uses::input(0)},
                              .rule = [](const Op<>& op, const Variable& g, std::size_t) {
                                const Variable x = clamp(op.input(0), -tail_vanishes, tail_vanishes);
                                const Variable s = sigmoid(x);
                                return detail::masked(g, s * (1.0 + x * (1.0 - s)));
                              }};
  return apply(op, x);
}

namespace {

struct ClampAttrs {
  double low, high;
};

/// 1 inside the closed interval, 0 outside: piecewise constant.
Variable clamp_mask(const Variable& x, const ClampAttrs& attrs) {
  static constexpr OpDef<ClampAttrs> op{
      .name = "clamp_mask",
      .infer = infer::same,
      .run =
          [](const ClampAttrs& a, Operands in, Array& out) {
            Array clamped(in[0].shape(), in[0].dtype());
            kernels::unary(Unary::clamp, in[0], clamped, a.low, a.high);
            kernels::binary(Binary::eq, in[0], clamped, out);
          },
      .uses = {uses::never},
      .rule = [](const Op<ClampAttrs>&, const Variable&, std::size_t) { return Variable(); }};
  return apply(op, attrs, x);
}

}  // namespace

Variable clamp(const Variable& x, Scalar low, Scalar high) {
  if (!(low.real() <= high.real())) {
    throw ValueError("[clamp] the lower bound " + to_string(low) + " is above the upper bound " + to_string(high));
  }
  if (detail::holds_int64(x)) {
    if (!low.is_whole() || !high.is_whole()) return clamp(astype(x, DType::float32), low, high);
    // The attributes are doubles.
    if (!detail::is_exact(low) || !detail::is_exact(high)) return minimum(maximum(x, low), high);
  }
  static constexpr OpDef<ClampAttrs> op{.name = "clamp",
                                        .infer = infer::same,
                                        .run = run::unary_with<Unary::clamp, &ClampAttrs::low, &ClampAttrs::high>,
                                        .uses = {uses::input(0)},
                                        .rule = [](const Op<ClampAttrs>& op, const Variable& g, std::size_t) {
                                          return detail::masked(g, clamp_mask(op.input(0), op.attrs()));
                                        }};
  return apply(op, ClampAttrs{low.real(), high.real()}, x);
}

}  // namespace xgrad
