// SPDX-License-Identifier: BSD-3-Clause
// Substitution exchanges what two handles point to, which every other handle to the same Variable sees.
#include <xgrad/autograd/substitution.h>

#include <string>
#include <utility>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/node.h>

namespace xgrad {

SubstitutionGuard::SubstitutionGuard(Variables leaves, const Variables& values) : leaves_(std::move(leaves)) {
  const std::string name = "[SubstitutionGuard] ";
  if (leaves_.size() != values.size()) {
    throw ValueError(name + std::to_string(values.size()) + " values given for " + std::to_string(leaves_.size()) +
                     " leaves");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Variable& leaf = leaves_[i];
    const std::string which = name + "value " + std::to_string(i) + " is ";
    if (!leaf.is_leaf()) throw GraphError(name + "entry " + std::to_string(i) + " was computed by " + leaf.op_name());
    if (values[i].shape() != leaf.shape()) {
      throw ShapeError(which + to_string(values[i].shape()) + ", its leaf " + to_string(leaf.shape()));
    }
    if (values[i].dtype() != leaf.dtype()) {
      throw DTypeError(which + name_of(values[i].dtype()) + ", its leaf " + name_of(leaf.dtype()));
    }
  }
  // Copies of what is pointed to: the given handles themselves must not change.
  held_.reserve(values.size());
  for (const Variable& v : values) {
    const detail::VariableImpl& from = *detail::Access::impl(v);
    held_.push_back(detail::Access::make(Array(from.value), from.node, from.output_number));
  }
  for (std::size_t i = 0; i < leaves_.size(); ++i) exchange(i);
  outer_ = std::exchange(last_, this);
}

SubstitutionGuard::~SubstitutionGuard() {
  last_ = outer_;
  for (std::size_t i = leaves_.size(); i-- > 0;) exchange(i);  // backwards, for a leaf that was listed twice
}

void SubstitutionGuard::exchange(std::size_t i) noexcept {
  detail::VariableImpl& a = *detail::Access::impl(leaves_[i]);
  detail::VariableImpl& b = *detail::Access::impl(held_[i]);
  std::swap(a.value, b.value);
  std::swap(a.node, b.node);
  std::swap(a.output_number, b.output_number);
}

}  // namespace xgrad
