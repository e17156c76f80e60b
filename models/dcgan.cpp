// SPDX-License-Identifier: BSD-3-Clause
// DCGAN's layers and initialisation.
#include <xgrad/models/dcgan.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/flatten.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::models {

namespace {

constexpr nn::ConvOptions halving{.stride = 2, .padding = 1};

void check_size(std::int64_t height, std::int64_t width) {
  if (height % 4 == 0 && width % 4 == 0) return;
  throw ValueError("[dcgan] images of " + std::to_string(height) + "x" + std::to_string(width) +
                   " cannot be halved twice; use another network");
}

/// Weights N(0, 0.02^2), biases 0, scales of batch normalisation N(1, 0.02^2).
std::shared_ptr<nn::Module> initialised(std::shared_ptr<nn::Sequential> net, Generator& random) {
  for (const auto& [name, parameter] : net->named_parameters()) {
    if (parameter.rank() > 1) {
      nn::init::normal_(parameter, 0.0, 0.02, random);
    } else if (name.ends_with("weight")) {
      nn::init::normal_(parameter, 1.0, 0.02, random);
    } else {
      nn::init::zeros_(parameter);
    }
  }
  return net;
}

}  // namespace

std::shared_ptr<nn::Module> dcgan_generator(std::int64_t latent, std::int64_t height, std::int64_t width,
                                            bool batch_norm, Generator& random) {
  check_size(height, width);
  auto net = std::make_shared<nn::Sequential>();
  const auto normalise = [&](std::int64_t channels) {
    if (batch_norm) net->append(nn::BatchNorm2d(channels));
    net->append(nn::ReLU());
  };
  net->append(nn::Linear(latent, 128 * height / 4 * width / 4, {}, random));
  net->append(nn::Unflatten({128, height / 4, width / 4}));
  normalise(128);
  net->append(nn::ConvTranspose2d(128, 64, 4, halving, random));
  normalise(64);
  net->append(nn::ConvTranspose2d(64, 1, 4, halving, random));
  net->append(nn::Tanh());
  return initialised(net, random);
}

std::shared_ptr<nn::Module> dcgan_discriminator(std::int64_t channels, std::int64_t height, std::int64_t width,
                                                bool batch_norm, Generator& random) {
  check_size(height, width);
  auto net = std::make_shared<nn::Sequential>();
  net->append(nn::Conv2d(channels, 64, 4, halving, random));
  net->append(nn::LeakyReLU(0.2));
  net->append(nn::Conv2d(64, 128, 4, halving, random));
  if (batch_norm) net->append(nn::BatchNorm2d(128));
  net->append(nn::LeakyReLU(0.2));
  net->append(nn::Flatten());
  net->append(nn::Linear(128 * height / 4 * width / 4, 1, {}, random));
  return initialised(net, random);
}

}  // namespace xgrad::models
