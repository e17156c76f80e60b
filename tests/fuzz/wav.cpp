// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on the WAV parser. FormatError is the one way out, and what was read is written and read back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <xgrad/autograd/error.h>
#include <xgrad/models/audio/wav.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace xgrad::models;
  Sound sound;
  try {
    sound = parse_wav(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const xgrad::FormatError&) {
    return 0;
  }
  const Sound again = parse_wav(encode_wav(sound));
  if (again.rate != sound.rate || again.samples != sound.samples) std::abort();
  return 0;
}
