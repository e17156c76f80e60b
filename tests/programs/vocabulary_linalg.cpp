// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/linalg.h.
#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

namespace {

/// Two operands for matmul with these flags; the batch axes of the second are equal, dropped or 1.
Draw factors(bool transpose_a, bool transpose_b) {
  return ranked(2, 4) & shaped([=](Draft& draft, const std::vector<Shape>& before) {
           Shape shape = before[0];
           const std::size_t rank = shape.rank();
           const std::int64_t inner = shape[transpose_a ? rank - 2 : rank - 1];
           const std::int64_t outer = draft.integer(1, 4);
           shape[rank - 2] = transpose_b ? outer : inner;
           shape[rank - 1] = transpose_b ? inner : outer;
           while (shape.rank() > 2 && draft.chance(0.4)) shape.erase(0);
           if (shape.rank() > 2 && draft.chance(0.3)) shape[0] = 1;
           return shape;
         });
}

/// n: an offset whose diagonal of the last two axes is not empty.
bool offset(Draft& draft, const std::vector<Shape>& shapes, Attributes& a) {
  const Shape& s = shapes[0];
  a.n.push_back(draft.integer(1 - s[s.rank() - 2], s.back() - 1));
  return true;
}

/// n: two axes.
bool two_axes(Draft& draft, const std::vector<Shape>& shapes, Attributes& a) {
  const auto rank = static_cast<std::int64_t>(shapes[0].rank());
  const std::int64_t first = draft.integer(0, rank - 1), second = draft.integer(0, rank - 2);
  a.n = {first, second + (second >= first ? 1 : 0) - (draft.chance(0.3) ? rank : 0)};
  return true;
}

}  // namespace

Vocabulary linalg_words() {
  const Draw weighted = ranked(1, 4) & shaped([](Draft& draft, const std::vector<Shape>& before) {
                          return Shape{draft.integer(1, 4), before[0].back()};
                        });
  const Draw bias = shaped([](Draft&, const std::vector<Shape>& before) { return Shape{before[1][0]}; });
  return {{EXPRESSION(matmul(x[0], x[1])), factors(false, false)},
          {EXPRESSION(matmul(x[0], x[1], false, true)), factors(false, true)},
          {EXPRESSION(matmul(x[0], x[1], true, false)), factors(true, false)},
          {EXPRESSION(matmul(x[0], x[1], true, true)), factors(true, true)},
          {EXPRESSION(linear(x[0], x[1])), weighted},
          {EXPRESSION(linear(x[0], x[1], x[2])), weighted & bias},
          {EXPRESSION(dot(x[0], x[1])), ranked(1, 1) & alike()},
          {EXPRESSION(outer(x[0], x[1])), ranked(1, 1) & ranked(1, 1)},
          {EXPRESSION(diagonal(x[0], n[0])), ranked(2) & from_shapes(offset)},
          {EXPRESSION(diagonal(x[0], 0, n[0], n[1])), ranked(2) & from_shapes(two_axes)},
          {EXPRESSION(diag_embed(x[0], n[0])), ranked(1, 3) & integer(-1, 1)},
          {EXPRESSION(diag(x[0])), ranked(1, 2)},
          {EXPRESSION(trace(x[0])), ranked(2)},
          {EXPRESSION(tril(x[0], n[0])), ranked(2) & integer(-2, 2)},
          {EXPRESSION(triu(x[0], n[0])), ranked(2) & integer(-2, 2)}};
}

}  // namespace xgrad::test
