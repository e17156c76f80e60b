// SPDX-License-Identifier: BSD-3-Clause
// StackedImages: three grey images as the colours of one, so that ten classes make a thousand modes.
#pragma once

#include <memory>
#include <string_view>

#include <xgrad/models/data/dataset.h>

namespace xgrad::models {

/// Sample i has three images of the base, drawn evenly by the seed and i, as planes of red, green and blue. Its label
/// is the digits' number, red's first: (r K + g) K + b with K the base's classes. Networks are told no classes: the
/// modes are what they have to find (Srivastava et al., 2017; Lin et al., 2018).
class StackedImages : public Dataset {
 public:
  static constexpr std::int64_t planes = 3;
  /// Before the name of the base, where data are named; in the dataset's own name there is a hyphen, for folders.
  static constexpr std::string_view prefix = "stacked:";

  /// @throws ValueError unless the base has images and size >= 1.
  explicit StackedImages(std::shared_ptr<const ImageDataset> base, std::int64_t size = 128000, std::uint64_t seed = 0);

  /// K^3.
  std::int64_t modes() const noexcept { return classes_ * classes_ * classes_; }

  SampleFormat format() const override;
  void read(std::int64_t i, PixelRange range, float* to) const override;
  std::int64_t label(std::int64_t i) const override;
  std::string describe() const override;

 private:
  std::shared_ptr<const ImageDataset> base_;
  std::int64_t classes_;
  std::vector<std::int64_t> drawn_;  ///< of the base, `planes` for each sample
};

/// The labels of stacked images from those of their planes, one after another. @throws ValueError unless they are whole
/// threes.
std::vector<std::int64_t> stacked_labels(const std::vector<std::int64_t>& of_planes, std::int64_t classes);

}  // namespace xgrad::models
