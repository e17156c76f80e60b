// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on texts as data. FormatError is the one way out; what is UTF-8 is written back as it was, and every window
// lies inside the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/text.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace xgrad::models;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (to_utf8(from_utf8(bytes)) != bytes) std::abort();
  } catch (const xgrad::FormatError&) {
  }
  for (const xgrad::models::Split split : {Split::train, Split::test}) {
    try {
      const TextDataset text = parse_text(bytes, split);
      std::vector<float> window(static_cast<std::size_t>(text.format().elements()));
      for (const std::int64_t i : {std::int64_t{0}, text.size - 1}) text.read(i, PixelRange::unit, window.data());
      if (static_cast<std::int64_t>(from_utf8(text.alphabet).size()) != text.letters) std::abort();
    } catch (const xgrad::FormatError&) {
    }
  }
  return 0;
}
