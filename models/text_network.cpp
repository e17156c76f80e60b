// SPDX-License-Identifier: BSD-3-Clause
// Residual blocks on characters.
#include <xgrad/models/text_network.h>

#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/models/network_parts.h>
#include <xgrad/models/resnet.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/flatten.h>
#include <xgrad/nn/linear.h>

namespace xgrad::models {

namespace {

constexpr std::int64_t width = 64;
constexpr int blocks = 2;

struct Scale : nn::Module {
  explicit Scale(double by) : factor(by) {}
  Variable forward(const Variable& x) override { return factor * x; }
  std::string describe() const override { return "Scale"; }
  double factor;
};

/// Over the letters of each place.
struct Softmax : nn::Module {
  Variable forward(const Variable& x) override { return softmax(x, 1); }
  std::string describe() const override { return "Softmax(axis 1)"; }
};

std::shared_ptr<nn::Module> conv(const LayerMaker& make, std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return make(nn::Conv1d(in, out, kernel, {.padding = kernel / 2}, make.random));
}

Residual block(const LayerMaker& make) {
  auto body = std::make_shared<nn::Sequential>();
  for (int i = 0; i < 2; ++i) {
    body->append(nn::ReLU());
    body->append(conv(make, width, width, 5));
  }
  body->append(Scale(0.3));
  return {body, std::make_shared<nn::Identity>()};
}

}  // namespace

std::shared_ptr<nn::Module> text_generator(std::int64_t latent, const NetworkOptions& options, Generator& random) {
  const LayerMaker make{random};
  const std::int64_t length = options.sample.width;
  auto net = std::make_shared<nn::Sequential>();
  net->append(make(nn::Linear(latent + options.beside_latent(), width * length, {}, random)));
  net->append(nn::Unflatten({width, length}));
  for (int i = 0; i < blocks; ++i) net->append(block(make));
  net->append(conv(make, width, options.sample.channels, 1));
  net->append(Softmax());
  return generator_of(net, options);
}

std::shared_ptr<nn::Module> text_discriminator(const NetworkOptions& options, Generator& random) {
  const LayerMaker make{.random = random, .spectral_norm = options.spectral_norm};
  auto net = std::make_shared<nn::Sequential>();
  net->append(conv(make, options.d_channels(), width, 1));
  for (int i = 0; i < blocks; ++i) net->append(block(make));
  net->append(nn::Flatten());
  return discriminator_of(net, width * options.sample.width, options, make);
}

}  // namespace xgrad::models
