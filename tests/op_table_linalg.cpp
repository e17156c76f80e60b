// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/linalg.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

constexpr auto smooth = Smoothness::smooth;

Variable sampled(const Shape& shape, std::uint64_t seed = 1) { return uniform_in(shape, -2.0, 2.0, seed); }

/// f with its attributes, on values of one shape.
template <class F>
Sample on(const Shape& shape, F f) {
  return {[f](const Variables& x) { return f(x[0]); }, {sampled(shape)}};
}

OpRow row_of_matmul() {
  const auto sample = [](const Shape& a, const Shape& b, bool ta = false, bool tb = false) {
    return Sample([=](const Variables& x) { return matmul(x[0], x[1], ta, tb); },
                  {uniform_in(a, -2.0, 2.0, 1), uniform_in(b, -2.0, 2.0, 2)});
  };
  return {"matmul",
          smooth,
          {sample({2, 3}, {3, 4}), sample({3, 2}, {3, 4}, true), sample({2, 3}, {4, 3}, false, true),
           sample({3, 2}, {4, 3}, true, true), sample({1, 1}, {1, 1}), sample({0, 3}, {3, 2}), sample({2, 0}, {0, 3}),
           sample({2, 3, 4}, {4, 2}), sample({2, 4, 3}, {4, 2}, true), sample({2, 3, 4}, {5, 4}, false, true),
           sample({3, 4}, {2, 4, 2}), sample({2, 1, 2, 3}, {3, 2, 3}, false, true),
           sample({2, 3, 2}, {2, 4, 3}, true, true), sample({0, 2, 3}, {0, 3, 2}),
           sample({1, 2, 1, 1, 2, 2}, {2, 1, 2, 2}, true)},
          {throws<ShapeError>(
               [] {
                 matmul(ones({64, 784}), ones({785, 256}));
               },
               "[matmul] inner dimensions differ: (64, 784) x (785, 256)"),
           throws<ShapeError>(
               [] {
                 matmul(ones({3}), ones({3, 2}));
               },
               "[matmul] operands need at least two axes"),
           throws<ShapeError>(
               [] {
                 matmul(ones({2, 3, 4}), ones({3, 4, 2}));
               },
               "[matmul] shapes do not broadcast"),
           throws<DTypeError>(
               [] {
                 matmul(ones({2, 2}), ones({2, 2}, DType::float64));
               },
               "[matmul] dtypes differ"),
           throws<GraphError>(
               [] {
                 matmul(ones({2, 2}), Variable());
               },
               "[matmul] input 1 is undefined")}};
}

OpRow row_of_linear() {
  const auto sample = [](const Shape& x, const Shape& w, bool biased) {
    Variables in = {uniform_in(x, -2.0, 2.0, 1), uniform_in(w, -2.0, 2.0, 2)};
    if (biased) in.push_back(uniform_in({w[0]}, -2.0, 2.0, 3));
    return Sample([](const Variables& v) { return v.size() == 3 ? linear(v[0], v[1], v[2]) : linear(v[0], v[1]); }, in);
  };
  return {"linear",
          smooth,
          {sample({2, 3}, {4, 3}, true), sample({2, 3}, {4, 3}, false), sample({3}, {4, 3}, true),
           sample({3}, {4, 3}, false), sample({2, 2, 3}, {2, 3}, true), sample({0, 3}, {2, 3}, true),
           sample({2, 0}, {3, 0}, true), sample({1, 2, 1, 2, 1, 3}, {2, 3}, true)},
          {throws<ShapeError>(
               [] {
                 linear(ones({2, 3}), ones({4, 5}), ones({4}));
               },
               "[linear] input (2, 3) does not fit weight (4, 5)"),
           throws<ShapeError>(
               [] {
                 linear(ones({2, 3}), ones({4, 3}), ones({5}));
               },
               "[linear] bias (5,) does not fit weight (4, 3)"),
           throws<ShapeError>(
               [] {
                 linear(ones({}), ones({4, 3}));
               },
               "[linear] the input needs at least one axis"),
           throws<DTypeError>(
               [] {
                 linear(ones({2, 3}), ones({4, 3}, DType::float64), ones({4}));
               },
               "[linear] dtypes differ")}};
}

OpRow row_of_dot() {
  const auto sample = [](std::int64_t n) {
    return Sample([](const Variables& x) { return dot(x[0], x[1]); }, {sampled({n}), sampled({n}, 2)});
  };
  return {"dot",
          smooth,
          {sample(0), sample(1), sample(2), sample(3), sample(7), sample(17)},
          {throws<ShapeError>([] { dot(ones({3}), ones({2})); }, "[dot] lengths differ: (3,) and (2,)"),
           throws<ShapeError>(
               [] {
                 dot(ones({3, 1}), ones({3}));
               },
               "[dot] takes two vectors, got (3, 1) and (3,)"),
           throws<DTypeError>([] { dot(ones({2}), ones({2}, DType::float64)); }, "[dot] dtypes differ"),
           throws<DTypeError>([] { dot(integers({1}, {1}), integers({1}, {1})); }, "[dot] takes float32 or float64")}};
}

OpRow row_of_outer() {
  const auto sample = [](std::int64_t m, std::int64_t n) {
    return Sample([](const Variables& x) { return outer(x[0], x[1]); }, {sampled({m}), sampled({n}, 2)});
  };
  return {"outer",
          smooth,
          {sample(3, 4), sample(1, 1), sample(1, 5), sample(5, 1), sample(0, 3), sample(3, 0), sample(7, 3)},
          {throws<ShapeError>(
               [] {
                 outer(ones({3}), ones({2, 2}));
               },
               "[outer] takes two vectors, got (3,) and (2, 2)"),
           throws<DTypeError>([] { outer(ones({2}), ones({2}, DType::float64)); }, "[outer] dtypes differ")}};
}

OpRow row_of_diagonal() {
  const auto of = [](const Shape& shape, std::int64_t offset = 0, std::int64_t a = -2, std::int64_t b = -1) {
    return on(shape, [=](const Variable& x) { return diagonal(x, offset, a, b); });
  };
  return {"diagonal",
          smooth,
          {of({3, 3}), of({3, 4}, 1), of({3, 4}, -2), of({4, 3}, -1), of({3, 4}, 9), of({3, 4}, -9), of({2, 3, 4}),
           of({2, 3, 4}, 1, 0, 2), of({2, 3, 4}, 0, 1, 0), of({0, 3}), of({3, 0, 3}, 1), of({1, 1}),
           of({2, 1, 3, 1, 2, 2}, 0, 2, -1)},
          {throws<ShapeError>([] { diagonal(ones({3})); }, "[diagonal] axis -2 is out of range for 1 axes"),
           throws<ShapeError>(
               [] {
                 diagonal(ones({3, 3}), 0, 1, -1);
               },
               "[diagonal] axes 1 and -1 of (3, 3) are the same")}};
}

OpRow row_of_diag_embed() {
  const auto of = [](const Shape& shape, std::int64_t offset = 0) {
    return on(shape, [=](const Variable& x) { return diag_embed(x, offset); });
  };
  return {"diag_embed",
          smooth,
          {of({3}), of({3}, 2), of({3}, -1), of({2, 3}), of({2, 2, 3}, 1), of({0}), of({0}, 2), of({0, 3}), of({1})},
          {throws<ShapeError>([] { diag_embed(ones({})); }, "[diag_embed] takes vectors (..., n), got ()")}};
}

OpRow row_of_diag() {
  const auto of = [](const Shape& shape, std::int64_t offset = 0) {
    return on(shape, [=](const Variable& x) { return diag(x, offset); });
  };
  return {
      "diag",
      smooth,
      {of({3}), of({3}, 1), of({2}, -2), of({3, 3}), of({3, 4}, 1), of({4, 3}, -2), of({0}), of({0, 3}), of({1, 1})},
      {throws<ShapeError>(
          [] {
            diag(ones({2, 3, 3}));
          },
          "[diag] takes a vector or a matrix, got (2, 3, 3)")}};
}

OpRow row_of_trace() {
  const auto of = [](const Shape& shape) { return on(shape, trace); };
  return {
      "trace",
      smooth,
      {of({3, 3}), of({3, 4}), of({4, 3}), of({2, 3, 3}), of({0, 0}), of({0, 3, 3}), of({1, 1}), of({2, 3, 1, 2, 2})},
      {throws<ShapeError>([] { trace(ones({3})); }, "[trace] takes matrices (..., m, n), got (3,)")}};
}

OpRow triangle_row(const std::string& name, Variable (*f)(const Variable&, std::int64_t)) {
  const auto of = [f](const Shape& shape, std::int64_t offset = 0) {
    return on(shape, [=](const Variable& x) { return f(x, offset); });
  };
  return {name,
          smooth,
          {of({3, 3}), of({3, 4}, 1), of({4, 3}, -1), of({3, 4}, 9), of({3, 4}, -9), of({2, 3, 3}), of({0, 0}),
           of({3, 0}), of({0, 3, 3}), of({1, 1}), of({2, 1, 3, 1, 2, 2}, -1)},
          {throws<ShapeError>([f] { f(ones({3}), 0); }, "[" + name + "] takes matrices (..., m, n), got (3,)")}};
}

}  // namespace

OpRows linalg_rows() {
  return {row_of_matmul(),
          row_of_linear(),
          row_of_dot(),
          row_of_outer(),
          row_of_diagonal(),
          row_of_diag_embed(),
          row_of_diag(),
          row_of_trace(),
          triangle_row("tril", tril),
          triangle_row("triu", triu)};
}

}  // namespace xgrad::test
