// SPDX-License-Identifier: BSD-3-Clause
// Residual blocks up and down. A shortcut's 1x1 convolution commutes with its resampling and stands where pixels are
// few.
#include <xgrad/models/resnet.h>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/network_parts.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/flatten.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/pool.h>
#include <xgrad/nn/upsample.h>

namespace xgrad::models {

namespace {

// Weights by Xavier, biases 0.
void initialise(nn::Module& layer, Generator& random) {
  for (const auto& [name, parameter] : layer.named_parameters()) {
    if (parameter.rank() > 1) {
      nn::init::xavier_uniform_(parameter, 1.0, random);
    } else if (name == "bias") {
      nn::init::zeros_(parameter);
    }
  }
}

/// (n, c, h, w) -> (n, c)
struct SumOverPlaces : nn::Module {
  Variable forward(const Variable& x) override { return sum(x, {2, 3}); }
  std::string describe() const override { return "SumOverPlaces()"; }
};

enum class Resample { none, up, down };

// Makes the blocks of one network.
struct BlockMaker {
  LayerMaker make;
  bool batch_norm;

  std::shared_ptr<nn::Module> conv(std::int64_t in, std::int64_t out, std::int64_t kernel) const {
    return make(nn::Conv2d(in, out, kernel, {.padding = kernel / 2}, make.random));
  }
  void activate(nn::Sequential& net, std::int64_t channels) const {
    if (batch_norm) net.append(make(nn::BatchNorm2d(channels)));
    net.append(nn::ReLU());
  }
  // `first`: the input is an image, not to be rectified.
  Residual block(std::int64_t in, std::int64_t out, Resample resample, bool first = false) const {
    auto body = std::make_shared<nn::Sequential>();
    if (!first) activate(*body, in);
    if (resample == Resample::up) body->append(nn::Upsample(2.0));
    body->append(conv(in, out, 3));
    activate(*body, out);
    body->append(conv(out, out, 3));
    if (resample == Resample::down) body->append(nn::AvgPool2d(2));

    auto shortcut = std::make_shared<nn::Sequential>();
    if (resample == Resample::down) shortcut->append(nn::AvgPool2d(2));
    shortcut->append(conv(in, out, 1));
    if (resample == Resample::up) shortcut->append(nn::Upsample(2.0));
    return {body, shortcut};
  }
};

}  // namespace

std::shared_ptr<nn::Module> resnet_generator(std::int64_t latent, const NetworkOptions& options, Generator& random) {
  const auto [height, width] = quarter_of(options.sample, "resnet");
  const BlockMaker blocks{{random, initialise}, options.mixing.generator};
  auto net = std::make_shared<nn::Sequential>();
  net->append(blocks.make(nn::Linear(latent + options.beside_latent(), 128 * height * width, {}, random)));
  net->append(nn::Unflatten({128, height, width}));
  net->append(blocks.block(128, 64, Resample::up));
  net->append(blocks.block(64, 32, Resample::up));
  blocks.activate(*net, 32);
  net->append(blocks.conv(32, options.sample.channels, 3));
  net->append(nn::Tanh());
  return generator_of(net, options);
}

std::shared_ptr<nn::Module> resnet_discriminator(const NetworkOptions& options, Generator& random) {
  quarter_of(options.sample, "resnet");
  const BlockMaker blocks{{random, initialise, options.spectral_norm}, options.mixing.discriminator};
  auto net = std::make_shared<nn::Sequential>();
  net->append(blocks.block(options.d_channels(), 32, Resample::down, true));
  net->append(blocks.block(32, 64, Resample::down));
  net->append(blocks.block(64, 128, Resample::none));
  net->append(nn::ReLU());
  net->append(SumOverPlaces());
  return discriminator_of(net, 128, options, blocks.make);
}

}  // namespace xgrad::models
