// SPDX-License-Identifier: BSD-3-Clause
// RMSprop: option checks and one kernel call a parameter.
#include <xgrad/autograd/kernels/optimizer.h>
#include <xgrad/optim/rmsprop.h>

namespace xgrad::optim {

namespace {

std::vector<std::string> moment_names(const RMSpropOptions& options) {
  std::vector<std::string> names = {"square_avg"};
  if (options.centered) names.push_back("grad_avg");
  if (options.momentum > 0.0) names.push_back("momentum_buffer");
  return names;
}

}  // namespace

RMSprop::RMSprop(Variables parameters, const RMSpropOptions& options)
    : Optimizer("RMSprop", std::move(parameters), options.lr, moment_names(options)), options_(options) {
  require(options.alpha >= 0.0, "alpha", options.alpha, ">= 0");
  require(options.eps >= 0.0, "eps", options.eps, ">= 0");
  require(options.weight_decay >= 0.0, "weight_decay", options.weight_decay, ">= 0");
  require(options.momentum >= 0.0, "momentum", options.momentum, ">= 0");
}

void RMSprop::update(const Array& g, Array& p, Slot& slot) {
  const kernels::RmspropUpdate u{.lr = lr(),
                                 .alpha = options_.alpha,
                                 .eps = options_.eps,
                                 .weight_decay = options_.weight_decay,
                                 .momentum = options_.momentum,
                                 .centered = options_.centered};
  Array none;
  Array& mean_g = options_.centered ? slot.moments[1] : none;
  Array& buffer = options_.momentum > 0.0 ? slot.moments.back() : none;
  kernels::rmsprop(u, g, p, slot.moments[0], mean_g, buffer);
}

}  // namespace xgrad::optim
