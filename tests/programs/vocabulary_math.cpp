// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/math.h.
#include <algorithm>

#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

Vocabulary math_words() {
  const Clearance from_bounds = [](const Variables& x, const Attributes& a) {
    return std::min(from_zero({x[0] - a.c[0]}, a), from_zero({x[0] - a.c[1]}, a));
  };
  return {{EXPRESSION(square(x[0])), any()},
          {EXPRESSION(exp(x[0])), any()},
          {EXPRESSION(log(square(x[0]) + 0.5)), any()},
          {EXPRESSION(log1p(square(x[0]))), any()},
          {EXPRESSION(expm1(x[0])), any()},
          {EXPRESSION(sqrt(square(x[0]) + 0.5)), any()},
          {EXPRESSION(rsqrt(square(x[0]) + 0.5)), any()},
          {EXPRESSION(sin(x[0])), any()},
          {EXPRESSION(cos(x[0])), any()},
          {EXPRESSION(erf(x[0])), any()},
          {EXPRESSION(abs(x[0])), any(), from_zero},
          {EXPRESSION(sign(x[0]) * x[1]), any() & broadcasting(), from_zero},
          {EXPRESSION(tanh(x[0])), any()},
          {EXPRESSION(sigmoid(x[0])), any()},
          {EXPRESSION(softplus(x[0])), any()},
          {EXPRESSION(relu(x[0])), any(), from_zero},
          {EXPRESSION(leaky_relu(x[0], c[0])), any() & constant(0.01, 0.9), from_zero},
          {EXPRESSION(elu(x[0], c[0])), any() & constant(0.1, 1.5), from_zero},
          {EXPRESSION(gelu(x[0])), any()},
          {EXPRESSION(silu(x[0])), any()},
          {EXPRESSION(clamp(x[0], c[0], c[1])), any() & constant(-1.0, -0.1) & constant(0.1, 1.0), from_bounds}};
}

}  // namespace xgrad::test
