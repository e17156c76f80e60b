// SPDX-License-Identifier: BSD-3-Clause
// One convolution of the size that image GANs are made of, forward and with its three gradients.
#include <xgrad/autograd/engine.h>

#include "workloads.h"

namespace bench {
namespace {

using namespace xgrad;

constexpr Conv2dOptions halving{.stride = {2, 2}, .padding = {1, 1}};

/// (64, 64, 14, 14) to (64, 128, 7, 7).
struct Operands {
  Variable x = uniform11(streams::operands, {64, 64, 14, 14});
  Variable weight = uniform11(streams::operands + 1, {128, 64, 4, 4}, 1.0F / 32);
  Variable bias = uniform11(streams::operands + 2, Shape{128}, 1.0F / 32);
  Variable dy = uniform11(streams::operands + 3, {64, 128, 7, 7});
};

std::vector<double> sum_of_first(const Variables& results) {
  return {sum(astype(results[0].detach(), DType::float64)).item()};
}

Step conv2d_fwd() {
  return {[o = Operands()](const Variables&) -> Variables { return {conv2d(o.x, o.weight, o.bias, halving)}; },
          sum_of_first};
}

Step conv2d_fwdbwd() {
  Operands o;
  for (Variable* operand : {&o.x, &o.weight, &o.bias}) operand->requires_grad_();
  return {[o](const Variables&) {
            return grad({conv2d(o.x, o.weight, o.bias, halving)}, {o.weight, o.x, o.bias}, {o.dy});
          },
          sum_of_first};
}

}  // namespace

Catalogue convolution_workloads() { return {{"conv2d_fwd", conv2d_fwd}, {"conv2d_fwdbwd", conv2d_fwdbwd}}; }

}  // namespace bench
