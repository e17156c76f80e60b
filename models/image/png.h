// SPDX-License-Identifier: BSD-3-Clause
// PNG files, and the grid of grey images that a person looks at to judge a generator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <xgrad/autograd/array.h>
#include <xgrad/models/data/pixels.h>

namespace xgrad::models {

/// The PNG of rows of 8-bit pixels, `channels` bytes each: 1 (grey) or 3 (RGB). @throws ValueError unless there are
/// height * width * channels bytes, at most 2^29, and both sides are 1 to 2^20.
std::string encode_png(const std::vector<std::uint8_t>& pixels, std::int64_t height, std::int64_t width, int channels);

struct GridOptions {
  std::int64_t rows = 8;
  std::int64_t columns = 8;
  std::int64_t padding = 2;  ///< black pixels around and between the images
  PixelRange range = PixelRange::signed_unit;
  std::int64_t channels = 1;  ///< of an image: 1 (grey) or 3 (red, green, blue), one plane after another
};

/// The PNG's bytes, 8 bits a channel. `images`: float32 or float64, (n, c * h * w) with h = w, (n, h, w) if c = 1, or
/// (n, c, h, w); the first rows * columns of them are shown, places without an image stay black, values outside the
/// range are clamped.
/// @throws ShapeError, DTypeError, ValueError
std::string encode_grid(const Array& images, const GridOptions& options = {});

/// encode_grid into a file, atomically. @throws also IoError
void write_grid(const std::string& path, const Array& images, const GridOptions& options = {});

}  // namespace xgrad::models
