// SPDX-License-Identifier: BSD-3-Clause
// PNG: stb compresses; the one place where its implementation is compiled, hidden from the linker.
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/image/png.h>
#include <xgrad/nn/file.h>

namespace xgrad::models {

namespace {

constexpr std::int64_t longest = 1 << 20;
constexpr std::int64_t most_bytes = 1 << 29;  // stb counts in ints, and doubles its buffer

struct Extents {
  std::int64_t count, height, width;
};

Extents extents_of(const Array& images, std::int64_t channels) {
  if (channels != 1 && channels != 3) {
    throw ValueError("[encode_grid] images have 1 or 3 channels, not " + std::to_string(channels));
  }
  const Shape& shape = images.shape();
  if (shape.rank() == 4 && shape[1] == channels) return {shape[0], shape[2], shape[3]};
  if (shape.rank() == 3 && channels == 1) return {shape[0], shape[1], shape[2]};
  if (shape.rank() == 2) {
    const auto side = std::llround(std::sqrt(static_cast<double>(shape[1] / channels)));
    if (channels * side * side == shape[1]) return {shape[0], side, side};
  }
  const std::string c = std::to_string(channels);
  throw ShapeError("[encode_grid] expected (n, " + (channels == 1 ? "" : c + " * ") + "side * side), " +
                   (channels == 1 ? "(n, h, w) " : "") + "or (n, " + c + ", h, w), got " + to_string(shape));
}

}  // namespace

std::string encode_png(const std::vector<std::uint8_t>& pixels, std::int64_t height, std::int64_t width, int channels) {
  const bool sides = height >= 1 && width >= 1 && height <= longest && width <= longest;
  if (!sides || height * width > most_bytes / channels ||
      static_cast<std::int64_t>(pixels.size()) != height * width * channels) {
    throw ValueError("[encode_png] " + std::to_string(pixels.size()) + " bytes are no picture of " +
                     std::to_string(height) + " x " + std::to_string(width) + " pixels of " + std::to_string(channels));
  }
  std::string png;
  const auto append = [](void* context, void* data, int size) {
    static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  };
  if (stbi_write_png_to_func(append, &png, static_cast<int>(width), static_cast<int>(height), channels, pixels.data(),
                             static_cast<int>(width) * channels) == 0) {
    throw std::bad_alloc();
  }
  return png;
}

std::string encode_grid(const Array& images, const GridOptions& options) {
  if (!is_floating(images.dtype())) throw DTypeError("[encode_grid] expected floating pixels, got int64");
  const auto [count, height, width] = extents_of(images, options.channels);
  const auto in_reach = [](std::int64_t v, std::int64_t least) { return v >= least && v <= longest; };
  const std::int64_t pad = options.padding;
  if (!in_reach(options.rows, 1) || !in_reach(options.columns, 1) || !in_reach(pad, 0) || !in_reach(height, 1) ||
      !in_reach(width, 1) || !in_reach(options.rows * (height + pad) + pad, 1) ||
      !in_reach(options.columns * (width + pad) + pad, 1) ||
      (options.rows * (height + pad) + pad) * (options.columns * (width + pad) + pad) > most_bytes / options.channels) {
    throw ValueError("[encode_grid] " + std::to_string(options.rows) + " x " + std::to_string(options.columns) +
                     " images of " + std::to_string(height) + " x " + std::to_string(width) + " with padding " +
                     std::to_string(pad) + " make no picture of 1 to 2^20 pixels a side and at most 2^29 bytes");
  }
  const std::int64_t rows = options.rows * (height + pad) + pad;
  const std::int64_t columns = options.columns * (width + pad) + pad;
  const std::vector<double> values = images.to_vector<double>();
  const std::int64_t channels = options.channels;
  std::vector<std::uint8_t> canvas(static_cast<std::size_t>(rows * columns * channels), 0);
  for (std::int64_t i = 0; i < std::min(count, options.rows * options.columns); ++i) {
    const std::int64_t top = pad + i / options.columns * (height + pad);
    const std::int64_t left = pad + i % options.columns * (width + pad);
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < width; ++x) {
          canvas[static_cast<std::size_t>(((top + y) * columns + left + x) * channels + c)] =
              to_byte(values[static_cast<std::size_t>(((i * channels + c) * height + y) * width + x)], options.range);
        }
      }
    }
  }
  return encode_png(canvas, rows, columns, static_cast<int>(channels));
}

void write_grid(const std::string& path, const Array& images, const GridOptions& options) {
  nn::write_file(path, encode_grid(images, options));
}

}  // namespace xgrad::models
