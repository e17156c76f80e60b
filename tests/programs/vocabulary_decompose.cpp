// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/decompose.h, on matrices made well conditioned, and of einsum.h.
#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

namespace {

/// An operand of one or two batches of square matrices, or of one.
Draw square_matrices() {
  return where_shape([](const Shape& s) { return s.rank() >= 2 && s.rank() <= 4 && s[s.rank() - 2] == s.back(); },
                     [](Draft& draft) {
                       Shape shape = draft.shape_of_rank(static_cast<std::size_t>(draft.integer(1, 2)));
                       shape.push_back(shape.back());
                       return shape;
                     });
}

/// Right sides for the matrices: a vector, or columns whose batch axes are equal, dropped or 1.
Draw right_sides() {
  return shaped([](Draft& draft, const std::vector<Shape>& before) {
    Shape shape = before[0];
    if (draft.chance(0.2)) return Shape{shape.back()};
    shape[shape.rank() - 1] = draft.integer(1, 3);
    while (shape.rank() > 2 && draft.chance(0.4)) shape.erase(0);
    if (shape.rank() > 2 && draft.chance(0.3)) shape[0] = 1;
    return shape;
  });
}

/// A matrix whose rows are as many as that extent of the first operand.
Draw sharing(std::size_t axis) {
  return shaped([=](Draft& draft, const std::vector<Shape>& before) {
    return Shape{before[0][axis], draft.integer(1, 4)};
  });
}

}  // namespace

Vocabulary decompose_words() {
  return {
      {EXPRESSION(solve(tanh(x[0]) + diag(full({x[0].size(-1)}, 5.0, x[0].dtype())), x[1])),
       square_matrices() & right_sides()},
      {EXPRESSION(solve_triangular(tanh(x[0]) + diag(full({x[0].size(-1)}, 3.0, x[0].dtype())), x[1], flag)),
       square_matrices() & right_sides() & either()},
      {EXPRESSION(solve_triangular(tanh(x[0]) + diag(full({x[0].size(-1)}, 3.0, x[0].dtype())), x[1], flag, true)),
       square_matrices() & right_sides() & either()},
      {EXPRESSION(inverse(tanh(x[0]) + diag(full({x[0].size(-1)}, 5.0, x[0].dtype())))), square_matrices()},
      {EXPRESSION(
           cholesky(matmul(tanh(x[0]), tanh(x[0]), false, true) + diag(full({x[0].size(-2)}, 1.0, x[0].dtype())))),
       ranked(2, 4)},
      {EXPRESSION(slogdet(tanh(x[0]) - diag(full({x[0].size(-1)}, 5.0, x[0].dtype()))).logabsdet), square_matrices()},
      {EXPRESSION(logdet(tanh(x[0]) + diag(full({x[0].size(-1)}, 5.0, x[0].dtype())))), square_matrices()}};
}

Vocabulary einsum_words() {
  return {{EXPRESSION(einsum("ij,jk", {x[0], x[1]})), ranked(2, 2) & sharing(1)},
          {EXPRESSION(einsum("ij,ik->kj", {x[0], x[1]})), ranked(2, 2) & sharing(0)},
          {EXPRESSION(einsum("...i,...j->...ji", {x[0], x[1]})), ranked(1, 3) & alike()},
          {EXPRESSION(einsum("i...,i...->...", {x[0], x[1]})), ranked(1, 4) & alike()},
          {EXPRESSION(einsum("...ii,...ii->...i", {x[0], x[0]})), square_matrices()},
          {EXPRESSION(einsum("ab,ac,bd->dc", {x[0], x[1], x[2]})), ranked(2, 2) & sharing(0) & sharing(1)}};
}

}  // namespace xgrad::test
