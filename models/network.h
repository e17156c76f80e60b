// SPDX-License-Identifier: BSD-3-Clause
// Networks: one table of generator and discriminator pairs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/network_options.h>
#include <xgrad/models/preset.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

/// A generator (n, latent) -> samples and a discriminator packs of samples -> logits (packs, 1), each of them a
/// ConditionedModule where the preset has labels.
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
  Networks (*make)(const NetworkSpec&, const NetworkOptions&, Generator& random);
  DataKind kind = DataKind::images;
};

const std::vector<NetworkSpec>& network_table();
/// @throws ValueError with a suggestion for an unknown name.
const NetworkSpec& find_network(std::string_view name);

/// The networks that a preset names, as it needs them, initialised from `random` alone; with batch normalisation, where
/// their row has any, only as far as the penalty allows.
/// With `outputs`, in D's place a network like it that gives as many numbers of each sample: an encoder.
/// @throws ValueError when the preset has labels and the samples have none, or these are not of the networks' kind.
Networks make_networks(const Preset& preset, const SampleFormat& sample, Generator& random, std::int64_t outputs = 1);

}  // namespace xgrad::models
