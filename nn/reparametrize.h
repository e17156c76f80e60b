// SPDX-License-Identifier: BSD-3-Clause
// What layers with a computed weight have in common. Internal to nn.
#pragma once

#include <type_traits>
#include <utility>

#include <xgrad/nn/conv.h>

namespace xgrad::nn::detail {

/// Puts another weight into a layer for as long as it lives.
class WeightGuard {
 public:
  WeightGuard(Variable& weight, Variable effective)
      : weight_(weight), own_(std::exchange(weight, std::move(effective))) {}
  ~WeightGuard() { weight_ = std::move(own_); }
  WeightGuard(const WeightGuard&) = delete;
  WeightGuard& operator=(const WeightGuard&) = delete;

 private:
  Variable& weight_;
  Variable own_;
};

/// The axis of a layer's weight that counts its outputs.
template <class Layer>
inline constexpr std::int64_t output_axis =
    std::is_base_of_v<ConvTranspose1d, Layer> || std::is_base_of_v<ConvTranspose2d, Layer> ? 1 : 0;

}  // namespace xgrad::nn::detail
