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
#include <xgrad/models/preset.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

/// A generator (n, latent) -> samples and a discriminator packs of samples -> logits (packs, 1).
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

/// The images a pair is for.
struct ImageSize {
  std::int64_t height = 28;
  std::int64_t width = 28;
};

/// What is asked of a row of the table.
struct NetworkOptions {
  ImageSize image = {};
  Mixing mixing = {};
  std::int64_t pac = 1;  ///< samples that D judges together
};

/// A row of the table: how to make a pair, and what data it wants.
struct NetworkSpec {
  std::string name;
  std::string about;
  std::int64_t latent;  ///< elements of z
  PixelRange range;     ///< pixels as the generator's output makes them
  PixelLayout layout;
  Networks (*make)(const NetworkSpec&, const NetworkOptions&, Generator& random);
};

const std::vector<NetworkSpec>& network_table();
/// @throws ValueError with a suggestion for an unknown name.
const NetworkSpec& find_network(const std::string& name);

/// The networks that a preset names, as it needs them, initialised from `random` alone; with batch normalisation, where
/// their row has any, only as far as the penalty allows.
Networks make_networks(const Preset& preset, const ImageSize& image, Generator& random);

}  // namespace xgrad::models
