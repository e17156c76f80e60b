// SPDX-License-Identifier: BSD-3-Clause
// Sample grids, decoded again by stb_image and compared pixel by pixel.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/image/png.h>
#include <xgrad/nn/file.h>

#include "picture.h"
#include "temporary_folder.h"

namespace xgrad::models {
namespace {

using tests::decode;
using tests::Picture;

TEST_CASE("a grid decodes to its images, apart by the padding") {
  std::vector<float> values;
  for (int i = 0; i < 5 * 6; ++i) values.push_back(static_cast<float>(i) / 127.5f - 1.0f);  // bytes 0, 1, 2, ...
  const Array images = Array::from(values, {5, 1, 2, 3});
  const Picture picture = decode(encode_grid(images, {.rows = 2, .columns = 3, .padding = 2}));
  REQUIRE(picture.channels == 1);
  REQUIRE(picture.width == 3 * (3 + 2) + 2);
  REQUIRE(picture.height == 2 * (2 + 2) + 2);
  std::vector<std::uint8_t> expected(picture.pixels.size(), 0);
  for (int i = 0; i < 5; ++i) {
    for (int p = 0; p < 6; ++p) {
      const int y = 2 + i / 3 * 4 + p / 3;
      const int x = 2 + i % 3 * 5 + p % 3;
      expected[static_cast<std::size_t>(y * picture.width + x)] = static_cast<std::uint8_t>(i * 6 + p);
    }
  }
  CHECK(picture.pixels == expected);
}

TEST_CASE("three planes of an image are its red, green and blue") {
  std::vector<float> values;
  for (int i = 0; i < 2 * 3 * 4; ++i) values.push_back(static_cast<float>(i) / 127.5f - 1.0f);
  const GridOptions options{.rows = 1, .columns = 2, .padding = 0, .channels = 3};
  const Picture flat = decode(encode_grid(Array::from(values, {2, 12}), options));
  REQUIRE(flat.channels == 3);
  REQUIRE(flat.width == 4);
  REQUIRE(flat.height == 2);
  for (int i = 0; i < 2; ++i) {
    for (int c = 0; c < 3; ++c) {
      for (int p = 0; p < 4; ++p) {
        const int at = (p / 2 * 4 + 2 * i + p % 2) * 3 + c;
        CHECK(flat.pixels[static_cast<std::size_t>(at)] == 12 * i + 4 * c + p);
      }
    }
  }
  CHECK(encode_grid(Array::from(values, {2, 3, 2, 2}), options) == encode_grid(Array::from(values, {2, 12}), options));
  CHECK_THROWS_WITH_AS(encode_grid(Array::zeros({2, 16}), options), doctest::Contains("3 * side"), ShapeError);
  CHECK_THROWS_WITH_AS(encode_grid(Array::zeros({2, 8}), {.channels = 2}), doctest::Contains("1 or 3"), ValueError);
}

TEST_CASE("flat squares, both ranges, float64 and values outside are shown") {
  const double nan = std::nan("");
  const Array unit = Array::from<double>({0.0, 0.5, 1.0, 9.0, -9.0, nan, INFINITY, 0.25, 0.75}, {1, 9});
  const Picture picture = decode(encode_grid(unit, {.rows = 1, .columns = 1, .padding = 0, .range = PixelRange::unit}));
  CHECK(picture.pixels == std::vector<std::uint8_t>{0, 128, 255, 255, 0, 0, 255, 64, 191});

  const tests::TemporaryFolder folder;
  write_grid(folder.file("grid.png"), Array::full({64, 784}, 1.0));
  const Picture full = decode(nn::read_file(folder.file("grid.png")));
  CHECK(full.width == 8 * 30 + 2);
  CHECK(full.height == 8 * 30 + 2);
  CHECK(full.pixels[static_cast<std::size_t>(2 * full.width + 2)] == 255);
}

TEST_CASE("images may be as long as a spectrum") {
  const Picture picture = decode(encode_grid(Array::full({2, 1, 1, 20'000}, 1.0), {.rows = 2, .columns = 1}));
  CHECK(picture.width == 20'004);
  CHECK(picture.height == 8);
  CHECK(picture.pixels[static_cast<std::size_t>(2 * picture.width + 20'001)] == 255);
}

TEST_CASE("what makes no picture is refused") {
  CHECK_THROWS_AS(encode_grid(Array::zeros({2, 10})), ShapeError);
  CHECK_THROWS_AS(encode_grid(Array::zeros({2, 3, 4, 4})), ShapeError);
  CHECK_THROWS_AS(encode_grid(Array::zeros({9})), ShapeError);
  CHECK_THROWS_AS(encode_grid(Array::zeros({1, 1, 1 << 11, 1 << 12}), {.rows = 16, .columns = 16}), ValueError);
  CHECK_THROWS_AS(encode_grid(Array::zeros({1, 9}, DType::int64)), DTypeError);
  CHECK_THROWS_AS(encode_grid(Array::zeros({1, 9}), {.rows = 0}), ValueError);
  CHECK_THROWS_AS(encode_grid(Array::zeros({1, 9}), {.rows = 1 << 18}), ValueError);
  CHECK_THROWS_AS(encode_grid(Array::zeros({1, 9}), {.padding = -1}), ValueError);
}

}  // namespace
}  // namespace xgrad::models
