// SPDX-License-Identifier: BSD-3-Clause
// What a pair of networks is made for: the images, and how the preset's game is played with them.
#pragma once

#include <cstdint>
#include <optional>

#include <xgrad/models/conditioned.h>
#include <xgrad/models/penalty.h>

namespace xgrad::models {

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
  std::int64_t classes = 0;  ///< 0: labels are not known
};

/// What is asked of a row of the table.
struct NetworkOptions {
  ImageSize image = {};
  Mixing mixing = {};
  Labels labels = Labels::none;
  std::int64_t pac = 1;  ///< samples that D judges together

  std::int64_t pixels() const noexcept { return image.height * image.width; }
  /// Classes that go beside z into G, and beside an image into D.
  std::int64_t beside_latent() const noexcept { return labels == Labels::none ? 0 : image.classes; }
  std::int64_t beside_image() const noexcept { return labels == Labels::concat ? image.classes : 0; }
};

}  // namespace xgrad::models
