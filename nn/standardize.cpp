// SPDX-License-Identifier: BSD-3-Clause
// Standardisation and its adjoints in x and in the weight, a family closed but for one rule, which is made of ops.
#include <xgrad/nn/standardize.h>

#include <cmath>

#include <xgrad/autograd/kernels/normalize.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/ops/common.h>

namespace xgrad::nn::detail {

namespace {

struct Eps {
  double eps;
};

Variable input_adjoint(const Variable& g, const Variable& x, const Variable& weight, const Eps& attrs);
Variable weight_adjoint(const Variable& g, const Variable& x, const Eps& attrs);

/// All axes but the channels'.
Axes others(const Shape& x) {
  Axes axes{0};
  for (std::size_t i = 2; i < x.rank(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  return axes;
}

/// v (C) as (C, 1, ...), which broadcasts against x.
Variable beside(const Variable& v, const Shape& x) {
  Shape shape{v.size()};
  while (shape.rank() + 1 < x.rank()) shape.push_back(1);
  return reshape(v, shape);
}

Variable ones_beside(const Variable& x) { return full({x.size(1)}, 1.0, x.dtype()); }
Variable zeros_beside(const Variable& x) { return full({x.size(1)}, 0.0, x.dtype()); }

Spec infer_standardize(const char* name, const Eps&, Operands in) {
  const Shape& x = in[0].shape();
  xgrad::detail::check_floating(name, in[0]);
  if (x.rank() < 2) throw ShapeError("[" + std::string(name) + "] takes (N, C, ...), got " + to_string(x));
  for (std::size_t i = 1; i < 3; ++i) {
    xgrad::detail::check_same_dtype(name, in[0], in[i]);
    if (in[i].shape() != Shape{x[1]}) {
      throw ShapeError("[" + std::string(name) + "] weight and bias must be (C), got " + to_string(in[i].shape()) +
                       " with x " + to_string(x));
    }
  }
  return {x, in[0].dtype()};
}

/// d/dx of <h, input_adjoint(g, x, 1)>: with s and y of x standardised, P the removal of the mean and n values a
/// channel, -s^2/n (y (<Ph, Pg> - 3/n <h, y> <g, y>) + <g, y> Ph + <h, y> Pg).
Variable second_adjoint(const Variable& h, const Variable& g, const Variable& x, double eps) {
  const Axes axes = others(x.shape());
  const auto total = [&](const Variable& v) { return sum(v, axes, true); };
  const auto centred = [&](const Variable& v) { return v - mean(v, axes, true); };
  const double n = static_cast<double>(x.size()) / static_cast<double>(x.size(1));
  const Variable from_mean = centred(x);
  const Variable deviation = norm(from_mean, axes, true, n * eps) / std::sqrt(n);
  const Variable y = from_mean / deviation;
  const Variable ph = centred(h), pg = centred(g), hy = total(h * y), gy = total(g * y);
  return (y * (total(ph * pg) - hy * gy * (3.0 / n)) + gy * ph + hy * pg) / deviation / deviation * (-1.0 / n);
}

Variable input_adjoint(const Variable& g, const Variable& x, const Variable& weight, const Eps& attrs) {
  static constexpr OpDef<Eps> op{
      .name = "standardize_input",
      .infer = [](const char*, const Eps&, Operands in) -> Spec {
        return {in[1].shape(), in[1].dtype()};
      },
      .run = [](const Eps& a, Operands in, Array& out) { kernels::standardize_input(in[0], in[1], in[2], a.eps, out); },
      .uses = {uses::input(1) | uses::input(2), uses::input(0) | uses::input(1) | uses::input(2),
               uses::input(0) | uses::input(1)},
      .rule =
          [](const Op<Eps>& op, const Variable& h, std::size_t i) {
            const Variable x = op.input(1);
            if (i == 0) return input_adjoint(h, x, op.input(2), op.attrs());
            if (i == 1) return second_adjoint(h, op.input(0) * beside(op.input(2), x.shape()), x, op.attrs().eps);
            return sum(h * input_adjoint(op.input(0), x, ones_beside(x), op.attrs()), others(x.shape()));
          }};
  return apply(op, attrs, g, x, weight);
}

Variable weight_adjoint(const Variable& g, const Variable& x, const Eps& attrs) {
  static constexpr OpDef<Eps> op{
      .name = "standardize_weight",
      .infer = [](const char*, const Eps&, Operands in) -> Spec {
        return {Shape{in[1].shape()[1]}, in[1].dtype()};
      },
      .run = [](const Eps& a, Operands in, Array& out) { kernels::standardize_weight(in[0], in[1], a.eps, out); },
      .uses = {uses::input(1), uses::input(0) | uses::input(1)},
      .rule =
          [](const Op<Eps>& op, const Variable& h, std::size_t i) {
            const Variable x = op.input(1);
            return i == 0 ? standardize(x, h, zeros_beside(x), op.attrs().eps)
                          : input_adjoint(op.input(0), x, h, op.attrs());
          }};
  return apply(op, attrs, g, x);
}

}  // namespace

Variable standardize(const Variable& x, const Variable& weight, const Variable& bias, double eps) {
  static constexpr OpDef<Eps> op{
      .name = "standardize",
      .infer = infer_standardize,
      .run = [](const Eps& a, Operands in, Array& out) { kernels::standardize(in[0], in[1], in[2], a.eps, out); },
      .uses = {uses::input(0) | uses::input(1), uses::input(0), uses::nothing},
      .rule =
          [](const Op<Eps>& op, const Variable& g, std::size_t i) {
            if (i == 0) return input_adjoint(g, op.input(0), op.input(1), op.attrs());
            return i == 1 ? weight_adjoint(g, op.input(0), op.attrs()) : sum(g, others(g.shape()));
          }};
  if (x.rank() == 2) {  // a channel is a column: as a row, it is read in vectors
    const std::int64_t n = x.size(0), c = x.size(1);
    return transpose(reshape(standardize(reshape(transpose(x), {1, c, n}), weight, bias, eps), {c, n}));
  }
  return apply(op, Eps{eps}, x, weight, bias);
}

}  // namespace xgrad::nn::detail
