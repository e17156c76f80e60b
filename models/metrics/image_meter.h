// SPDX-License-Identifier: BSD-3-Clause
// ImageMeter: measures one set of images after another against the same real ones.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/models/metrics/classifier.h>

namespace xgrad::models {

/// Figures by name, in the order in which they are reported.
using Figures = std::vector<std::pair<std::string, double>>;

/// Where images are compared: among the features of a shipped classifier ("fashion", "mnist"), or as "pixels", which
/// have fewer figures: nothing that needs features or classes.
class ImageMeter {
 public:
  /// `reference`: float32 images, a row or a plane each. @throws ValueError for an unknown space.
  ImageMeter(std::string space, const Array& reference, PixelRange range);

  /// @throws ShapeError unless there are as many images as in the reference, and more than 5.
  Figures operator()(const Array& images) const;

  const std::string& space() const noexcept { return space_; }
  std::int64_t size() const noexcept { return reference_.features.shape()[0]; }

 private:
  Judgement judgement(const Array& images) const;

  std::string space_;
  PixelRange range_;
  std::shared_ptr<FeatureClassifier> classifier_;
  Judgement reference_;
};

/// The space that images of a dataset are compared in unless one is asked for: its classifier's, where there is one and
/// it can read them, else "pixels".
std::string default_space(const std::string& dataset, const SampleFormat& format);

/// The figures of a space by which one generator can be called better than another.
std::vector<std::string> comparable_figures(const std::string& space);
/// How far a value of such a figure is from good: lower is better. @throws ValueError with a suggestion for others.
double shortfall(const std::string& figure, double value);

}  // namespace xgrad::models
