// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/math.h.
#include <limits>

#include "op_table.h"

namespace xgrad::test {

namespace {

using UnaryOp = Variable (*)(const Variable&);

constexpr double infinity = std::numeric_limits<double>::infinity();

OpRow smooth_row(const std::string& name, UnaryOp f, double low, double high) {
  return unary_row(
      name, f, Smoothness::smooth, [=](const Shape& s) { return uniform_in(s, low, high); }, refuses_int64(name, f));
}

/// Kinks at 0, from which the samples stay an eighth away.
OpRow kinked_row(const std::string& name, UnaryOp f, ErrorCase error) {
  return unary_row(
      name, f, Smoothness::piecewise, [](const Shape& s) { return grid(s, 0.125); }, std::move(error));
}

/// A function with one parameter over several values of it and the usual shapes.
OpRow parameter_row(const std::string& name, Variable (*f)(const Variable&, double)) {
  const auto sample = [f](double parameter, const Shape& shape) {
    return Sample([=](const Variables& x) { return f(x[0], parameter); }, {grid(shape, 0.125)});
  };
  return {name,
          Smoothness::piecewise,
          {sample(0.2, {}), sample(0.01, {0}), sample(1.0, {0, 3}), sample(0.3, {1}), sample(0.0, {3, 4}),
           sample(0.2, {2, 1, 3, 1, 2, 2}), sample(-0.5, {5})},
          {refuses_int64(name, [f](const Variable& x) { return f(x, 0.2); })}};
}

OpRow row_of_clamp() {
  const auto sample = [](double low, double high, const Shape& shape) {
    return Sample([=](const Variables& x) { return clamp(x[0], low, high); }, {grid(shape, 0.125)});
  };
  return {"clamp",
          Smoothness::piecewise,
          {sample(-1.0, 1.0, {}), sample(-1.0, 1.0, {0}), sample(0.0, 1.0, {0, 3}), sample(1.0, 2.0, {1}),
           sample(-1.0, 1.0, {3, 4}), sample(-infinity, 0.5, {2, 1, 3, 1, 2, 2}), sample(-0.5, infinity, {7}),
           sample(0.5, 0.5, {4})},
          {throws<ValueError>([] { clamp(ones({2}), 1.0, -1.0); }, "[clamp] the lower bound"),
           refuses_undefined("clamp", [](const Variable& x) { return clamp(x, -1.0, 1.0); })}};
}

}  // namespace

OpRows math_rows() {
  return {unary_row(
              "square", square, Smoothness::smooth, [](const Shape& s) { return uniform_in(s, -2.0, 2.0); },
              refuses_undefined("square", square)),
          smooth_row("exp", exp, -2.0, 2.0),
          smooth_row("log", log, 0.3, 3.0),
          smooth_row("log1p", log1p, -0.6, 3.0),
          smooth_row("expm1", expm1, -2.0, 2.0),
          smooth_row("sqrt", sqrt, 0.3, 3.0),
          smooth_row("rsqrt", rsqrt, 0.4, 3.0),
          smooth_row("sin", sin, -3.0, 3.0),
          smooth_row("cos", cos, -3.0, 3.0),
          smooth_row("erf", erf, -2.0, 2.0),
          kinked_row("abs", abs, refuses_undefined("abs", abs)),
          kinked_row("sign", sign, refuses_undefined("sign", sign)),
          smooth_row("tanh", tanh, -2.0, 2.0),
          smooth_row("sigmoid", sigmoid, -4.0, 4.0),
          smooth_row("softplus", softplus, -4.0, 4.0),
          kinked_row("relu", relu, refuses_int64("relu", relu)),
          parameter_row("leaky_relu", leaky_relu),
          parameter_row("elu", elu),
          smooth_row("gelu", gelu, -3.0, 3.0),
          smooth_row("silu", silu, -4.0, 4.0),
          row_of_clamp()};
}

}  // namespace xgrad::test
