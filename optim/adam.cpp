// SPDX-License-Identifier: BSD-3-Clause
// Adam and AdamW: option checks and one kernel call a parameter.
#include <xgrad/autograd/kernels/optimizer.h>
#include <xgrad/optim/adam.h>

namespace xgrad::optim {

namespace {

std::vector<std::string> moment_names(bool amsgrad) {
  if (amsgrad) return {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  return {"exp_avg", "exp_avg_sq"};
}

}  // namespace

Adam::Adam(Variables parameters, const AdamOptions& options) : Adam("Adam", std::move(parameters), options, false) {}

Adam::Adam(std::string name, Variables parameters, const AdamOptions& options, bool decoupled)
    : Optimizer(std::move(name), std::move(parameters), options.lr, moment_names(options.amsgrad)),
      options_(options),
      decoupled_(decoupled) {
  for (const double beta : {options.betas.first, options.betas.second})
    require(beta >= 0.0 && beta < 1.0, "each of betas", beta, "in [0, 1)");
  require(options.eps >= 0.0, "eps", options.eps, ">= 0");
  require(options.weight_decay >= 0.0, "weight_decay", options.weight_decay, ">= 0");
}

void Adam::update(const Array& g, Array& p, Slot& slot) {
  const kernels::AdamUpdate u{.lr = lr(),
                              .beta1 = options_.betas.first,
                              .beta2 = options_.betas.second,
                              .eps = options_.eps,
                              .weight_decay = options_.weight_decay,
                              .decoupled = decoupled_,
                              .step = slot.step};
  Array none;
  kernels::adam(u, g, p, slot.moments[0], slot.moments[1], options_.amsgrad ? slot.moments[2] : none);
}

AdamW::AdamW(Variables parameters, const AdamWOptions& options)
    : Adam("AdamW", std::move(parameters),
           {.lr = options.lr,
            .betas = options.betas,
            .eps = options.eps,
            .weight_decay = options.weight_decay,
            .amsgrad = options.amsgrad},
           true) {}

}  // namespace xgrad::optim
