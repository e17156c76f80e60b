// SPDX-License-Identifier: BSD-3-Clause
// The one place where stb_image is compiled.
#include "picture.h"

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#include <stb_image.h>

#include <stdexcept>

namespace xgrad::tests {

Picture decode(const std::string& png) {
  Picture picture;
  stbi_uc* pixels = stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(png.data()), static_cast<int>(png.size()),
                                          &picture.width, &picture.height, &picture.channels, 0);
  if (pixels == nullptr) throw std::runtime_error("not a PNG");
  picture.pixels.assign(pixels, pixels + picture.width * picture.height * picture.channels);
  stbi_image_free(pixels);
  return picture;
}

}  // namespace xgrad::tests
