// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/scan.h and order.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

constexpr auto smooth = Smoothness::smooth;

Variable sampled(const Shape& shape, std::uint64_t seed = 1) { return uniform_in(shape, -2.0, 2.0, seed); }

template <class F>
Sample on(const Variable& x, F f) {
  return {[f](const Variables& in) { return f(in[0]); }, {x}};
}

OpRow row_of_cumsum() {
  const auto along = [](const Shape& shape, std::int64_t axis, bool reverse = false) {
    return on(sampled(shape), [=](const Variable& x) { return cumsum(x, axis, reverse); });
  };
  return {"cumsum",
          smooth,
          {along({5}, 0), along({5}, 0, true), along({3, 4}, 0), along({3, 4}, -1, true), along({2, 3, 4}, 1),
           along({0}, 0), along({0, 3}, 1), along({3, 0}, 1), along({1}, 0), along({2, 70}, 0),
           along({2, 1, 3, 1, 2, 2}, 2, true)},
          {throws<ShapeError>([] { cumsum(ones({2}), 1); }, "[cumsum] axis 1 is out of range for 1 axes")}};
}

OpRow row_of_cumprod() {
  const auto along = [](const Shape& shape, std::int64_t axis) {
    return on(sampled(shape), [=](const Variable& x) { return cumprod(x, axis); });
  };
  OpRow row{"cumprod",
            smooth,
            {along({5}, 0), along({3, 4}, 0), along({3, 4}, -1), along({2, 3, 4}, 1), along({0}, 0), along({0, 3}, 1),
             along({1}, 0), along({2, 1, 3, 1, 2, 2}, 2)},
            {throws<ShapeError>([] { cumprod(ones({2}), 1); }, "[cumprod] axis 1 is out of range for 1 axes")}};
  for (const std::vector<double>& values : {std::vector<double>{2, 0, -1.5, 1}, {0, 3, 0, 2}, {0, 0, 0, 0}}) {
    row.samples.push_back(
        on(Variable(Array::from(values, {4}), true), [](const Variable& x) { return cumprod(x, 0); }));
  }
  return row;
}

OpRow row_of_linear_recurrence() {
  const auto along = [](const Shape& shape, std::int64_t axis, bool reverse = false) {
    return Sample([=](const Variables& x) { return linear_recurrence(x[0], x[1], axis, reverse); },
                  {sampled(shape), sampled(shape, 2)});
  };
  return {"linear_recurrence",
          smooth,
          {along({5}, 0), along({5}, 0, true), along({3, 4}, 0, true), along({3, 4}, -1), along({2, 3, 4}, 1),
           along({0}, 0), along({0, 3}, 1), along({3, 0}, 1), along({1}, 0), along({2, 70}, 0),
           along({2, 1, 3, 1, 2, 2}, 2, true)},
          {throws<ShapeError>(
               [] {
                 linear_recurrence(ones({2, 3}), ones({3}), 0);
               },
               "[linear_recurrence] factors (2, 3) and terms (3,) must have one shape"),
           throws<DTypeError>([] { linear_recurrence(ones({2}), ones({2}, DType::float64), 0); },
                              "[linear_recurrence] dtypes differ"),
           throws<ShapeError>([] { linear_recurrence(ones({2}), ones({2}), 1); },
                              "[linear_recurrence] axis 1 is out of range for 1 axes")}};
}

Variable distinct(const Shape& shape) { return grid(shape, 0.125); }

OpRow row_of_sort() {
  const auto along = [](const Shape& shape, std::int64_t axis, bool descending = false) {
    return on(distinct(shape), [=](const Variable& x) {
      const auto [values, indices] = sort(x, axis, descending);
      return Variables{values, indices};
    });
  };
  return {"sort",
          Smoothness::piecewise,
          {along({5}, 0), along({5}, 0, true), along({3, 4}, -1), along({3, 4}, 0, true), along({2, 3, 4}, 1),
           along({0}, 0), along({0, 3}, 1), along({3, 0}, 1), along({1}, 0), along({2, 1, 3, 1, 2, 2}, 2)},
          {throws<ShapeError>([] { sort(ones({2}), 1); }, "[sort] axis 1 is out of range for 1 axes"),
           throws<ShapeError>([] { sort(ones({})); }, "[sort] axis -1 is out of range for 0 axes")}};
}

OpRow row_of_argsort() {
  const auto along = [](const Shape& shape, std::int64_t axis, bool descending = false) {
    return on(distinct(shape), [=](const Variable& x) { return argsort(x, axis, descending); });
  };
  return {"argsort",
          Smoothness::constant,
          {along({5}, 0), along({5}, 0, true), along({3, 4}, -1), along({3, 4}, 0, true), along({0, 3}, 1),
           along({1}, 0), along({2, 1, 3, 1, 2, 2}, 2)},
          {throws<ShapeError>([] { argsort(ones({2}), 1); }, "[argsort] axis 1 is out of range for 1 axes")}};
}

OpRow row_of_topk() {
  const auto of = [](const Shape& shape, std::int64_t k, std::int64_t axis, bool largest = true) {
    return on(distinct(shape), [=](const Variable& x) {
      const auto [values, indices] = topk(x, k, axis, largest);
      return Variables{values, indices};
    });
  };
  return {"topk",
          Smoothness::piecewise,
          {of({5}, 3, 0), of({5}, 1, 0, false), of({3, 4}, 4, -1), of({3, 4}, 2, 0), of({2, 3, 4}, 2, 1, false),
           of({5}, 0, 0), of({0, 3}, 2, 1), of({1}, 1, 0), of({2, 1, 3, 1, 2, 2}, 2, 2)},
          {throws<ValueError>(
               [] {
                 topk(ones({2, 3}), 4);
               },
               "[topk] k = 4 is not between 0 and the 3 elements of axis -1 of (2, 3)"),
           throws<ValueError>([] { topk(ones({2}), -1); }, "[topk] k = -1 is not between 0 and"),
           throws<ShapeError>([] { topk(ones({2}), 1, 1); }, "[topk] axis 1 is out of range for 1 axes")}};
}

}  // namespace

OpRows scan_rows() { return {row_of_cumsum(), row_of_cumprod(), row_of_linear_recurrence()}; }

OpRows order_rows() { return {row_of_sort(), row_of_argsort(), row_of_topk()}; }

}  // namespace xgrad::test
