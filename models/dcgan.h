// SPDX-License-Identifier: BSD-3-Clause
// The convolutional networks of DCGAN, for images of 28 x 28 and other multiples of four.
#pragma once

#include <memory>

#include <xgrad/models/network_options.h>

namespace xgrad::models {

/// (n, latent) -> (n, channels, height, width) in (-1, 1): Linear to 128 channels of a quarter of the size, then two
/// transposed convolutions (4x4, stride 2) to 64 channels and to the image, ReLU between, tanh at the end. Weights
/// start from N(0, 0.02^2) (Radford et al., 2016). @throws ValueError unless height and width are multiples of four.
std::shared_ptr<nn::Module> dcgan_generator(std::int64_t latent, const NetworkOptions& options, Generator& random);
/// (n, channels, height, width) -> (n, 1) logits: two convolutions (4x4, stride 2) to 64 and 128 channels, LeakyReLU
/// 0.2, then Linear.
std::shared_ptr<nn::Module> dcgan_discriminator(const NetworkOptions& options, Generator& random);

}  // namespace xgrad::models
