// SPDX-License-Identifier: BSD-3-Clause
// tanh(a b + c) on 16 Mi elements, forward and with its gradients: bound by memory.
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/grad_mode.h>

#include "workloads.h"

namespace bench {
namespace {

using namespace xgrad;

const Shape shape = {16, 1024, 1024};

Variable operand(std::uint64_t j) { return uniform11(streams::operands + j, shape); }

std::vector<double> first_thousand(const Variables& results) {
  const Variable flat = reshape(results[0].detach(), {-1});
  return {sum(astype(slice(flat, 0, 0, 1000), DType::float64)).item()};
}

Step elementwise_fwd() {
  return {[a = operand(0), b = operand(1), c = operand(2)](const Variables&) -> Variables { return {tanh(a * b + c)}; },
          first_thousand};
}

Step elementwise_fwdbwd() {
  return {[a = operand(0).requires_grad_(), b = operand(1).requires_grad_(), c = operand(2).requires_grad_(),
           dy = ones(shape)](const Variables&) {
            return grad({tanh(a * b + c)}, {a, b, c}, {dy});
          },
          first_thousand};
}

}  // namespace

Catalogue elementwise_workloads() {
  return {{"elementwise_fwd", elementwise_fwd}, {"elementwise_fwdbwd", elementwise_fwdbwd}};
}

}  // namespace bench
