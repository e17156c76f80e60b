// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/arithmetic.h and compare.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

using BinaryOp = Variable (*)(const Variable&, const Variable&);

constexpr auto smooth = Smoothness::smooth;
constexpr auto piecewise = Smoothness::piecewise;

MakeInput within(double low, double high, std::uint64_t seed) {
  return [=](const Shape& shape) { return uniform_in(shape, low, high, seed); };
}
MakeInput on_grid(double offset, std::uint64_t seed) {
  return [=](const Shape& shape) { return grid(shape, offset, seed); };
}

/// Both operands from [low, high).
OpRow binary_row(const std::string& name, BinaryOp f, double low, double high) {
  return {name, smooth, binary_samples(f, within(low, high, 1), within(low, high, 2)), {refuses_misfits(name, f)}};
}

/// Operands that stay a quarter apart.
OpRow kinked_row(const std::string& name, BinaryOp f, Smoothness smoothness) {
  return {name, smoothness, binary_samples(f, on_grid(0.0, 1), on_grid(0.25, 2)), {refuses_misfits(name, f)}};
}

/// Kinked rows of comparisons also meet equal operands.
OpRow comparison_row(const std::string& name, BinaryOp f) {
  OpRow row = kinked_row(name, f, Smoothness::constant);
  const Variable x = grid({3, 4}, 0.0);
  row.samples.emplace_back([f](const Variables& in) { return f(in[0], in[1]); }, Variables{x, x});
  return row;
}

Sample power(double exponent, const Variable& x) {
  return {[exponent](const Variables& in) { return pow(in[0], exponent); }, {x}};
}

Sample scaled(double scale, double shift, const Variable& x) {
  return {[=](const Variables& in) { return affine(in[0], scale, shift); }, {x}};
}

OpRow row_of_tensor_pow() {
  const auto f = [](const Variable& a, const Variable& b) { return pow(a, b); };
  return {"pow",
          smooth,
          binary_samples(f, within(0.4, 2.0, 1), within(-2.0, 2.0, 2)),
          {refuses_misfits("pow", f), throws<DTypeError>([] { pow(ones({2}, DType::int64), ones({2}, DType::int64)); },
                                                         "[pow] takes float32 or float64, got int64")}};
}

OpRow row_of_constant_pow() {
  return {"pow",
          smooth,
          {power(2.0, uniform_in({}, -2.0, 2.0)), power(3.0, uniform_in({3, 4}, -2.0, 2.0)),
           power(0.5, uniform_in({1}, 0.4, 2.0)), power(-1.5, uniform_in({2, 1, 3, 1, 2, 2}, 0.4, 2.0)),
           power(1.0, uniform_in({0, 3}, -2.0, 2.0)), power(0.0, uniform_in({2, 2}, -2.0, 2.0)),
           power(2.0, uniform_in({0}, -2.0, 2.0))},
          {throws<ValueError>([] { pow(ones({2}, DType::int64), -1); },
                              "[pow] int64 values to the power of -1 are no whole numbers; convert with astype")}};
}

OpRow row_of_affine() {
  return {"affine",
          smooth,
          {scaled(2.0, -1.0, uniform_in({}, -2.0, 2.0)), scaled(1.0, 0.5, uniform_in({3, 4}, -2.0, 2.0)),
           scaled(0.0, 3.0, uniform_in({1}, -2.0, 2.0)), scaled(-0.25, 0.0, uniform_in({2, 1, 3, 1, 2, 2}, -2.0, 2.0)),
           scaled(2.0, 1.0, uniform_in({0, 3}, -2.0, 2.0)), scaled(2.0, 1.0, uniform_in({0}, -2.0, 2.0))},
          {refuses_undefined("affine", [](const Variable& x) { return affine(x, 2.0, 1.0); })}};
}

OpRow row_of_where() {
  const auto sample = [](const Shape& condition, const Shape& a, const Shape& b) {
    const Variable chosen = greater(grid(condition, 0.25, 3), zeros({}, DType::float64));
    return Sample([](const Variables& x) { return where(x[0], x[1], x[2]); },
                  {chosen, uniform_in(a, -2.0, 2.0, 1), uniform_in(b, -2.0, 2.0, 2)});
  };
  return {"where",
          smooth,
          {sample({}, {}, {}), sample({0}, {1}, {0}), sample({0, 3}, {3}, {}), sample({1}, {1}, {1}),
           sample({3, 4}, {3, 1}, {1, 4}), sample({4}, {3, 4}, {3, 4}), sample({1, 2, 1}, {2, 1, 1, 1, 2, 2}, {2, 1})},
          {throws<ShapeError>(
               [] {
                 where(ones({5}), zeros({2, 3}), zeros({2, 3}));
               },
               "[where] shapes do not broadcast"),
           refuses_misfits("where", [](const Variable& a, const Variable& b) { return where(ones({}), a, b); })}};
}

}  // namespace

OpRows arithmetic_rows() {
  return {binary_row("add", add, -2.0, 2.0),
          binary_row("sub", sub, -2.0, 2.0),
          binary_row("mul", mul, -2.0, 2.0),
          binary_row("div", div, 0.4, 2.0),
          unary_row("neg", neg, smooth, within(-2.0, 2.0, 1), refuses_undefined("neg", neg)),
          row_of_affine(),
          row_of_tensor_pow(),
          row_of_constant_pow(),
          unary_row("reciprocal", reciprocal, smooth, within(0.4, 2.0, 1),
                    refuses_undefined("reciprocal", [](const Variable& x) { return reciprocal(x); })),
          kinked_row("maximum", maximum, piecewise),
          kinked_row("minimum", minimum, piecewise)};
}

OpRows compare_rows() {
  return {comparison_row("equal", equal),
          comparison_row("not_equal", not_equal),
          comparison_row("less", less),
          comparison_row("less_equal", less_equal),
          comparison_row("greater", greater),
          comparison_row("greater_equal", greater_equal),
          row_of_where()};
}

}  // namespace xgrad::test
