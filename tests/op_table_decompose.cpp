// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/decompose.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

constexpr auto smooth = Smoothness::smooth;

Variable sampled(const Shape& shape, std::uint64_t seed = 1) { return uniform_in(shape, -1.0, 1.0, seed); }

/// x plus a multiple of the identity that makes x in [-1, 1) well conditioned.
Variable regular(const Variable& x) {
  const std::int64_t n = x.size(-1);
  return x + diag_embed(full({n}, static_cast<double>(n) + 1.0, x.dtype()));
}

/// Symmetric and positive definite.
Variable positive(const Variable& x) { return regular(matmul(x, x, false, true)); }

/// f of well-conditioned matrices.
template <class F>
Sample on(const Shape& shape, F f, Variable (*make)(const Variable&) = regular) {
  return {[f, make](const Variables& x) { return f(make(x[0])); }, {sampled(shape)}};
}

Variable matrices(const std::vector<double>& values, const Shape& shape) { return tensor(values, shape); }

ErrorCase refuses_rectangles(const std::string& name, const std::function<Variable(const Variable&)>& f) {
  return throws<ShapeError>(
      [f] {
        f(ones({2, 2, 3}));
      },
      "[" + name + "] takes square matrices (..., n, n), got (2, 2, 3)");
}
ErrorCase refuses_integers(const std::string& name, const std::function<Variable(const Variable&)>& f) {
  return throws<DTypeError>(
      [f] {
        f(ones({2, 2}, DType::int64));
      },
      "[" + name + "] takes float32 or float64, got int64");
}

using Solver = std::function<Variable(const Variable& a, const Variable& b)>;

std::vector<Sample> systems(const Solver& f) {
  const auto sample = [&](const Shape& a, const Shape& b) {
    return Sample([f](const Variables& x) { return f(regular(x[0]), x[1]); }, {sampled(a), sampled(b, 2)});
  };
  return {sample({3, 3}, {3, 2}),          sample({3, 3}, {3}),       sample({1, 1}, {1, 1}),
          sample({2, 3, 3}, {2, 3, 1}),    sample({2, 2, 2}, {2, 3}), sample({2, 2}, {3, 2, 2}),
          sample({2, 1, 2, 2}, {3, 2, 1}), sample({2, 3, 3}, {3}),    sample({0, 0}, {0, 2}),
          sample({0, 2, 2}, {0, 2, 1}),    sample({2, 2}, {2, 0})};
}

std::vector<ErrorCase> refused_systems(const std::string& name, const Solver& f) {
  return {throws<ShapeError>(
              [f] {
                f(ones({2, 2, 3}), ones({2}));
              },
              "[" + name + "] takes square matrices (..., n, n), got (2, 2, 3)"),
          throws<ShapeError>(
              [f] {
                f(ones({3, 3}), ones({2, 3}));
              },
              "[" + name + "] right sides (2, 3) do not fit matrices (3, 3)"),
          throws<ShapeError>(
              [f] {
                f(ones({2, 3, 3}), ones({4, 3, 1}));
              },
              "[" + name + "] shapes do not broadcast: (2,) and (4,)"),
          throws<DTypeError>(
              [f] {
                f(ones({2, 2}), ones({2}, DType::float64));
              },
              "[" + name + "] dtypes differ"),
          throws<DTypeError>(
              [f] {
                f(ones({2, 2}, DType::int64), ones({2}, DType::int64));
              },
              "[" + name + "] takes float32 or float64")};
}

OpRow row_of_solve() {
  OpRow row{"solve", smooth, systems(solve), refused_systems("solve", solve)};
  row.errors.push_back(throws<ValueError>(
      [] {
        solve(matrices({1, 2, 2, 4}, {2, 2}), ones({2}, DType::float64));
      },
      "[solve] the matrix is singular: pivot 2 of its elimination is zero"));
  row.errors.push_back(throws<ValueError>(
      [] {
        solve(matrices({1, 0, 0, 1, 0, 0, 0, 1}, {2, 1, 2, 2}), ones({2}, DType::float64));
      },
      "[solve] matrix [1, 0] of the batch (2, 1) is singular: pivot 1"));
  return row;
}

OpRow row_of_solve_triangular() {
  OpRow row{"solve_triangular", smooth, {}, {}};
  for (const bool upper : {false, true}) {
    for (const bool transpose : {false, true}) {
      const auto f = [=](const Variable& a, const Variable& b) { return solve_triangular(a, b, upper, transpose); };
      for (const Sample& s : systems(f)) row.samples.push_back(s);
      row.errors = refused_systems("solve_triangular", f);
    }
  }
  row.errors.push_back(throws<ValueError>(
      [] {
        solve_triangular(matrices({1, 2, 2, 4, 1, 2, 3, 0}, {2, 2, 2}), ones({2}, DType::float64), true);
      },
      "[solve_triangular] matrix [1] of the batch (2,) is singular: element 2 of its diagonal is zero"));
  return row;
}

OpRow row_of_inverse() {
  return {"inverse",
          smooth,
          {on({3, 3}, inverse), on({1, 1}, inverse), on({2, 3, 3}, inverse), on({2, 1, 2, 2}, inverse),
           on({0, 0}, inverse), on({0, 2, 2}, inverse)},
          {refuses_rectangles("inverse", inverse), refuses_integers("inverse", inverse),
           throws<ValueError>(
               [] {
                 inverse(matrices({2, 0, 0, 1, 1, 1, 1, 1}, {2, 2, 2}));
               },
               "[inverse] matrix [1] of the batch (2,) is singular: pivot 2 of its elimination is zero")}};
}

OpRow row_of_cholesky() {
  return {"cholesky",
          smooth,
          {on({3, 3}, cholesky, positive), on({1, 1}, cholesky, positive), on({2, 3, 3}, cholesky, positive),
           on({2, 1, 2, 2}, cholesky, positive), on({0, 0}, cholesky, positive), on({0, 2, 2}, cholesky, positive)},
          {refuses_rectangles("cholesky", cholesky), refuses_integers("cholesky", cholesky),
           throws<ValueError>(
               [] {
                 cholesky(matrices({2, 0, 0, 1, 1, 2, 2, 1}, {2, 2, 2}));
               },
               "[cholesky] matrix [1] of the batch (2,) is not positive definite: leading minor 2 is not positive"),
           throws<ValueError>(
               [] {
                 cholesky(matrices({-1}, {1, 1}));
               },
               "[cholesky] the matrix is not positive definite: leading minor 1")}};
}

OpRow row_of_slogdet() {
  const auto f = [](const Variable& a) {
    const auto [sign, logabsdet] = slogdet(a);
    return Variables{sign, logabsdet};
  };
  const auto negated = [f](const Variable& a) { return f(-a); };
  const auto log = [](const Variable& a) { return slogdet(a).logabsdet; };
  return {"slogdet",
          smooth,
          {on({3, 3}, f), on({3, 3}, negated), on({1, 1}, f), on({2, 3, 3}, f), on({2, 1, 2, 2}, f), on({0, 0}, f),
           on({0, 2, 2}, f)},
          {refuses_rectangles("slogdet", log), refuses_integers("slogdet", log)}};
}

OpRow row_of_logdet() {
  return {
      "logdet",
      smooth,
      {on({3, 3}, logdet), on({1, 1}, logdet), on({2, 3, 3}, logdet), on({2, 1, 2, 2}, logdet), on({0, 0}, logdet),
       on({0, 2, 2}, logdet)},
      {refuses_rectangles("logdet", logdet), refuses_integers("logdet", logdet),
       throws<ValueError>(
           [] {
             logdet(matrices({2, 0, 0, 1, 0, 1, 1, 0}, {2, 2, 2}));
           },
           "[logdet] matrix [1] of the batch (2,) has a determinant of sign -1, which has no logarithm; use slogdet"),
       throws<ValueError>(
           [] {
             logdet(matrices({1, 1, 1, 1}, {2, 2}));
           },
           "[logdet] the matrix has a determinant of sign 0")}};
}

}  // namespace

OpRows decompose_rows() {
  return {row_of_solve(),    row_of_solve_triangular(), row_of_inverse(),
          row_of_cholesky(), row_of_slogdet(),          row_of_logdet()};
}

}  // namespace xgrad::test
