// SPDX-License-Identifier: BSD-3-Clause
// Networks for samples in the plane, as PacGAN's experiments have them.
#pragma once

#include <xgrad/models/network.h>

namespace xgrad::models {

/// Elements of z for the networks below.
inline constexpr std::int64_t toy_latent = 2;

/// G: (n, 2) -> (n, 2) through four layers of 400 with batch norm, if wanted, and ReLU. D: packs
/// (n, 2 pac) -> (n, 1) through three maxout layers of 200 with 5 pieces (Lin et al., 2018, appendix).
Networks toy_networks(std::int64_t pac, bool batch_norm, Generator& random);

}  // namespace xgrad::models
