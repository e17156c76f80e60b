// SPDX-License-Identifier: BSD-3-Clause
// Networks: one table of generator and discriminator pairs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/penalty.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

/// A generator (n, latent) -> samples and a discriminator samples -> logits (n, 1).
struct Networks {
  std::shared_ptr<nn::Module> generator;
  std::shared_ptr<nn::Module> discriminator;
};

/// Which of a pair may use layers in which the samples of a batch see each other.
struct Mixing {
  bool generator = true;
  bool discriminator = true;
};
/// What a penalty leaves free: every one needs each sample's own gradient of D, and one by z that of G too.
Mixing allowed_mixing(const std::optional<Penalty>& penalty);

/// A row of the table: how to make a pair, and what data it wants.
struct NetworkSpec {
  std::string name;
  std::string about;
  std::int64_t latent;  ///< elements of z
  PixelRange range;     ///< pixels as the generator's output makes them
  PixelLayout layout;
  Networks (*make)(const NetworkSpec&, std::int64_t height, std::int64_t width, Mixing mixing, Generator& random);
};

const std::vector<NetworkSpec>& network_table();
/// @throws ValueError with a suggestion for an unknown name.
const NetworkSpec& find_network(const std::string& name);

/// The networks of a row for images of height x width, initialised from `random` alone; with batch normalisation, where
/// the row has any, only as far as `mixing` allows.
Networks make_networks(const NetworkSpec& spec, std::int64_t height, std::int64_t width, Mixing mixing,
                       Generator& random);

}  // namespace xgrad::models
