// SPDX-License-Identifier: BSD-3-Clause
// Flatten and Unflatten.
#include <xgrad/autograd/ops/shape.h>
#include <xgrad/nn/flatten.h>

namespace xgrad::nn {

Variable Flatten::forward(const Variable& x) { return flatten(x, first_, last_); }

std::string Flatten::describe() const {
  return "Flatten(" + std::to_string(first_) + ", " + std::to_string(last_) + ")";
}

Variable Unflatten::forward(const Variable& x) {
  std::vector<std::int64_t> shape = {x.size(0)};
  shape.insert(shape.end(), extents_.begin(), extents_.end());
  return reshape(x, shape);
}

std::string Unflatten::describe() const {
  std::string text = "Unflatten(";
  for (std::size_t i = 0; i < extents_.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(extents_[i]);
  return text + ")";
}

}  // namespace xgrad::nn
