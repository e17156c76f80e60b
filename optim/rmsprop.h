// SPDX-License-Identifier: BSD-3-Clause
// RMSprop, plain or centred, with or without momentum.
#pragma once

#include <xgrad/optim/optimizer.h>

namespace xgrad::optim {

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0.0;
  double momentum = 0.0;
  bool centered = false;
};

/// g += weight_decay p;  v = alpha v + (1 - alpha) g^2;  s = sqrt(v) + eps (centered: sqrt(v - mean(g)^2) + eps);
/// p -= lr g / s, or with momentum b = momentum b + g / s, p -= lr b; as torch.optim.RMSprop (Tieleman & Hinton, 2012).
/// eps counts for at least 1e-19 in float32 and 1e-154 in float64, below which v cannot hold a square; 0 / 0 is 0.
/// Where gradients hardly vary, v - mean(g)^2 may round below 0, which counts as 0 here and is NaN there.
/// @throws ValueError on negative options.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(Variables parameters, const RMSpropOptions& options = {});

 private:
  void update(const Array& g, Array& p, Slot& slot) override;
  RMSpropOptions options_;
};

}  // namespace xgrad::optim
