// SPDX-License-Identifier: BSD-3-Clause
// Parts that the networks share: layers made alike, and the places where labels enter.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <xgrad/models/network_options.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/sequential.h>
#include <xgrad/nn/spectral_norm.h>

namespace xgrad::models {

/// Makes the layers of a network from modules with default values: initialised in one way, and with their weight
/// divided by its largest singular value when asked to.
struct LayerMaker {
  Generator& random;
  void (*initialise)(nn::Module& layer, Generator& random) = nullptr;  ///< none: the layers' own values stay
  bool spectral_norm = false;                                          ///< of layers with a matrix

  template <class Layer>
  std::shared_ptr<nn::Module> operator()(Layer layer) const {
    if (initialise) initialise(layer, random);
    if constexpr (!std::is_base_of_v<nn::BatchNorm, Layer>) {
      if (spectral_norm)
        return std::make_shared<nn::SpectralNorm<Layer>>(std::move(layer), nn::SpectralNormOptions{}, random);
    }
    return std::make_shared<Layer>(std::move(layer));
  }
};

/// A quarter of the height and of the width of an image. @throws ValueError naming the network when there is none.
struct Quarter {
  std::int64_t height, width;
};
Quarter quarter_of(const SampleFormat& image, const std::string& network);

/// G of [z, condition] when there are labels, else of z.
std::shared_ptr<nn::Module> generator_of(std::shared_ptr<nn::Sequential> net, const NetworkOptions& options);

/// D from the layers that make its `width` features: a linear score of them, and the labels where they belong.
std::shared_ptr<nn::Module> discriminator_of(std::shared_ptr<nn::Sequential> features, std::int64_t width,
                                             const NetworkOptions& options, const LayerMaker& make);

}  // namespace xgrad::models
