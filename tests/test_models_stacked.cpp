// SPDX-License-Identifier: BSD-3-Clause
// Stacked images: that their thousand modes are all there, evenly, and that the shipped classifiers find them.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include <xgrad/models/data/kinds.h>
#include <xgrad/models/data/stacked.h>
#include <xgrad/models/metrics/classifier.h>
#include <xgrad/models/metrics/modes.h>

using namespace xgrad;
using namespace xgrad::models;
using doctest::Approx;

namespace {

// Twenty images of 2 x 2 pixels, the k-th full of 10 k, of class k mod 10.
std::shared_ptr<const ImageDataset> twenty() {
  ImageDataset data;
  data.name = "twenty";
  data.size = 20;
  data.height = data.width = 2;
  for (int k = 0; k < 20; ++k) {
    data.images.insert(data.images.end(), 4, static_cast<std::uint8_t>(10 * k));
    data.labels.push_back(static_cast<std::uint8_t>(k % 10));
  }
  return std::make_shared<const ImageDataset>(std::move(data));
}

std::vector<std::int64_t> labels_of(const Dataset& data) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < data.size; ++i) labels.push_back(data.label(i));
  return labels;
}

}  // namespace

TEST_CASE("stacked images are three of the base, and their label its digits") {
  const StackedImages data(twenty(), 300, 7);
  CHECK(data.name == "stacked-twenty");
  CHECK(data.modes() == 1000);
  CHECK(data.format() == SampleFormat{.height = 2, .width = 2, .classes = 0, .channels = 3});
  const std::vector<std::int64_t> labels = labels_of(data);
  for (std::int64_t i = 0; i < data.size; ++i) {
    float pixels[12];
    data.read(i, PixelRange::unit, pixels);
    std::int64_t label = 0;
    for (int p = 0; p < 3; ++p) {
      for (int k = 1; k < 4; ++k) CHECK(pixels[4 * p + k] == pixels[4 * p]);
      label = 10 * label + std::lround(pixels[4 * p] * 255.0f) / 10 % 10;
    }
    CHECK(labels[static_cast<std::size_t>(i)] == label);
  }
  CHECK(labels_of(StackedImages(twenty(), 300, 7)) == labels);
  CHECK(labels_of(StackedImages(twenty(), 300, 8)) != labels);
  CHECK_THROWS_AS(StackedImages(twenty(), 0), ValueError);
  CHECK_THROWS_WITH_AS(stacked_labels({1, 2}, 10), doctest::Contains("threes"), ValueError);
}

TEST_CASE("stacked images reach all thousand modes evenly, and fewer modes have the divergence of their number") {
  const std::vector<std::int64_t> labels = labels_of(StackedImages(twenty(), 26000));
  const ModeStatistics all = label_modes(labels, 1000);
  CHECK(all.modes == 1000);
  // (K - 1) / 2n on average, where each is drawn as often as any other.
  CHECK(all.reverse_kl == Approx(999.0 / 52000.0).epsilon(0.1));

  std::vector<std::int64_t> collapsed;  // red is always 4: a hundred modes
  for (std::int64_t i = 0; i < 5000; ++i) collapsed.insert(collapsed.end(), {4, i / 10 % 10, i % 10});
  const ModeStatistics few = label_modes(stacked_labels(collapsed, 10), 1000);
  CHECK(few.modes == 100);
  CHECK(few.reverse_kl == Approx(std::log(10.0)).epsilon(1e-12));
}

TEST_CASE("the shipped classifiers find the modes of real stacked images") {
  for (const std::string base : {"fashion", "mnist"}) {
    CAPTURE(base);
    std::shared_ptr<const Dataset> data;
    try {
      data = load_data(DataKind::images, "stacked:" + base);
    } catch (const DataMissing&) {
      MESSAGE("skipped: no images of ", base);
      continue;
    }
    CHECK(data->size == 128000);
    const std::int64_t n = 2000;
    Array planes(Shape{3 * n, 784}, DType::float32);
    for (std::int64_t i = 0; i < n; ++i) {
      data->read(i, PixelRange::signed_unit, planes.mutable_data<float>() + i * 3 * 784);
    }
    const auto named = stacked_labels(judge(*shipped_classifier(base), planes).labels, 10);
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < n; ++i) right += named[static_cast<std::size_t>(i)] == data->label(i) ? 1 : 0;
    // Three right names, each of one plane: a classifier's accuracy cubed.
    CHECK(static_cast<double>(right) / n > (base == "mnist" ? 0.95 : 0.7));
    const ModeStatistics s = label_modes(named, 1000);
    CHECK(s.modes > 800);  // 1000 (1 - e^-2) of 2,000 even draws
    CHECK(s.modes < 900);
    CHECK(s.reverse_kl < 0.35);
  }
}
