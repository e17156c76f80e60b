// SPDX-License-Identifier: BSD-3-Clause
// Optimiser updates, one pass over a parameter and its state; every array floating, of one shape and dtype. Numbers
// below the smallest normal one count as 0: the moments of a weight whose gradient has become 0, as those of a ReLU
// that is never active again, would else shrink to such numbers and stay there, at many times the cost of all others.
#pragma once

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

struct SgdUpdate {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, first;  ///< first: the momentum buffer is still empty and becomes the gradient
};
/// As torch.optim.SGD; `buffer` may be undefined when momentum is 0.
void sgd(const SgdUpdate& u, const Array& g, Array& p, Array& buffer);

struct AdamUpdate {
  double lr, beta1, beta2, eps, weight_decay;
  bool decoupled;     ///< AdamW: the decay acts on the parameter, not on the gradient
  std::int64_t step;  ///< counted from 1
};
/// As torch.optim.Adam / AdamW: p -= lr mhat / (sqrt(vhat) + eps). `max_v` is undefined unless amsgrad.
void adam(const AdamUpdate& u, const Array& g, Array& p, Array& m, Array& v, Array& max_v);

struct RmspropUpdate {
  double lr, alpha, eps, weight_decay, momentum;
  bool centered;
};
/// As torch.optim.RMSprop, but that a centred variance which rounds below 0 is 0 and not NaN; `mean_g` is undefined
/// unless centered, `buffer` unless momentum > 0.
void rmsprop(const RmspropUpdate& u, const Array& g, Array& p, Array& square_avg, Array& mean_g, Array& buffer);

}  // namespace xgrad::kernels
