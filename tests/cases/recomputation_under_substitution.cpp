// SPDX-License-Identifier: BSD-3-Clause
// A function recomputed after a substitution of its parameters has ended sees them substituted as it first did.
#include <xgrad/autograd/substitution.h>

#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("recomputation_under_substitution", [] {
  const Variable p = tensor<double>({2}, {1}, true), w = tensor<double>({3}, {1}, true),
                 x = tensor<double>({5}, {1}, true);
  Variable y;
  {
    const SubstitutionGuard guard({p}, {w});
    y = checkpoint([&](const Variables& in) -> Variables { return {p * p * in[0]}; }, {x})[0];
  }
  const Variables g = grad(y, {w, x});
  std::cout << g[0].item() << " " << g[1].item() << "\n";
});

}  // namespace
