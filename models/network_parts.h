// SPDX-License-Identifier: BSD-3-Clause
// Parts that the networks share: layers made alike, and the places where labels enter.
#pragma once

#include <memory>
#include <utility>

#include <xgrad/models/network_options.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::models {

/// Makes the layers of a network from modules with default values: initialised in one way.
struct LayerMaker {
  Generator& random;
  void (*initialise)(nn::Module& layer, Generator& random) = nullptr;  ///< none: the layers' own values stay

  template <class Layer>
  std::shared_ptr<nn::Module> operator()(Layer layer) const {
    if (initialise) initialise(layer, random);
    return std::make_shared<Layer>(std::move(layer));
  }
};

/// G of [z, condition] when there are labels, else of z.
std::shared_ptr<nn::Module> generator_of(std::shared_ptr<nn::Sequential> net, const NetworkOptions& options);

/// D from the layers that make its `width` features: a linear score of them, and the labels where they belong.
std::shared_ptr<nn::Module> discriminator_of(std::shared_ptr<nn::Sequential> features, std::int64_t width,
                                             const NetworkOptions& options, const LayerMaker& make);

}  // namespace xgrad::models
