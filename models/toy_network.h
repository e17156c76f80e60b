// SPDX-License-Identifier: BSD-3-Clause
// Networks for samples in the plane: those of PacGAN's experiments, and small ones.
#pragma once

#include <string>
#include <string_view>

#include <xgrad/models/network.h>

namespace xgrad::models {

/// Elements of z for the networks below.
inline constexpr std::int64_t toy_latent = 2;

/// G: (n, 2) -> (n, 2) through ReLU layers, with batch norm if wanted. D: packs (n, 2 pac) -> (n, 1) through maxout
/// layers, or with one piece, leaky ReLU layers.
struct ToyNetwork {
  std::string name;
  std::int64_t g_layers, g_width;
  bool batch_norm;
  std::int64_t d_layers, d_width, d_pieces;
  double weight_sd;  ///< of all weights at the start; 0: Kaiming's uniform ones. Biases start at 0.
  double lr;         ///< of Adam, at which they are trained
  double average;    ///< decay of the moving average of G that samples are drawn from; 0: drawn from G itself
};

/// "published": G 4 x 400, D 3 x maxout 200 x 5, weights N(0, 0.02), 1e-4 (Lin et al., 2018, appendix and code).
/// "small": G 2 x 128 without batch norm, D 2 x 128, 1e-3, at which G itself trembles by more than a mode is wide, and
/// is averaged. @throws ValueError with a suggestion.
const ToyNetwork& find_toy_network(std::string_view name);

/// `batch_norm`: what the network has of it may be used; with a penalty by z it may not.
Networks toy_networks(const ToyNetwork& network, std::int64_t pac, bool batch_norm, Generator& random);

}  // namespace xgrad::models
