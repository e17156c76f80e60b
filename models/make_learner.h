// SPDX-License-Identifier: BSD-3-Clause
// From a preset to what learns and to what draws, whatever the preset's family.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <xgrad/models/data/format.h>
#include <xgrad/models/learner.h>

namespace xgrad::models {

/// Where batches come from. Of a preset that translates, `from` gives the domain to start from, `data` the other one.
struct Sources {
  Sources(Source other, Source first = {}) : data(std::move(other)), from(std::move(first)) {}
  Source data, from;
};

/// The preset's learner on the networks that its row names, initialised from the seed.
/// @throws ValueError when a preset that translates has no second source, and as make_networks and the family's learner
/// do.
std::unique_ptr<Learner> make_learner(const Preset& preset, const SampleFormat& sample, const Sources& sources,
                                      std::uint64_t seed);

/// The module that the learner's sampling_values() are to be loaded into. Where the preset draws from noise, its
/// forward makes samples of z (n, latent); where there is more to be seen, it is a Demonstrator.
std::shared_ptr<nn::Module> make_sampler(const Preset& preset, const SampleFormat& sample);

}  // namespace xgrad::models
