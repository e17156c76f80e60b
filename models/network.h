// SPDX-License-Identifier: BSD-3-Clause
// Networks: one table of generator and discriminator pairs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

/// A generator (n, latent) -> samples and a discriminator samples -> logits (n, 1).
struct Networks {
  std::shared_ptr<nn::Module> generator;
  std::shared_ptr<nn::Module> discriminator;
};

/// A row of the table: how to make a pair, and what data it wants.
struct NetworkSpec {
  std::string name;
  std::string about;
  std::int64_t latent;  ///< elements of z
  PixelRange range;     ///< pixels as the generator's output makes them
  PixelLayout layout;
  Networks (*make)(const NetworkSpec&, std::int64_t height, std::int64_t width, Generator& random);
};

const std::vector<NetworkSpec>& network_table();
/// @throws ValueError with a suggestion for an unknown name.
const NetworkSpec& find_network(const std::string& name);

/// The networks of a row for images of height x width, initialised from `random` alone.
Networks make_networks(const NetworkSpec& spec, std::int64_t height, std::int64_t width, Generator& random);

}  // namespace xgrad::models
