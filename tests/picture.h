// SPDX-License-Identifier: BSD-3-Clause
// PNG files decoded by stb_image, which had no part in their making.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::tests {

struct Picture {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;
};

/// Of a PNG's bytes. @throws std::runtime_error for what is none.
Picture decode(const std::string& png);

}  // namespace xgrad::tests
