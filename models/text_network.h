// SPDX-License-Identifier: BSD-3-Clause
// The networks of WGAN-GP for text: residual blocks along a line of characters, scaled down.
#pragma once

#include <memory>

#include <xgrad/models/network_options.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

/// (n, latent) -> (n, letters, length), at each place the probabilities of the letters: Linear to 64 channels of the
/// length, two residual blocks, a convolution of width 1 to the letters, softmax. A block is x + 0.3 (ReLU, 5-wide
/// convolution, twice) (Gulrajani et al., 2017, appendix). Nothing is drawn from the probabilities: D sees them as they
/// are, beside the one-hot columns of real text, so that G's gradient is exact.
std::shared_ptr<nn::Module> text_generator(std::int64_t latent, const NetworkOptions& options, Generator& random);
/// (n, letters, length) -> (n, 1): a convolution of width 1 to 64 channels, two such blocks, Linear.
std::shared_ptr<nn::Module> text_discriminator(const NetworkOptions& options, Generator& random);

}  // namespace xgrad::models
