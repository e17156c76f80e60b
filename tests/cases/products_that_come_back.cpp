// SPDX-License-Identifier: BSD-3-Clause
// Partial products that leave float32's range though the product does not.
#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("products_that_come_back", [] {
  std::vector<float> v(280, 2.0f);
  for (std::size_t i = 0; i < 140; ++i) v[i] = 0.5f;
  const Variable x = tensor<float>(v, {280}, true);
  const Variable y = prod(x);
  std::cout << y.item() << " " << select(grad(y, x), 0, 0).item() << "\n";
});

}  // namespace
