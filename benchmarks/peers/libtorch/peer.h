// SPDX-License-Identifier: BSD-3-Clause
// What the libtorch workloads share: tensors from streams and the networks of the workloads.
#pragma once

#include <torch/torch.h>

#include "harness.h"
#include "streams.h"

namespace peer {

using torch::Tensor;
using Tensors = std::vector<Tensor>;
using Workload = bench::Workload<Tensor>;

inline Tensor tensor(const std::vector<float>& values, at::IntArrayRef shape) {
  return torch::tensor(values).reshape(shape);
}

/// Element products of stream s.
inline Tensor uniform11(std::uint64_t s, at::IntArrayRef shape, float scale = 1) {
  return tensor(bench::uniform11(s, static_cast<std::size_t>(c10::multiply_integers(shape)), scale), shape);
}

inline Tensors gradients(const Tensor& output, const Tensors& inputs, bool create_graph = false) {
  return torch::autograd::grad({output}, inputs, {}, /*retain_graph=*/c10::nullopt, create_graph);
}

enum class Activation { none, leaky_relu, tanh };

inline Tensor activate(const Tensor& x, Activation f) {
  switch (f) {
    case Activation::leaky_relu:
      return at::leaky_relu(x, 0.2);
    case Activation::tanh:
      return at::tanh(x);
    default:
      return x;
  }
}

/// A network: its parameters and what it does to a batch.
struct Net {
  Tensors parameters;
  std::function<Tensor(const Tensor&)> forward;
  Tensor operator()(const Tensor& x) const { return forward(x); }
};

/// Linear layers with an activation after each; parameters from the streams base, base + 1, ...
inline Net mlp(std::uint64_t base, const std::vector<std::int64_t>& widths, Activation hidden, Activation last) {
  Tensors parameters;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const std::int64_t in = widths[i], out = widths[i + 1];
    const float scale = bench::parameter_scale(static_cast<std::size_t>(in));
    parameters.push_back(uniform11(base + 2 * i, {out, in}, scale).requires_grad_());
    parameters.push_back(uniform11(base + 2 * i + 1, {out}, scale).requires_grad_());
  }
  return {parameters, [parameters, hidden, last](Tensor x) {
            for (std::size_t i = 0; i < parameters.size(); i += 2) {
              const Activation f = i + 2 < parameters.size() ? hidden : last;
              x = activate(at::linear(x, parameters[i], parameters[i + 1]), f);
            }
            return x;
          }};
}

/// DCGAN's networks; a critic under a gradient penalty has no batch normalisation.
Net dcgan_generator();
Net dcgan_critic(bool batch_norm);

/// A step of the MLP GAN on images and noise, giving both losses.
std::function<Tensors(const Tensor&, const Tensor&)> gan_training();
Workload epoch_gan_mlp();

std::map<std::string, std::function<Workload()>> gan_workloads();
std::map<std::string, std::function<Workload()>> micro_workloads();
std::map<std::string, std::function<Workload()>> convolution_workloads();

}  // namespace peer
