// SPDX-License-Identifier: BSD-3-Clause
// Lengths of a weight's slices.
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/nn/weight_norm.h>

namespace xgrad::nn::detail {

Variable lengths(const Variable& weight, const std::optional<std::int64_t>& dim) {
  if (!dim) return norm(weight);
  const std::size_t kept = normalize_axis(*dim, weight.rank(), "WeightNorm");
  Axes others;
  for (std::size_t i = 0; i < weight.rank(); ++i) {
    if (i != kept) others.push_back(static_cast<std::int64_t>(i));
  }
  return norm(weight, others, true);
}

Variable with_lengths(const Variable& v, const Variable& length, const std::optional<std::int64_t>& dim) {
  return v * (length / lengths(v, dim));
}

}  // namespace xgrad::nn::detail
