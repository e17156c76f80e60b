// SPDX-License-Identifier: BSD-3-Clause
// SGD: option checks and one kernel call a parameter.
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/optimizer.h>
#include <xgrad/optim/sgd.h>

namespace xgrad::optim {

SGD::SGD(Variables parameters, const SGDOptions& options)
    : Optimizer("SGD", std::move(parameters), options.lr,
                options.momentum != 0.0 ? std::vector<std::string>{"momentum_buffer"} : std::vector<std::string>{}),
      options_(options) {
  require(options.momentum >= 0.0, "momentum", options.momentum, ">= 0");
  require(options.weight_decay >= 0.0, "weight_decay", options.weight_decay, ">= 0");
  if (options.nesterov && (options.momentum <= 0.0 || options.dampening != 0.0)) {
    throw ValueError("[SGD] nesterov needs a positive momentum and no dampening");
  }
}

void SGD::update(const Array& g, Array& p, Slot& slot) {
  const kernels::SgdUpdate u{.lr = lr(),
                             .momentum = options_.momentum,
                             .dampening = options_.dampening,
                             .weight_decay = options_.weight_decay,
                             .nesterov = options_.nesterov,
                             .first = slot.step == 1};
  Array none;
  kernels::sgd(u, g, p, slot.moments.empty() ? none : slot.moments[0]);
}

}  // namespace xgrad::optim
