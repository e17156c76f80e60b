// SPDX-License-Identifier: BSD-3-Clause
// WAV files of one channel, read as 16-bit samples, checked against hostile content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::models {

/// One channel of sound.
struct Sound {
  std::int64_t rate = 8000;  ///< samples in a second
  std::vector<std::int16_t> samples;
};

/// Decodes a RIFF file: a "fmt " chunk before a "data" chunk, others skipped (Microsoft and IBM, 1991), padded after an
/// odd size or not. Read are one channel of PCM of up to 32 bits and of floats of 32 or 64, plain or as
/// WAVE_FORMAT_EXTENSIBLE; other than 16 bits are rounded to them, floats clamped to [-1, 1]. Where the size of the
/// RIFF chunk is 0 or at least 0x7FFFF000, as programs leave it that write into a pipe, so may be that of "data", which
/// then ends with the file. No chunk is believed to be longer than the file. `name` stands for the file in messages.
/// @throws FormatError for another format (several channels, compressed, RIFX, RF64, ...), a truncated or over-long
/// file, sizes that contradict each other, or more than 2^30 samples.
Sound parse_wav(std::string_view bytes, const std::string& name = "wav");

/// The bytes of a WAV file: 44 of header, then the samples, little-endian. @throws ValueError for a rate outside 1 to
/// 2^20 or more than 2^30 samples.
std::string encode_wav(const Sound& sound);

/// The 16-bit sample nearest to a value of [-1, 1], beyond which it is clamped; NaN is silence. Its inverse: s / 32768.
std::int16_t to_sample(double value) noexcept;

}  // namespace xgrad::models
