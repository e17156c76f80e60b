// SPDX-License-Identifier: BSD-3-Clause
// Sorting: the order is a constant, and the values are gathered by it, whose rule is gather's.
#include <xgrad/autograd/ops/order.h>

#include <xgrad/autograd/kernels/order.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/index.h>

namespace xgrad {

namespace {

struct OrderAttrs {
  std::size_t axis;
  std::int64_t count;
  bool descending;
};

/// Where the first `count` elements of the order stand.
Variable order_of(const Variable& x, const OrderAttrs& attrs) {
  static constexpr OpDef<OrderAttrs> op{
      .name = "argsort",
      .infer =
          [](const char*, const OrderAttrs& a, Operands in) {
            Shape out = in[0].shape();
            out[a.axis] = a.count;
            return Spec{out, DType::int64};
          },
      .run = [](const OrderAttrs& a, Operands in, Array& out) { kernels::argsort(in[0], a.axis, a.descending, out); }};
  return apply(op, attrs, x);
}

ValuesAndIndices taken(const Variable& x, const OrderAttrs& attrs) {
  const Variable indices = order_of(x, attrs);
  return {gather(x, static_cast<std::int64_t>(attrs.axis), indices), indices};
}

}  // namespace

ValuesAndIndices sort(const Variable& x, std::int64_t axis, bool descending) {
  const std::size_t k = normalize_axis(axis, x.rank(), "sort");
  return taken(x, {k, x.shape()[k], descending});
}

Variable argsort(const Variable& x, std::int64_t axis, bool descending) {
  const std::size_t k = normalize_axis(axis, x.rank(), "argsort");
  return order_of(x, {k, x.shape()[k], descending});
}

ValuesAndIndices topk(const Variable& x, std::int64_t k, std::int64_t axis, bool largest) {
  const std::size_t along = normalize_axis(axis, x.rank(), "topk");
  if (k < 0 || k > x.shape()[along]) {
    throw ValueError("[topk] k = " + std::to_string(k) + " is not between 0 and the " +
                     std::to_string(x.shape()[along]) + " elements of axis " + std::to_string(axis) + " of " +
                     to_string(x.shape()));
  }
  return taken(x, {along, k, largest});
}

}  // namespace xgrad
