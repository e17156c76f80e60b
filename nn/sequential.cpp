// SPDX-License-Identifier: BSD-3-Clause
// Sequential: a fold over its modules.
#include <xgrad/autograd/error.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::nn {

Module& Sequential::operator[](std::size_t i) const {
  if (i >= size()) {
    throw ValueError("[Sequential] module " + std::to_string(i) + " of " + std::to_string(size()) + " does not exist");
  }
  return *children()[i].second;
}

Variable Sequential::forward(const Variable& x) {
  Variable y = x;
  for (const auto& [name, module] : children()) y = (*module)(y);
  return y;
}

}  // namespace xgrad::nn
