// SPDX-License-Identifier: BSD-3-Clause
// The data loader: every image once an epoch, the same order again from a seed or a saved place.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/loader.h>

namespace xgrad::models {
namespace {

/// Image i is filled with i, its label is 2 i.
std::shared_ptr<const ImageDataset> numbered(std::int64_t size) {
  ImageDataset data;
  data.size = size;
  data.height = 2;
  data.width = 3;
  for (std::int64_t i = 0; i < size; ++i) {
    data.images.insert(data.images.end(), 6, static_cast<std::uint8_t>(i));
    data.labels.push_back(static_cast<std::uint8_t>(2 * i));
  }
  return std::make_shared<const ImageDataset>(std::move(data));
}

/// The numbers of the images in a batch, after checking that labels and pixels say the same.
std::vector<std::int64_t> images_in(const Batch& batch, PixelRange range) {
  const std::vector<float> pixels = batch.samples.to_vector<float>();
  std::vector<std::int64_t> numbers;
  for (const std::int64_t label : batch.labels.to_vector<std::int64_t>()) {
    const std::size_t first = 6 * numbers.size();
    numbers.push_back(label / 2);
    for (std::size_t p = first; p < first + 6; ++p) CHECK(to_byte(pixels.at(p), range) == label / 2);
  }
  return numbers;
}

std::vector<std::int64_t> epoch_of(DataLoader& loader) {
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
    const std::vector<std::int64_t> batch = images_in(loader.next(), PixelRange::signed_unit);
    order.insert(order.end(), batch.begin(), batch.end());
  }
  return order;
}

TEST_CASE("bytes map onto the ranges' ends and back") {
  for (const PixelRange range : {PixelRange::unit, PixelRange::signed_unit}) {
    const auto values = pixel_values(range);
    CHECK(values[0] == (range == PixelRange::unit ? 0.0f : -1.0f));
    CHECK(values[255] == 1.0f);
    for (int v = 0; v < 256; ++v) CHECK(to_byte(values[static_cast<std::size_t>(v)], range) == v);
    CHECK(to_byte(7.0, range) == 255);
    CHECK(to_byte(-7.0, range) == 0);
    CHECK(to_byte(std::numeric_limits<double>::quiet_NaN(), range) == 0);
  }
}

TEST_CASE("an epoch holds each image once, each epoch in another order") {
  DataLoader loader(numbered(100), {.batch_size = 10}, Generator(1));
  const std::vector<std::int64_t> first = epoch_of(loader);
  CHECK(loader.epoch() == 1);
  const std::vector<std::int64_t> second = epoch_of(loader);
  CHECK(first != second);
  for (std::vector<std::int64_t> order : {first, second}) {
    std::sort(order.begin(), order.end());
    std::vector<std::int64_t> all(100);
    std::iota(all.begin(), all.end(), std::int64_t{0});
    CHECK(order == all);
  }
  DataLoader again(numbered(100), {.batch_size = 10}, Generator(1));
  CHECK(epoch_of(again) == first);
  DataLoader other(numbered(100), {.batch_size = 10}, Generator(2));
  CHECK(epoch_of(other) != first);
}

TEST_CASE("a rest is dropped or given as a smaller batch") {
  DataLoader dropping(numbered(11), {.batch_size = 4}, Generator(1));
  CHECK(dropping.batches_per_epoch() == 2);
  CHECK(epoch_of(dropping).size() == 8);
  CHECK(dropping.epoch() == 1);

  DataLoader keeping(numbered(11), {.batch_size = 4, .shuffle = false, .drop_last = false}, Generator(1));
  CHECK(keeping.batches_per_epoch() == 3);
  CHECK(epoch_of(keeping) == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(epoch_of(keeping).size() == 11);
}

TEST_CASE("batches come in the asked range and layout") {
  DataLoader loader(numbered(8),
                    {.batch_size = 2, .shuffle = false, .range = PixelRange::unit, .layout = PixelLayout::planar},
                    Generator(1));
  loader.next();
  const Batch batch = loader.next();
  CHECK(batch.samples.shape() == Shape{2, 1, 2, 3});
  CHECK(batch.samples.dtype() == DType::float32);
  CHECK(batch.samples.data<float>()[0] == static_cast<float>(2.0 / 255.0));
  CHECK(batch.labels.shape() == Shape{2});
  CHECK(images_in(batch, PixelRange::unit) == std::vector<std::int64_t>{2, 3});
}

TEST_CASE("a loader put back to any place goes on exactly as before") {
  for (const bool drop_last : {true, false}) {
    const LoaderOptions options{.batch_size = 4, .drop_last = drop_last};
    DataLoader loader(numbered(11), options, Generator(3));
    for (int place = 0; place < 8; ++place) {
      const DataLoader::State saved = loader.state();
      std::vector<std::vector<std::int64_t>> ahead;
      DataLoader original = loader;
      for (int i = 0; i < 7; ++i) ahead.push_back(images_in(original.next(), PixelRange::signed_unit));

      DataLoader resumed(numbered(11), options, Generator(99));
      resumed.next();
      resumed.set_state(saved);
      CHECK(resumed.state() == saved);
      CHECK(resumed.epoch() == loader.epoch());
      for (const auto& batch : ahead) CHECK(images_in(resumed.next(), PixelRange::signed_unit) == batch);
      CHECK(resumed.state() == original.state());
      loader.next();
    }
  }
}

TEST_CASE("impossible batches and places are refused") {
  CHECK_THROWS_AS(DataLoader(numbered(3), {.batch_size = 0}, Generator(1)), ValueError);
  CHECK_THROWS_AS(DataLoader(numbered(3), {.batch_size = 4}, Generator(1)), ValueError);
  DataLoader loader(numbered(3), {.batch_size = 2}, Generator(1));
  const DataLoader::State state = loader.state();
  CHECK_THROWS_AS(loader.set_state({{}, 0, 4}), ValueError);
  CHECK_THROWS_AS(loader.set_state({{}, 0, -1}), ValueError);
  CHECK_THROWS_AS(loader.set_state({{}, -1, 0}), ValueError);
  CHECK(loader.state() == state);
}

}  // namespace
}  // namespace xgrad::models
