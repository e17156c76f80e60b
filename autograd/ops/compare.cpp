// SPDX-License-Identifier: BSD-3-Clause
// Comparisons (no rule: piecewise constant, never recorded), where, and masks.
#include <xgrad/autograd/ops/compare.h>

#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/create.h>

namespace xgrad {

using kernels::Binary;

namespace {

constexpr const char* name_of(Binary kernel) {
  switch (kernel) {
    case Binary::eq:
      return "equal";
    case Binary::ne:
      return "not_equal";
    case Binary::lt:
      return "less";
    case Binary::le:
      return "less_equal";
    case Binary::gt:
      return "greater";
    default:
      return "greater_equal";
  }
}

template <Binary kernel>
Variable compare(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{.name = name_of(kernel), .infer = infer::broadcast, .run = run::binary<kernel>};
  return detail::apply_promoted(op, a, b);
}

}  // namespace

Variable equal(const Variable& a, const Variable& b) { return compare<Binary::eq>(a, b); }
Variable not_equal(const Variable& a, const Variable& b) { return compare<Binary::ne>(a, b); }
Variable less(const Variable& a, const Variable& b) { return compare<Binary::lt>(a, b); }
Variable less_equal(const Variable& a, const Variable& b) { return compare<Binary::le>(a, b); }
Variable greater(const Variable& a, const Variable& b) { return compare<Binary::gt>(a, b); }
Variable greater_equal(const Variable& a, const Variable& b) { return compare<Binary::ge>(a, b); }

Variable equal(const Variable& x, Scalar c) { return equal(x, detail::operand(c, x)); }
Variable not_equal(const Variable& x, Scalar c) { return not_equal(x, detail::operand(c, x)); }
Variable less(const Variable& x, Scalar c) { return less(x, detail::operand(c, x)); }
Variable less_equal(const Variable& x, Scalar c) { return less_equal(x, detail::operand(c, x)); }
Variable greater(const Variable& x, Scalar c) { return greater(x, detail::operand(c, x)); }
Variable greater_equal(const Variable& x, Scalar c) { return greater_equal(x, detail::operand(c, x)); }

Variable where(const Variable& condition, const Variable& a, Scalar b) {
  return where(condition, a, detail::operand(b, a));
}
Variable where(const Variable& condition, Scalar a, const Variable& b) {
  return where(condition, detail::operand(a, b), b);
}

Variable where(const Variable& condition, const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{
      .name = "where",
      .infer =
          [](const char* name, const NoAttrs&, Operands in) {
            detail::check_same_dtype(name, in[1], in[2]);
            const Shape values = broadcast_shapes(in[1].shape(), in[2].shape(), name);
            return Spec{broadcast_shapes(in[0].shape(), values, name), in[1].dtype()};
          },
      .run = [](const NoAttrs&, Operands in, Array& out) { kernels::where(in[0], in[1], in[2], out); },
      .uses = {uses::nothing, uses::input(0), uses::input(0)},
      .rule =
          [](const Op<>& op, const Variable& g, std::size_t i) {
            if (i == 0) return Variable();
            const Variable zero = zeros({}, g.dtype());
            return i == 1 ? where(op.input(0), g, zero) : where(op.input(0), zero, g);
          },
      .broadcasts = true};
  if (a.defined() && b.defined() && a.dtype() != b.dtype()) {
    const DType common = promote(a.dtype(), b.dtype());
    return apply(op, condition, astype(a, common), astype(b, common));
  }
  return apply(op, condition, a, b);
}

Variable detail::masked(const Variable& g, const Variable& mask) {
  static constexpr OpDef<> op{
      .name = "masked",
      .infer = infer::broadcast_floating,
      .run = run::binary<Binary::masked>,
      .uses = {uses::input(1), uses::input(0)},
      .rule = [](const Op<>& op, const Variable& gg,
                 std::size_t i) { return i == 0 ? masked(gg, op.input(1)) : masked(op.input(0), gg); },
      .broadcasts = true};
  return apply(op, g, mask);
}

}  // namespace xgrad
