// SPDX-License-Identifier: BSD-3-Clause
// The residual networks of WGAN-GP and SNGAN, scaled to images of 28 x 28 and other multiples of four.
#pragma once

#include <memory>

#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/models/network_options.h>

namespace xgrad::models {

/// body(x) + shortcut(x) (He et al., 2016).
class Residual : public nn::Module {
 public:
  Residual(std::shared_ptr<nn::Module> body, std::shared_ptr<nn::Module> shortcut)
      : body_(register_module("body", std::move(body))), shortcut_(register_module("shortcut", std::move(shortcut))) {}
  Variable forward(const Variable& x) override { return body_(x) + shortcut_(x); }
  std::string describe() const override { return "Residual"; }

 private:
  nn::Module& body_;
  nn::Module& shortcut_;
};

/// (n, latent) -> (n, channels, height, width) in (-1, 1): Linear to 128 channels of a quarter of the size, two
/// residual blocks that double it, to 64 and 32 channels, then a convolution and tanh. A block is (batch norm, ReLU,
/// nearest upsampling, 3x3, batch norm, ReLU, 3x3), its shortcut 1x1 and upsampling (Gulrajani et al., 2017; Miyato et
/// al., 2018, table 4). Weights start from Xavier's uniform. @throws ValueError unless height and width are multiples
/// of four.
std::shared_ptr<nn::Module> resnet_generator(std::int64_t latent, const NetworkOptions& options, Generator& random);
/// (n, channels, height, width) -> (n, 1) logits: residual blocks to 32 and 64 channels, each halving the size by mean
/// pooling, one to 128 that keeps it, then ReLU, the sum over all places, and Linear. A block is (ReLU, 3x3, ReLU,
/// 3x3), with batch norm before each ReLU where it may be, its shortcut pooling and 1x1; the first begins without ReLU.
std::shared_ptr<nn::Module> resnet_discriminator(const NetworkOptions& options, Generator& random);

}  // namespace xgrad::models
