// SPDX-License-Identifier: BSD-3-Clause
// Which images are stacked, and their planes one after another.
#include <xgrad/models/data/stacked.h>

#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/random.h>

namespace xgrad::models {

StackedImages::StackedImages(std::shared_ptr<const ImageDataset> base, std::int64_t number, std::uint64_t seed)
    : base_(std::move(base)), classes_(base_->classes()) {
  if (base_->size < 1 || number < 1) {
    throw ValueError("[StackedImages] needs images and a size of 1 or more, got " + std::to_string(base_->size) +
                     " images and size " + std::to_string(number));
  }
  name = "stacked-" + base_->name;
  size = number;
  files = base_->files;
  Generator random(seed);
  // Conversion rounds down: uniform over the base.
  drawn_ =
      astype(uniform({number * planes}, 0.0, static_cast<double>(base_->size), DType::float64, random), DType::int64)
          .array()
          .to_vector<std::int64_t>();
}

SampleFormat StackedImages::format() const {
  return {.height = base_->height, .width = base_->width, .channels = planes};
}

void StackedImages::read(std::int64_t i, PixelRange range, float* to) const {
  for (std::int64_t p = 0; p < planes; ++p) {
    base_->read(drawn_[static_cast<std::size_t>(planes * i + p)], range, to + p * base_->height * base_->width);
  }
}

std::int64_t StackedImages::label(std::int64_t i) const {
  std::vector<std::int64_t> digits;
  for (std::int64_t p = 0; p < planes; ++p) {
    digits.push_back(base_->label(drawn_[static_cast<std::size_t>(planes * i + p)]));
  }
  return stacked_labels(digits, classes_).front();
}

std::string StackedImages::describe() const {
  return std::to_string(size) + " threes of images of " + std::to_string(base_->height) + "x" +
         std::to_string(base_->width) + ", drawn from " + std::to_string(base_->size) + ": " + std::to_string(modes()) +
         " modes";
}

std::vector<std::int64_t> stacked_labels(const std::vector<std::int64_t>& of_planes, std::int64_t classes) {
  constexpr auto planes = static_cast<std::size_t>(StackedImages::planes);
  if (of_planes.size() % planes != 0) {
    throw ValueError("[stacked_labels] " + std::to_string(of_planes.size()) + " labels are no whole threes");
  }
  std::vector<std::int64_t> labels(of_planes.size() / planes, 0);
  for (std::size_t i = 0; i < of_planes.size(); ++i) labels[i / planes] = labels[i / planes] * classes + of_planes[i];
  return labels;
}

}  // namespace xgrad::models
