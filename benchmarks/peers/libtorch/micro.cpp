// SPDX-License-Identifier: BSD-3-Clause
// The tape's overhead, a Hessian-vector product and memory-bound expressions in libtorch.
#include <map>

#include "peer.h"

namespace peer {
namespace {

constexpr double x0 = 0.999, shift = 0.001;

/// y = x; then y * a and y + b in turn.
Tensor chain(const Tensor& x, const Tensor& a, const Tensor& b, int n) {
  Tensor y = x;
  for (int i = 0; i < n; ++i) y = i % 2 == 0 ? y * a : y + b;
  return y;
}

Workload tape_overhead() {
  return {[x = torch::full({1}, x0).requires_grad_()]() -> Tensors {
    Tensor y = chain(x, x, x, 1000);
    return {y, gradients(y, {x})[0]};
  }};
}

Workload tape_overhead_const() {
  return {
      [x = torch::full({1}, x0).requires_grad_(), a = torch::full({1}, x0), b = torch::full({1}, shift)]() -> Tensors {
        Tensor y = chain(x, a, b, 1000);
        return {y, gradients(y, {x})[0]};
      }};
}

Workload tape_overhead_grad2() {
  return {[x = torch::full({1}, x0).requires_grad_()]() -> Tensors {
    Tensor y = chain(x, x, x, 200);
    Tensor dy = gradients(y, {x}, /*create_graph=*/true)[0];
    Tensor d2y = gradients(dy, {x})[0];
    return {y, dy, d2y};
  }};
}

Workload hvp_mlp() {
  const Net net = mlp(bench::streams::classifier, {784, 512, 512, 10}, Activation::tanh, Activation::none);
  Tensors v;
  for (std::size_t j = 0; j < net.parameters.size(); ++j) {
    v.push_back(uniform11(bench::streams::direction + j, net.parameters[j].sizes()));
  }
  Workload workload;
  workload.step = [net, v, x = uniform11(bench::streams::data, {128, 784}),
                   labels = torch::arange(128, torch::kInt64) % 10]() -> Tensors {
    Tensor loss = at::cross_entropy_loss(net(x), labels);
    const Tensors g = gradients(loss, net.parameters, /*create_graph=*/true);
    Tensors hv = torch::autograd::grad(g, net.parameters, v);
    hv.insert(hv.begin(), loss);
    return hv;
  };
  workload.check = [v0 = v[0]](const Tensors& r) -> std::vector<double> {
    return {r[0].item<double>(), (r[1] * v0).to(torch::kFloat64).sum().item<double>()};
  };
  return workload;
}

std::vector<double> first_thousand(const Tensors& results) {
  return {results.back().flatten().slice(0, 0, 1000).to(torch::kFloat64).sum().item<double>()};
}

Tensor operand(std::uint64_t j) { return uniform11(bench::streams::operands + j, {16, 1024, 1024}); }

Workload elementwise_fwd() {
  return {[a = operand(0), b = operand(1), c = operand(2)]() -> Tensors {
            torch::NoGradGuard no_grad;
            return {at::addcmul(c, a, b).tanh_()};
          },
          first_thousand};
}

Workload elementwise_fwdbwd() {
  return {[a = operand(0).requires_grad_(), b = operand(1).requires_grad_(), c = operand(2).requires_grad_(),
           dy = torch::ones({16, 1024, 1024})]() -> Tensors {
            Tensors g = torch::autograd::grad({at::addcmul(c, a, b).tanh_()}, {c, b, a}, {dy});
            return g;
          },
          first_thousand};
}

}  // namespace

std::map<std::string, std::function<Workload()>> micro_workloads() {
  return {{"hvp_mlp", hvp_mlp},
          {"tape_overhead", tape_overhead},
          {"tape_overhead_const", tape_overhead_const},
          {"tape_overhead_grad2", tape_overhead_grad2},
          {"elementwise_fwd", elementwise_fwd},
          {"elementwise_fwdbwd", elementwise_fwdbwd}};
}

}  // namespace peer
