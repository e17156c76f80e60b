// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/reduce.h.
#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

Vocabulary reduce_words() {
  const Draw reduction = any() & some_axes() & either();
  const Draw dispersion = reduction & from_shapes([](Draft& draft, const std::vector<Shape>& shapes, Attributes& a) {
                            std::int64_t count = a.axes.empty() ? shapes[0].numel() : 1;
                            for (const std::int64_t i : a.axes)
                              count *= shapes[0][normalize_axis(i, shapes[0].rank(), "")];
                            a.c.push_back(count > 1 && draft.chance(0.7) ? 1.0 : 0.0);
                            return true;
                          });
  const Draw smaller = any() & from_shapes([](Draft& draft, const std::vector<Shape>& shapes, Attributes& a) {
                         a.extents = shapes[0];
                         while (a.extents.rank() > 0 && draft.chance(0.3)) a.extents.erase(0);
                         for (std::size_t i = 0; i < a.extents.rank(); ++i) {
                           if (draft.chance(0.4)) a.extents[i] = 1;
                         }
                         return true;
                       });
  const Clearance length = [](const Variables& x, const Attributes& a) { return from_zero({norm(x[0], a.axes)}, a); };
  const Clearance deviation = [](const Variables& x, const Attributes& a) {
    return from_zero({stddev(x[0], a.axes, false, 0)}, a);
  };
  return {{EXPRESSION(sum(x[0], axes, flag)), reduction},
          {EXPRESSION(mean(x[0], axes, flag)), reduction},
          {EXPRESSION(var(x[0], axes, flag, c[0])), dispersion},
          {EXPRESSION(stddev(x[0], axes, flag, c[0])), dispersion, deviation},
          {EXPRESSION(prod(x[0], axes, flag)), reduction},
          {EXPRESSION(max(x[0], axes, flag)), reduction, spread},
          {EXPRESSION(min(x[0], axes, flag)), reduction, spread},
          {EXPRESSION(logsumexp(x[0], axes, flag)), reduction},
          {EXPRESSION(softmax(x[0], n[0])), any() & axis()},
          {EXPRESSION(log_softmax(x[0], n[0])), any() & axis()},
          {EXPRESSION(norm(x[0], axes, flag)), reduction, length},
          {EXPRESSION(norm(x[0], axes, flag, 0.01)), reduction},
          {EXPRESSION(one_hot(argmax(x[0]), x[0].size(-1), x[0].dtype()) * x[0]), ranked(2, 2), spread},
          {EXPRESSION(sum_to(x[0], extents)), smaller}};
}

}  // namespace xgrad::test
