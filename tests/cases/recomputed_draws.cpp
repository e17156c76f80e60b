// SPDX-License-Identifier: BSD-3-Clause
// A recomputed function draws again what it drew, from whichever generator: the gradient of sum(x mask) is the mask.
#include <xgrad/nn/nn.h>

#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("recomputed_draws", [] {
  manual_seed(3);
  const Variable x(Array::full({1000}, 1.0), true);
  const auto mismatches = [&](const std::function<Variable(const Variable&)>& f) {
    const Variable y = checkpoint(f, x);
    return sum(not_equal(grad(sum(y), x), y.detach())).item();
  };
  nn::Dropout dropout(0.5);
  Generator own(7);
  std::cout << "default generator: " << mismatches([](const Variable& v) { return v * bernoulli({1000}, 0.5); })
            << " differ\n";
  std::cout << "nn::Dropout: " << mismatches([&](const Variable& v) { return dropout(v); }) << " differ\n";
  std::cout << "own generator: " << mismatches([&](const Variable& v) {
    return v * bernoulli({1000}, 0.5, DType::float32, own);
  }) << " differ\n";
});

}  // namespace
