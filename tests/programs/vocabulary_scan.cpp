// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/scan.h and order.h.
#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

Vocabulary scan_words() {
  const Draw along = ranked(1) & axis();
  return {{EXPRESSION(cumsum(x[0], n[0], flag)), along & either()},
          {EXPRESSION(cumprod(x[0], n[0])), along},
          {EXPRESSION(linear_recurrence(x[0], x[1], n[0], flag)), along & alike() & either()}};
}

Vocabulary order_words() {
  const Draw along = ranked(1) & axis();
  const Draw some = along & from_shapes([](Draft& draft, const std::vector<Shape>& shapes, Attributes& a) {
                      a.n.push_back(draft.integer(1, shapes[0][normalize_axis(a.n[0], shapes[0].rank(), "")]));
                      return true;
                    });
  return {{EXPRESSION(sort(x[0], n[0], flag).values), along & either(), spread},
          {EXPRESSION(x[0] * astype(argsort(x[0], n[0], flag), x[0].dtype())), along & either(), spread},
          {EXPRESSION(topk(x[0], n[1], n[0], flag).values), some & either(), spread}};
}

}  // namespace xgrad::test
