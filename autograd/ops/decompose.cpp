// SPDX-License-Identifier: BSD-3-Clause
// Linear systems and factorisations; every rule is written in the family itself, so that all orders follow.
#include <xgrad/autograd/ops/decompose.h>

#include <xgrad/autograd/kernels/lapack.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/linalg.h>

namespace xgrad {

namespace {

void check_square(const char* name, const Array& a) {
  detail::check_floating(name, a);
  const Shape& s = a.shape();
  if (s.rank() < 2 || s[s.rank() - 2] != s.back()) {
    throw ShapeError("[" + std::string(name) + "] takes square matrices (..., n, n), got " + to_string(s));
  }
}

Spec infer_square(const char* name, const NoAttrs&, Operands in) {
  check_square(name, in[0]);
  return {in[0].shape(), in[0].dtype()};
}

/// X of A X = B.
Spec infer_solution(const char* name, Operands in) {
  check_square(name, in[0]);
  detail::check_same_dtype(name, in[0], in[1]);
  const Shape &a = in[0].shape(), &b = in[1].shape();
  if (b.rank() < 2 || b[b.rank() - 2] != a.back()) {
    throw ShapeError("[" + std::string(name) + "] right sides " + to_string(b) + " do not fit matrices " +
                     to_string(a) + "; they must be (n) or (..., n, k)");
  }
  Shape out = broadcast_shapes(Shape(a.begin(), a.rank() - 2), Shape(b.begin(), b.rank() - 2), name);
  out.push_back(b[b.rank() - 2]);
  out.push_back(b.back());
  return {out, in[0].dtype()};
}

/// f on the columns of b, which may be one vector.
template <class F>
Variable on_columns(const Variable& b, const F& f) {
  return b.rank() == 1 ? squeeze(f(unsqueeze(b, 1)), {-1}) : f(b);
}

struct SolveAttrs {
  bool transpose;
};

Variable solve_columns(const Variable& a, const Variable& b, const SolveAttrs& attrs) {
  static constexpr OpDef<SolveAttrs> op{
      .name = "solve",
      .infer = [](const char* name, const SolveAttrs&, Operands in) { return infer_solution(name, in); },
      .run = [](const SolveAttrs& s, Operands in,
                Array& out) { kernels::solve("solve", in[0], s.transpose, in[1], out); },
      .uses = {uses::input(0) | uses::output, uses::input(0)},
      .rule =
          [](const Op<SolveAttrs>& op, const Variable& g, std::size_t i) {
            // op(A) X = B: dB = op(A)^-T g and d op(A) = -dB X^T.
            const bool transpose = op.attrs().transpose;
            const Variable gb = solve_columns(op.input(0), g, {!transpose});
            if (i == 1) return gb;
            return -(transpose ? matmul(op.output(), gb, false, true) : matmul(gb, op.output(), false, true));
          },
      .broadcasts = true};
  return apply(op, attrs, a, b);
}

struct TriangularAttrs {
  bool upper, transpose;
};

}  // namespace

Variable solve(const Variable& a, const Variable& b) {
  return on_columns(b, [&](const Variable& columns) { return solve_columns(a, columns, {false}); });
}

Variable solve_triangular(const Variable& a, const Variable& b, bool upper, bool transpose) {
  static constexpr OpDef<TriangularAttrs> op{
      .name = "solve_triangular",
      .infer = [](const char* name, const TriangularAttrs&, Operands in) { return infer_solution(name, in); },
      .run = [](const TriangularAttrs& t, Operands in,
                Array& out) { kernels::solve_triangular("solve_triangular", in[0], t.upper, t.transpose, in[1], out); },
      .uses = {uses::input(0) | uses::output, uses::input(0)},
      .rule =
          [](const Op<TriangularAttrs>& op, const Variable& g, std::size_t i) {
            // As for solve; of the matrix's gradient, the triangle that was read.
            const auto [upper, transpose] = op.attrs();
            const Variable gb = solve_triangular(op.input(0), g, upper, !transpose);
            if (i == 1) return gb;
            const Variable ga = transpose ? matmul(op.output(), gb, false, true) : matmul(gb, op.output(), false, true);
            return -(upper ? triu(ga) : tril(ga));
          },
      .broadcasts = true};
  return on_columns(b, [&](const Variable& columns) {
    return apply(op, TriangularAttrs{upper, transpose}, a, columns);
  });
}

Variable inverse(const Variable& a) {
  static constexpr OpDef<> op{
      .name = "inverse",
      .infer = infer_square,
      .run = [](const NoAttrs&, Operands in, Array& out) { kernels::inverse("inverse", in[0], out); },
      .uses = {uses::output},
      .rule =
          [](const Op<>& op, const Variable& g, std::size_t) {
            const Variable x = op.output();
            return -matmul(matmul(x, g, true, false), x, false, true);  // -X^T g X^T
          }};
  return apply(op, a);
}

Variable cholesky(const Variable& a) {
  static constexpr OpDef<> op{
      .name = "cholesky",
      .infer = infer_square,
      .run = [](const NoAttrs&, Operands in, Array& out) { kernels::cholesky("cholesky", in[0], out); },
      .uses = {uses::output},
      .rule =
          [](const Op<>& op, const Variable& g, std::size_t) {
            // L^-T S L^-1, where S is symmetric and has half the lower triangle of L^T g.
            const Variable l = op.output();
            const Variable p = matmul(l, g, true, false);
            const Variable s = (tril(p) + transpose(tril(p, -1))) * 0.5;
            return solve_triangular(l, transpose(solve_triangular(l, s, false, true)), false, true);
          }};
  return apply(op, a);
}

namespace {

/// (2, ...): the signs, which are constant, and log |det A|.
Variable signs_and_logs(const Variable& a) {
  static constexpr OpDef<> op{.name = "slogdet",
                              .infer =
                                  [](const char*, const NoAttrs&, Operands in) {
                                    Shape out(in[0].shape().begin(), in[0].rank() - 2);
                                    out.insert(0, 2);
                                    return Spec{out, in[0].dtype()};
                                  },
                              .run = [](const NoAttrs&, Operands in, Array& out) { kernels::slogdet(in[0], out); },
                              .uses = {uses::input(0)},
                              .rule =
                                  [](const Op<>& op, const Variable& g, std::size_t) {
                                    const Variable of_log = unsqueeze(unsqueeze(select(g, 0, 1), -1), -1);
                                    return of_log * transpose(inverse(op.input(0)));
                                  }};
  return apply(op, a);
}

SignAndLogDet split_determinant(const char* name, const Variable& a) {
  check_square(name, a.array());
  const Variable both = signs_and_logs(a);
  return {select(both, 0, 0).detach(), select(both, 0, 1)};
}

}  // namespace

SignAndLogDet slogdet(const Variable& a) { return split_determinant("slogdet", a); }

Variable logdet(const Variable& a) {
  const auto [sign, logabsdet] = split_determinant("logdet", a);
  const Variable* const reads[] = {&sign};
  detail::perform("check determinant", reads, {}, [shape = a.shape()](detail::Reads in) {
    for (std::int64_t i = 0; const double s : in[0]->array().to_vector<double>()) {
      if (!(s > 0)) {
        throw ValueError("[logdet] " + kernels::name_of_matrix(shape, i) + " has a determinant of sign " +
                         (s < 0    ? "-1"
                          : s == 0 ? "0"
                                   : "NaN") +
                         ", which has no logarithm; use slogdet");
      }
      ++i;
    }
  });
  return logabsdet;
}

}  // namespace xgrad
