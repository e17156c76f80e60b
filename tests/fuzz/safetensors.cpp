// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on the safetensors parser. FormatError is the one way out.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/safetensors.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    xgrad::nn::parse_safetensors(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const xgrad::FormatError&) {
  }
  return 0;
}
