// SPDX-License-Identifier: BSD-3-Clause
// Adam and AdamW.
#pragma once

#include <xgrad/optim/optimizer.h>

namespace xgrad::optim {

/// Decay rates of Adam's two averages: `{0.5, 0.999}`. One number alone does not compile.
struct Betas {
  constexpr Betas(double of_mean, double of_square) : first(of_mean), second(of_square) {}
  double first, second;
};

struct AdamOptions {
  double lr = 1e-3;
  Betas betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0.0;
  bool amsgrad = false;
};

/// g += weight_decay p;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
/// p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps), as torch.optim.Adam (Kingma & Ba, 2015). With amsgrad, v is
/// replaced by its largest value so far (Reddi et al., 2018). eps counts for at least 1e-19 in float32 and 1e-154 in
/// float64, below which v cannot hold a square: an element that never had a gradient rests.
/// @throws ValueError on negative lr, eps or weight_decay and on betas outside [0, 1).
class Adam : public Optimizer {
 public:
  explicit Adam(Variables parameters, const AdamOptions& options = {});

 protected:
  Adam(std::string name, Variables parameters, const AdamOptions& options, bool decoupled);

 private:
  void update(const Array& g, Array& p, Slot& slot) override;
  AdamOptions options_;
  bool decoupled_;
};

struct AdamWOptions {
  double lr = 1e-3;
  Betas betas = {0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;
};

/// Adam with p -= lr weight_decay p instead of the decay in the gradient (Loshchilov & Hutter, 2019), as
/// torch.optim.AdamW.
class AdamW : public Adam {
 public:
  explicit AdamW(Variables parameters, const AdamWOptions& options = {});
};

}  // namespace xgrad::optim
