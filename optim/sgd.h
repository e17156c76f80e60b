// SPDX-License-Identifier: BSD-3-Clause
// Stochastic gradient descent with momentum, Nesterov's momentum and weight decay.
#pragma once

#include <xgrad/optim/optimizer.h>

namespace xgrad::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0.0;
  double dampening = 0.0;
  double weight_decay = 0.0;
  bool nesterov = false;
};

/// g += weight_decay p;  b = momentum b + (1 - dampening) g (b = g at first);  p -= lr (nesterov ? g + momentum b : b),
/// as torch.optim.SGD.
/// @throws ValueError on negative options, and on nesterov without momentum or with dampening.
class SGD : public Optimizer {
 public:
  explicit SGD(Variables parameters, const SGDOptions& options = {});

 private:
  void update(const Array& g, Array& p, Slot& slot) override;
  SGDOptions options_;
};

}  // namespace xgrad::optim
