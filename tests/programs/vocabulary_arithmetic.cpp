// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/arithmetic.h and compare.h.
#include <algorithm>

#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

Vocabulary arithmetic_words() {
  const Draw pair = any() & broadcasting();
  return {{EXPRESSION(add(x[0], x[1])), pair},
          {EXPRESSION(sub(x[0], x[1])), pair},
          {EXPRESSION(mul(x[0], x[1])), pair},
          {EXPRESSION(div(x[0], square(x[1]) + 0.5)), pair},
          {EXPRESSION(neg(x[0])), any()},
          {EXPRESSION(affine(x[0], c[0], c[1])), any() & constant(-1.5, 1.5) & constant(-1.0, 1.0)},
          {EXPRESSION(pow(square(x[0]) + 0.5, x[1])), pair},
          {EXPRESSION(pow(square(x[0]) + 0.5, c[0])), any() & constant(-2.0, 2.0)},
          {EXPRESSION(pow(x[0], 3.0)), any()},
          {EXPRESSION(reciprocal(square(x[0]) + 0.5)), any()},
          {EXPRESSION(maximum(x[0], x[1])), pair, from_each_other},
          {EXPRESSION(minimum(x[0], x[1])), pair, from_each_other}};
}

Vocabulary compare_words() {
  const Draw choice = any() & broadcasting() & broadcasting() & broadcasting();
  const Clearance of_signs = [](const Variables& x, const Attributes& a) {
    return std::min(from_zero({x[0]}, a), from_zero({x[1]}, a));
  };
  return {{EXPRESSION(where(equal(sign(x[0]), sign(x[1])), x[2], x[3])), choice, of_signs},
          {EXPRESSION(where(not_equal(sign(x[0]), sign(x[1])), x[2], x[3])), choice, of_signs},
          {EXPRESSION(where(less(x[0], x[1]), x[2], x[3])), choice, from_each_other},
          {EXPRESSION(where(less_equal(x[0], x[1]), x[2], x[3])), choice, from_each_other},
          {EXPRESSION(where(greater(x[0], x[1]), x[2], x[3])), choice, from_each_other},
          {EXPRESSION(where(greater_equal(x[0], x[1]), x[2], x[3])), choice, from_each_other}};
}

}  // namespace xgrad::test
