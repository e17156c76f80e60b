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
          {EXPRESSION(linear(x[0], x[1], x[2])), weighted & bias}};
}

}  // namespace xgrad::test
