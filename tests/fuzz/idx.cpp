// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on the IDX parser: images and labels, plain and gzip. FormatError is the one way out.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/idx.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const int rank : {1, 3}) {
    try {
      xgrad::models::parse_idx(bytes, rank);
    } catch (const xgrad::FormatError&) {
    }
  }
  return 0;
}
