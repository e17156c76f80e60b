// SPDX-License-Identifier: BSD-3-Clause
// Linear: y = x W^T + b.
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::nn {

struct LinearOptions {
  bool bias = true;
  DType dtype = DType::float32;
};

/// (..., in) -> (..., out), weight (out, in), bias (out,): PyTorch's layout. Both start from U(-1/sqrt(in),
/// 1/sqrt(in)), PyTorch's default (kaiming_uniform_ with a = sqrt(5)).
/// @throws ValueError when in or out is not positive.
class Linear : public Module {
 public:
  Linear(std::int64_t in, std::int64_t out, LinearOptions options = {}, Generator& generator = default_generator());
  Variable forward(const Variable& x) override;
  /// Draws weight and bias anew.
  void reset_parameters(Generator& generator = default_generator());
  std::string describe() const override;

  Variable weight;
  Variable bias;  ///< undefined without bias
};

}  // namespace xgrad::nn
