// SPDX-License-Identifier: BSD-3-Clause
// Scans and their rules: each is closed under differentiation, the rule running the other way along the axis.
#include <xgrad/autograd/ops/scan.h>

#include <xgrad/autograd/kernels/scan.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/ops/reduce.h>

namespace xgrad {

namespace {

struct ScanAttrs {
  std::size_t axis;
  bool reverse;
};

/// x moved by one place along an axis, forwards or backwards, with a zero moved in.
Variable shift(const Variable& x, std::size_t axis, bool forwards) {
  std::vector<std::pair<std::int64_t, std::int64_t>> amounts(x.rank(), {0, 0});
  const std::int64_t step = x.shape()[axis] == 0 ? 0 : forwards ? 1 : -1;
  amounts[axis] = {step, -step};
  return pad(x, amounts);
}

/// int64 exponents for ldexp that keep every running product of x along the axis, from either end, between 1/4 and 4:
/// products of hundreds of elements leave their range on the way though the whole does not. Zeros, infinities and NaN
/// count as 1. Piecewise constant.
Variable balance(const Variable& x, std::size_t axis) {
  static constexpr OpDef<ScanAttrs> op{
      .name = "balance",
      .infer =
          [](const char*, const ScanAttrs&, Operands in) {
            return Spec{in[0].shape(), DType::int64};
          },
      .run = [](const ScanAttrs& a, Operands in, Array& out) { kernels::balance(in[0], a.axis, out); }};
  return apply(op, ScanAttrs{axis, false}, x);
}

/// x 2^e, e int64 of x's shape.
Variable ldexp(const Variable& x, const Variable& e) {
  static constexpr OpDef<> op{
      .name = "ldexp",
      .infer = infer::floating,
      .run = [](const NoAttrs&, Operands in, Array& out) { kernels::ldexp(in[0], in[1], out); },
      .uses = {uses::input(1), uses::never},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return ldexp(g, op.input(1)); }};
  return apply(op, x, e);
}

/// The product of the elements before each one along an axis, or reversed of those behind it.
Variable exclusive_cumprod(const Variable& x, std::size_t axis, bool reverse) {
  // y_0 = 1, y_k = x_{k-1} y_{k-1} + 0.
  const auto k = static_cast<std::int64_t>(axis);
  Shape edge = x.shape();
  edge[axis] = 1;
  const Variable one = slice_scatter(ones(edge, x.dtype()), x.shape(), k, reverse ? x.shape()[axis] - 1 : 0, 1);
  return linear_recurrence(shift(x, axis, !reverse), one, k, reverse);
}

}  // namespace

Variable cumsum(const Variable& x, std::int64_t axis, bool reverse) {
  static constexpr OpDef<ScanAttrs> op{
      .name = "cumsum",
      .infer = infer::same,
      .run = [](const ScanAttrs& a, Operands in, Array& out) { kernels::cumsum(in[0], a.axis, a.reverse, out); },
      .rule = [](const Op<ScanAttrs>& op, const Variable& g,
                 std::size_t) { return cumsum(g, static_cast<std::int64_t>(op.attrs().axis), !op.attrs().reverse); }};
  return apply(op, ScanAttrs{normalize_axis(axis, x.rank(), "cumsum"), reverse}, x);
}

Variable linear_recurrence(const Variable& a, const Variable& b, std::int64_t axis, bool reverse) {
  static constexpr OpDef<ScanAttrs> op{
      .name = "linear_recurrence",
      .infer =
          [](const char* name, const ScanAttrs&, Operands in) {
            detail::check_same_dtype(name, in[0], in[1]);
            if (in[0].shape() != in[1].shape()) {
              throw ShapeError("[" + std::string(name) + "] factors " + to_string(in[0].shape()) + " and terms " +
                               to_string(in[1].shape()) + " must have one shape; expand one of them");
            }
            return Spec{in[0].shape(), in[0].dtype()};
          },
      .run = [](const ScanAttrs& a, Operands in,
                Array& out) { kernels::recurrence(in[0], in[1], a.axis, a.reverse, out); },
      .uses = {uses::input(0) | uses::output, uses::input(0)},
      .rule =
          [](const Op<ScanAttrs>& op, const Variable& g, std::size_t i) {
            // What arrives at y_k: s_k = g_k + a_{k+1} s_{k+1}. It passes to b_k as it is, to a_k with the factor
            // y_{k-1}.
            const ScanAttrs& a = op.attrs();
            const auto axis = static_cast<std::int64_t>(a.axis);
            const Variable s = linear_recurrence(shift(op.input(0), a.axis, a.reverse), g, axis, !a.reverse);
            return i == 1 ? s : detail::masked(s, shift(op.output(), a.axis, !a.reverse));
          }};
  return apply(op, ScanAttrs{normalize_axis(axis, a.rank(), "linear_recurrence"), reverse}, a, b);
}

Variable cumprod(const Variable& x, std::int64_t axis) {
  const std::size_t k = normalize_axis(axis, x.rank(), "cumprod");
  if (x.shape()[k] == 0) return x;
  // y_0 = x_0, y_k = x_k y_{k-1} + 0.
  const auto running = [&](const Variable& v) {
    return linear_recurrence(v, slice_scatter(slice(v, axis, 0, 1), v.shape(), axis, 0, 1), axis);
  };
  if (!is_floating(x.dtype())) return running(x);
  const Variable shifts = balance(x, k);
  return ldexp(running(ldexp(x, shifts)), -cumsum(shifts, axis));
}

Variable detail::product_of_others(const Variable& x, std::size_t axis) {
  const auto k = static_cast<std::int64_t>(axis);
  const Variable shifts = balance(x, axis), balanced = ldexp(x, shifts);
  const Variable others = exclusive_cumprod(balanced, axis, false) * exclusive_cumprod(balanced, axis, true);
  return ldexp(others, shifts - sum(shifts, {k}, true));
}

}  // namespace xgrad
