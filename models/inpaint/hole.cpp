// SPDX-License-Identifier: BSD-3-Clause
// Squares and their surroundings.
#include <xgrad/models/inpaint/hole.h>

#include <algorithm>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::models {

Variable centre_hole(const SampleFormat& image, PixelLayout layout, double share, DType dtype) {
  const auto of = [share](std::int64_t side) { return static_cast<std::int64_t>(share * static_cast<double>(side)); };
  const std::int64_t height = of(image.height);
  const std::int64_t width = of(image.width);
  if (image.kind != DataKind::images || !(share > 0.0 && share < 1.0) || height < 1 || width < 1) {
    throw ValueError("[centre_hole] a share of " + std::to_string(share) + " leaves no hole with a rim in images of " +
                     std::to_string(image.height) + "x" + std::to_string(image.width));
  }
  const std::int64_t top = (image.height - height) / 2;
  const std::int64_t left = (image.width - width) / 2;
  std::vector<double> hole;
  for (std::int64_t y = 0; y < image.height; ++y) {
    for (std::int64_t x = 0; x < image.width; ++x) {
      hole.push_back(y >= top && y < top + height && x >= left && x < left + width ? 1.0 : 0.0);
    }
  }
  // Every channel has it: by broadcasting, or where all of an image is one row, over and over.
  const std::vector<double> plane = hole;
  for (std::int64_t c = 1; layout == PixelLayout::flat && c < image.channels; ++c) {
    hole.insert(hole.end(), plane.begin(), plane.end());
  }
  const Shape shape = layout == PixelLayout::flat ? Shape{1, image.elements()} : Shape{1, 1, image.height, image.width};
  return astype(tensor(hole, shape), dtype);
}

Variable cut_out(const Variable& images, const Variable& hole, double value) {
  return where(hole, full(images.shape(), value, images.dtype()), images);
}

Variable fill_in(const Variable& images, const Variable& filling, const Variable& hole) {
  return where(hole, filling, images);
}

Variable context_weights(const Variable& hole, const SampleFormat& image, std::int64_t window) {
  const auto unknown = hole.array().to_vector<double>();
  const auto at = [&](std::int64_t y, std::int64_t x) {
    return unknown[static_cast<std::size_t>(y * image.width + x)];
  };
  const std::int64_t reach = window / 2;
  std::vector<double> weights;
  for (std::int64_t i = 0; i < hole.size(); ++i) {
    const std::int64_t y = i / image.width % image.height;
    const std::int64_t x = i % image.width;
    double holes = 0.0;
    double pixels = 0.0;
    for (std::int64_t v = std::max<std::int64_t>(0, y - reach); v <= std::min(image.height - 1, y + reach); ++v) {
      for (std::int64_t u = std::max<std::int64_t>(0, x - reach); u <= std::min(image.width - 1, x + reach); ++u) {
        holes += at(v, u);
        pixels += 1.0;
      }
    }
    weights.push_back(at(y, x) > 0.0 ? 0.0 : holes / pixels);
  }
  return astype(tensor(weights, hole.shape()), hole.dtype());
}

}  // namespace xgrad::models
