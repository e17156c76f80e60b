// SPDX-License-Identifier: BSD-3-Clause
// DCGAN's networks for 28x28 images, and one convolution of their size, in libtorch.
#include <map>

#include "peer.h"

namespace peer {
namespace {

constexpr std::int64_t halving[] = {2, 2}, border[] = {1, 1};

Tensor convolve(const Tensor& x, const Tensor& w, const Tensor& b) { return at::conv2d(x, w, b, halving, border); }
Tensor deconvolve(const Tensor& x, const Tensor& w, const Tensor& b) {
  return at::conv_transpose2d(x, w, b, halving, border);
}

/// Takes parameters from streams base, base + 1, ... in order of declaration.
class Parameters {
 public:
  explicit Parameters(std::uint64_t base) : stream_(base) {}

  /// A layer's weight and bias within 1 / sqrt(fan_in).
  void layer(at::IntArrayRef weight, std::int64_t outputs) {
    const auto fan_in = static_cast<std::size_t>(c10::multiply_integers(weight.slice(1)));
    const float scale = bench::parameter_scale(fan_in);
    tensors.push_back(uniform11(stream_++, weight, scale).requires_grad_());
    tensors.push_back(uniform11(stream_++, {outputs}, scale).requires_grad_());
  }
  void batch_norm(std::int64_t channels) {
    stream_ += 2;
    tensors.push_back(torch::ones({channels}).requires_grad_());
    tensors.push_back(torch::zeros({channels}).requires_grad_());
  }

  Tensors tensors;

 private:
  std::uint64_t stream_;
};

/// Batch normalisation in training mode; the running statistics are its own.
class BatchNorm {
 public:
  explicit BatchNorm(std::int64_t channels) : mean_(torch::zeros({channels})), var_(torch::ones({channels})) {}
  Tensor operator()(const Tensor& x, const Tensor& gamma, const Tensor& beta) const {
    return at::batch_norm(x, gamma, beta, mean_, var_, /*training=*/true, 0.1, 1e-5, /*cudnn_enabled=*/false);
  }

 private:
  Tensor mean_, var_;
};

}  // namespace

Net dcgan_generator() {
  Parameters p(bench::streams::generator);
  p.layer({6272, 100}, 6272);
  p.batch_norm(128);
  p.layer({128, 64, 4, 4}, 64);
  p.batch_norm(64);
  p.layer({64, 1, 4, 4}, 1);
  return {p.tensors, [p = p.tensors, first = BatchNorm(128), second = BatchNorm(64)](const Tensor& z) {
            Tensor x = at::linear(z, p[0], p[1]).view({-1, 128, 7, 7});
            x = deconvolve(at::relu(first(x, p[2], p[3])), p[4], p[5]);
            return at::tanh(deconvolve(at::relu(second(x, p[6], p[7])), p[8], p[9]));
          }};
}

Net dcgan_critic(bool batch_norm) {
  Parameters p(bench::streams::critic);
  p.layer({64, 1, 4, 4}, 64);
  p.layer({128, 64, 4, 4}, 128);
  if (batch_norm) p.batch_norm(128);
  p.layer({1, 6272}, 1);
  return {p.tensors, [p = p.tensors, batch_norm, norm = BatchNorm(128)](const Tensor& image) {
            const std::size_t last = p.size() - 2;
            Tensor x = at::leaky_relu(convolve(image, p[0], p[1]), 0.2);
            x = convolve(x, p[2], p[3]);
            if (batch_norm) x = norm(x, p[4], p[5]);
            return at::linear(at::leaky_relu(x, 0.2).flatten(1), p[last], p[last + 1]);
          }};
}

namespace {

struct Operands {
  Tensor x = uniform11(bench::streams::operands, {64, 64, 14, 14});
  Tensor weight = uniform11(bench::streams::operands + 1, {128, 64, 4, 4}, 1.0F / 32);
  Tensor bias = uniform11(bench::streams::operands + 2, {128}, 1.0F / 32);
  Tensor dy = uniform11(bench::streams::operands + 3, {64, 128, 7, 7});
};

std::vector<double> sum_of_first(const Tensors& results) { return {results[0].sum(torch::kFloat64).item<double>()}; }

Workload conv2d_fwd() {
  return {[o = Operands()]() -> Tensors {
            torch::NoGradGuard no_grad;
            return {convolve(o.x, o.weight, o.bias)};
          },
          sum_of_first};
}

Workload conv2d_fwdbwd() {
  Operands o;
  for (Tensor* operand : {&o.x, &o.weight, &o.bias}) operand->requires_grad_();
  return {[o]() -> Tensors {
            return torch::autograd::grad({convolve(o.x, o.weight, o.bias)}, {o.weight, o.x, o.bias}, {o.dy});
          },
          sum_of_first};
}

}  // namespace

std::map<std::string, std::function<Workload()>> convolution_workloads() {
  return {{"conv2d_fwd", conv2d_fwd}, {"conv2d_fwdbwd", conv2d_fwdbwd}};
}

}  // namespace peer
