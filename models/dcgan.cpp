// SPDX-License-Identifier: BSD-3-Clause
// DCGAN's layers and initialisation.
#include <xgrad/models/dcgan.h>

#include <xgrad/models/network_parts.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/flatten.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/linear.h>

namespace xgrad::models {

namespace {

constexpr nn::ConvOptions halving{.stride = 2, .padding = 1};

// Weights N(0, 0.02^2), biases 0, scales of batch normalisation N(1, 0.02^2).
void initialise(nn::Module& layer, Generator& random) {
  for (const auto& [name, parameter] : layer.named_parameters()) {
    if (name == "weight") {
      nn::init::normal_(parameter, parameter.rank() > 1 ? 0.0 : 1.0, 0.02, random);
    } else {
      nn::init::zeros_(parameter);
    }
  }
}

}  // namespace

std::shared_ptr<nn::Module> dcgan_generator(std::int64_t latent, const NetworkOptions& options, Generator& random) {
  const auto [height, width] = quarter_of(options.sample, "dcgan");
  const LayerMaker make{random, initialise};
  auto net = std::make_shared<nn::Sequential>();
  const auto normalise = [&](std::int64_t channels) {
    if (options.mixing.generator) net->append(make(nn::BatchNorm2d(channels)));
    net->append(nn::ReLU());
  };
  net->append(make(nn::Linear(latent + options.beside_latent(), 128 * height * width, {}, random)));
  net->append(nn::Unflatten({128, height, width}));
  normalise(128);
  net->append(make(nn::ConvTranspose2d(128, 64, 4, halving, random)));
  normalise(64);
  net->append(make(nn::ConvTranspose2d(64, options.sample.channels, 4, halving, random)));
  net->append(nn::Tanh());
  return generator_of(net, options);
}

std::shared_ptr<nn::Module> dcgan_discriminator(const NetworkOptions& options, Generator& random) {
  const auto [height, width] = quarter_of(options.sample, "dcgan");
  const LayerMaker make{random, initialise, options.spectral_norm};
  auto net = std::make_shared<nn::Sequential>();
  net->append(make(nn::Conv2d(options.d_channels(), 64, 4, halving, random)));
  net->append(nn::LeakyReLU(0.2));
  net->append(make(nn::Conv2d(64, 128, 4, halving, random)));
  if (options.mixing.discriminator) net->append(make(nn::BatchNorm2d(128)));
  net->append(nn::LeakyReLU(0.2));
  net->append(nn::Flatten());
  return discriminator_of(net, 128 * height * width, options, make);
}

}  // namespace xgrad::models
