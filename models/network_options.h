// SPDX-License-Identifier: BSD-3-Clause
// What a pair of networks is made for: the images, and how the preset's game is played with them.
#pragma once

#include <cstdint>

#include <xgrad/autograd/random.h>
#include <xgrad/models/conditioned.h>

namespace xgrad::models {

/// Which of a pair may use layers in which the samples of a batch see each other.
struct Mixing {
  bool generator = true;
  bool discriminator = true;
};

/// The images a pair is for.
struct ImageSize {
  std::int64_t height = 28;
  std::int64_t width = 28;
  std::int64_t classes = 0;  ///< 0: labels are not known
};

/// What is asked of a row of the table.
struct NetworkOptions {
  ImageSize image = {};
  Mixing mixing = {};
  Labels labels = Labels::none;
  bool spectral_norm = false;  ///< of D's layers
  std::int64_t pac = 1;        ///< samples that D judges together

  std::int64_t pixels() const noexcept { return image.height * image.width; }
  /// Classes that go beside z into G, and beside each image into D.
  std::int64_t beside_latent() const noexcept { return labels == Labels::none ? 0 : image.classes; }
  std::int64_t beside_image() const noexcept { return labels == Labels::concat ? image.classes : 0; }
  /// Planes that D sees of a pack of images.
  std::int64_t d_channels() const noexcept { return pac * (1 + beside_image()); }
};

}  // namespace xgrad::models
