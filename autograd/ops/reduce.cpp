// SPDX-License-Identifier: BSD-3-Clause
// Reductions and their rules.
#include <xgrad/autograd/ops/reduce.h>

#include <cmath>
#include <limits>
#include <utility>

#include <xgrad/autograd/kernels/means.h>
#include <xgrad/autograd/kernels/order.h>
#include <xgrad/autograd/kernels/scan.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/compare.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/ops/math.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

using kernels::AxisMask;
using kernels::Reduce;

namespace {

struct ReduceAttrs {
  AxisMask axes;
  bool keepdims;
};

Spec infer_reduced(const char*, const ReduceAttrs& a, Operands in) {
  return {detail::reduced_shape(in[0].shape(), a.axes, a.keepdims), in[0].dtype()};
}

Spec infer_reduced_floating(const char* name, const ReduceAttrs& a, Operands in) {
  detail::check_floating(name, in[0]);
  return infer_reduced(name, a, in);
}

/// Brings back the reduced axes as extents of 1, so that `v` broadcasts against the reduced input.
Variable restore_axes(const Variable& v, const Shape& input, AxisMask axes) {
  return reshape(v, detail::reduced_shape(input, axes, true));
}

ReduceAttrs attrs_for(const char* name, const Variable& x, const Axes& axes, bool keepdims) {
  return {detail::axis_mask(name, axes, x.rank()), keepdims};
}

}  // namespace

Variable sum(const Variable& x, const Axes& axes, bool keepdims) {
  static constexpr OpDef<ReduceAttrs> op{
      .name = "sum",
      .infer = infer_reduced,
      .run = [](const ReduceAttrs& a, Operands in, Array& out) { kernels::reduce(Reduce::sum, in[0], a.axes, out); },
      .rule =
          [](const Op<ReduceAttrs>& op, const Variable& g, std::size_t) {
            return expand(restore_axes(g, op.input_shape(0), op.attrs().axes), op.input_shape(0));
          }};
  return apply(op, attrs_for("sum", x, axes, keepdims), x);
}

namespace {

/// What is no whole number of int64 values: found in double, given as float32.
template <class F>
Variable through_double(const Variable& x, const F& f) {
  return astype(f(astype(x, DType::float64)), DType::float32);
}

}  // namespace

Variable mean(const Variable& x, const Axes& axes, bool keepdims) {
  if (detail::holds_int64(x)) {
    return through_double(x, [&](const Variable& d) { return mean(d, axes, keepdims); });
  }
  static constexpr OpDef<ReduceAttrs> op{
      .name = "mean",
      .infer = infer_reduced_floating,
      .run = [](const ReduceAttrs& a, Operands in, Array& out) { kernels::mean(in[0], a.axes, out); },
      .rule =
          [](const Op<ReduceAttrs>& op, const Variable& g, std::size_t) {
            const Shape x = op.input_shape(0);
            const auto n = static_cast<double>(detail::reduced_count(x, op.attrs().axes));
            return expand(restore_axes(g * (1.0 / n), x, op.attrs().axes), x);
          }};
  const AxisMask mask = detail::axis_mask("mean", axes, x.rank());
  return apply(op, ReduceAttrs{mask, keepdims}, x);
}

namespace {

struct MeanSquaresAttrs {
  AxisMask axes;
  bool keepdims;
  double denominator;
};

/// sum x^2 / denominator
Variable mean_squares(const Variable& x, const MeanSquaresAttrs& attrs) {
  static constexpr OpDef<MeanSquaresAttrs> op{
      .name = "mean_squares",
      .infer =
          [](const char* name, const MeanSquaresAttrs& a, Operands in) {
            return infer_reduced_floating(name, {a.axes, a.keepdims}, in);
          },
      .run = [](const MeanSquaresAttrs& a, Operands in,
                Array& out) { kernels::mean_squares(in[0], a.axes, a.denominator, out); },
      .uses = {uses::input(0)},
      .rule =
          [](const Op<MeanSquaresAttrs>& op, const Variable& g, std::size_t) {
            const auto& [axes, keepdims, denominator] = op.attrs();
            return restore_axes(g, op.input_shape(0), axes) * (op.input(0) * (2.0 / denominator));
          }};
  return apply(op, attrs, x);
}

}  // namespace

Variable var(const Variable& x, const Axes& axes, bool keepdims, double correction) {
  if (detail::holds_int64(x)) {
    return through_double(x, [&](const Variable& d) { return var(d, axes, keepdims, correction); });
  }
  const AxisMask mask = detail::axis_mask("var", axes, x.rank());
  const auto n = static_cast<double>(detail::reduced_count(x.shape(), mask));
  return mean_squares(x - mean(x, axes, true), {mask, keepdims, n - correction});
}

namespace {

/// How the gradient of an extreme is shared: 1/k at each of k equal extremes, else 0. Inputs: x and the extreme with
/// its axes kept. Piecewise constant.
Variable extreme_share(const Variable& x, const Variable& extreme, AxisMask axes) {
  static constexpr OpDef<ReduceAttrs> op{
      .name = "extreme_share",
      .infer = infer::same,
      .run =
          [](const ReduceAttrs& a, Operands in, Array& out) {
            Array hits(in[0].shape(), in[0].dtype());
            kernels::binary(kernels::Binary::eq, in[0], in[1], hits);
            Array count(in[1].shape(), in[1].dtype());
            kernels::reduce(Reduce::sum, hits, a.axes, count);
            kernels::binary(kernels::Binary::div, hits, count, out);
          },
      .uses = {uses::never, uses::never},
      .rule = [](const Op<ReduceAttrs>&, const Variable&, std::size_t) { return Variable(); }};
  return apply(op, ReduceAttrs{axes, true}, x, extreme);
}

template <Reduce kernel>
Variable extreme(const char* name, const Variable& x, const Axes& axes, bool keepdims) {
  static constexpr OpDef<ReduceAttrs> op{
      .name = kernel == Reduce::max ? "max" : "min",
      .infer = infer_reduced,
      .run = [](const ReduceAttrs& a, Operands in, Array& out) { kernels::reduce(kernel, in[0], a.axes, out); },
      .uses = {uses::input(0) | uses::output},
      .rule =
          [](const Op<ReduceAttrs>& op, const Variable& g, std::size_t) {
            const AxisMask mask = op.attrs().axes;
            const Shape& shape = op.input_shape(0);
            return detail::masked(restore_axes(g, shape, mask),
                                  extreme_share(op.input(0), restore_axes(op.output(), shape, mask), mask));
          }};
  const ReduceAttrs attrs = attrs_for(name, x, axes, keepdims);
  if (detail::reduced_count(x.shape(), attrs.axes) == 0) {
    throw ShapeError("[" + std::string(name) + "] an empty set has no extreme: input of shape " + to_string(x.shape()));
  }
  return apply(op, attrs, x);
}

}  // namespace

Variable max(const Variable& x, const Axes& axes, bool keepdims) {
  return extreme<Reduce::max>("max", x, axes, keepdims);
}

Variable min(const Variable& x, const Axes& axes, bool keepdims) {
  return extreme<Reduce::min>("min", x, axes, keepdims);
}

namespace {

struct AxisAttrs {
  std::size_t axis;
};

Spec infer_along_axis(const char* name, const AxisAttrs&, Operands in) {
  detail::check_floating(name, in[0]);
  return {in[0].shape(), in[0].dtype()};
}

/// x with the masked axes as one, and which axis that is: several are brought to the back and merged.
std::pair<Variable, std::size_t> fold_axes(const Variable& x, AxisMask mask) {
  if (x.rank() == 0) return {reshape(x, Shape{1}), 0};
  Axes order, folded;
  for (std::size_t i = 0; i < x.rank(); ++i) (mask >> i & 1 ? folded : order).push_back(static_cast<std::int64_t>(i));
  if (folded.size() == 1) return {x, static_cast<std::size_t>(folded.front())};
  order.insert(order.end(), folded.begin(), folded.end());
  Shape shape = detail::reduced_shape(x.shape(), mask, false);
  shape.push_back(detail::reduced_count(x.shape(), mask));
  return {reshape(permute(x, order), shape), shape.rank() - 1};
}

Variable logsumexp_along(const Variable& x, std::size_t axis) {
  static constexpr OpDef<AxisAttrs> op{
      .name = "logsumexp",
      .infer =
          [](const char* name, const AxisAttrs& a, Operands in) {
            return infer_reduced_floating(name, {1u << a.axis, false}, in);
          },
      .run = [](const AxisAttrs& a, Operands in, Array& out) { kernels::logsumexp(in[0], a.axis, out); },
      .uses = {uses::input(0) | uses::output},
      .rule =
          [](const Op<AxisAttrs>& op, const Variable& g, std::size_t) {
            // A slice of -inf alone has no shares: it gets no gradient.
            const Variable x = op.input(0), zero = zeros({}, x.dtype());
            const auto restored = [&](const Variable& v) { return restore_axes(v, x.shape(), 1u << op.attrs().axis); };
            const Variable lowest = full({}, -std::numeric_limits<double>::infinity(), x.dtype());
            const Variable empty = equal(restored(op.output()), lowest);
            return detail::masked(where(empty, zero, restored(g)),
                                  softmax(where(empty, zero, x), static_cast<std::int64_t>(op.attrs().axis)));
          }};
  return apply(op, AxisAttrs{axis}, x);
}

Variable prod_along(const Variable& x, std::size_t axis) {
  static constexpr OpDef<AxisAttrs> op{
      .name = "prod",
      .infer =
          [](const char* name, const AxisAttrs& a, Operands in) {
            return infer_reduced(name, {1u << a.axis, false}, in);
          },
      .run = [](const AxisAttrs& a, Operands in, Array& out) { kernels::prod(in[0], a.axis, out); },
      .uses = {uses::input(0)},
      .rule =
          [](const Op<AxisAttrs>& op, const Variable& g, std::size_t) {
            // The product of the others, which no division gives where an element is 0.
            const Variable x = op.input(0);
            const std::size_t axis = op.attrs().axis;
            if (x.shape()[axis] == 0) return zeros_like(x);
            return detail::masked(restore_axes(g, x.shape(), 1u << axis), detail::product_of_others(x, axis));
          }};
  return apply(op, AxisAttrs{axis}, x);
}

}  // namespace

Variable logsumexp(const Variable& x, const Axes& axes, bool keepdims) {
  const AxisMask mask = detail::axis_mask("logsumexp", axes, x.rank());
  const auto [folded, axis] = fold_axes(x, mask);
  return reshape(logsumexp_along(folded, axis), detail::reduced_shape(x.shape(), mask, keepdims));
}

Variable prod(const Variable& x, const Axes& axes, bool keepdims) {
  const AxisMask mask = detail::axis_mask("prod", axes, x.rank());
  const auto [folded, axis] = fold_axes(x, mask);
  return reshape(prod_along(folded, axis), detail::reduced_shape(x.shape(), mask, keepdims));
}

Variable softmax(const Variable& x, std::int64_t axis) {
  static constexpr OpDef<AxisAttrs> op{
      .name = "softmax",
      .infer = infer_along_axis,
      .run = [](const AxisAttrs& a, Operands in, Array& out) { kernels::softmax(in[0], a.axis, out); },
      .uses = {uses::output},
      .rule =
          [](const Op<AxisAttrs>& op, const Variable& g, std::size_t) {
            // Where y is 0, as at a logit of -inf, what is wrong with g does not count.
            const Variable y = op.output();
            return detail::masked(g - sum(detail::masked(g, y), {static_cast<std::int64_t>(op.attrs().axis)}, true), y);
          }};
  return apply(op, AxisAttrs{normalize_axis(axis, x.rank(), "softmax")}, x);
}

Variable log_softmax(const Variable& x, std::int64_t axis) {
  static constexpr OpDef<AxisAttrs> op{
      .name = "log_softmax",
      .infer = infer_along_axis,
      .run = [](const AxisAttrs& a, Operands in, Array& out) { kernels::log_softmax(in[0], a.axis, out); },
      .uses = {uses::output},
      .rule =
          [](const Op<AxisAttrs>& op, const Variable& g, std::size_t) {
            return g - exp(op.output()) * sum(g, {static_cast<std::int64_t>(op.attrs().axis)}, true);
          }};
  return apply(op, AxisAttrs{normalize_axis(axis, x.rank(), "log_softmax")}, x);
}

namespace {
struct NormAttrs {
  AxisMask axes;
  bool keepdims;
  double eps;
};
}  // namespace

Variable norm(const Variable& x, const Axes& axes, bool keepdims, double eps) {
  static constexpr OpDef<NormAttrs> op{
      .name = "norm",
      .infer =
          [](const char* name, const NormAttrs& a, Operands in) {
            return infer_reduced_floating(name, {a.axes, a.keepdims}, in);
          },
      .run = [](const NormAttrs& a, Operands in, Array& out) { kernels::norm(in[0], a.axes, a.eps, out); },
      .uses = {uses::input(0) | uses::output},
      .rule =
          [](const Op<NormAttrs>& op, const Variable& g, std::size_t) {
            // g times x / norm, which stays within 1 where 1 / norm would not. A norm of 0, then x is 0 too, passes
            // nothing on and divides by infinity: the subgradient 0, and 0 again for its own derivatives.
            const Variable y = op.output(), zero = zeros({}, y.dtype());
            const Variable infinite = full({}, std::numeric_limits<double>::infinity(), y.dtype());
            const Variable at_zero = equal(y, zero);
            const auto restored = [&](const Variable& v) {
              return restore_axes(v, op.input_shape(0), op.attrs().axes);
            };
            return detail::masked(restored(where(at_zero, zero, g)),
                                  op.input(0) / restored(where(at_zero, infinite, y)));
          }};
  return apply(op, NormAttrs{detail::axis_mask("norm", axes, x.rank()), keepdims, eps}, x);
}

Variable stddev(const Variable& x, const Axes& axes, bool keepdims, double correction) {
  if (detail::holds_int64(x)) {
    return through_double(x, [&](const Variable& d) { return stddev(d, axes, keepdims, correction); });
  }
  const AxisMask mask = detail::axis_mask("stddev", axes, x.rank());
  const auto n = static_cast<double>(detail::reduced_count(x.shape(), mask));
  return norm(x - mean(x, axes, true), axes, keepdims) / std::sqrt(n - correction);
}

Variable argmax(const Variable& x, std::int64_t axis) {
  static constexpr OpDef<AxisAttrs> op{
      .name = "argmax",
      .infer =
          [](const char* name, const AxisAttrs& a, Operands in) {
            if (in[0].shape()[a.axis] == 0) {
              throw ShapeError("[" + std::string(name) + "] an empty axis has no largest element: input of shape " +
                               to_string(in[0].shape()));
            }
            return Spec{detail::reduced_shape(in[0].shape(), 1u << a.axis, false), DType::int64};
          },
      .run = [](const AxisAttrs& a, Operands in, Array& out) { kernels::argmax(in[0], a.axis, out); }};
  return apply(op, AxisAttrs{normalize_axis(axis, x.rank(), "argmax")}, x);
}

namespace {
struct ShapeAttrs {
  Shape shape;
};
}  // namespace

Variable sum_to(const Variable& x, const Shape& shape) {
  static constexpr OpDef<ShapeAttrs> op{
      .name = "sum_to",
      .infer =
          [](const char* name, const ShapeAttrs& a, Operands in) {
            if (broadcast_shapes(in[0].shape(), a.shape, name) != in[0].shape()) {
              throw ShapeError("[" + std::string(name) + "] " + to_string(a.shape) + " does not broadcast to " +
                               to_string(in[0].shape()));
            }
            return Spec{a.shape, in[0].dtype()};
          },
      .run =
          [](const ShapeAttrs& a, Operands in, Array& out) {
            const Shape& from = in[0].shape();
            const std::size_t added = from.rank() - a.shape.rank();
            AxisMask mask = (1u << added) - 1;
            for (std::size_t i = added; i < from.rank(); ++i) {
              if (a.shape[i - added] == 1 && from[i] != 1) mask |= 1u << i;
            }
            kernels::reduce(Reduce::sum, in[0], mask, out);
          },
      .rule = [](const Op<ShapeAttrs>& op, const Variable& g, std::size_t) { return expand(g, op.input_shape(0)); }};
  if (x.shape() == shape) return x;
  return apply(op, ShapeAttrs{shape}, x);
}

}  // namespace xgrad
