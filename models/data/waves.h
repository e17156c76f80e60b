// SPDX-License-Identifier: BSD-3-Clause
// Waves: pieces of sound of a fixed length, made by rule or cut from WAV files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <xgrad/models/audio/wav.h>
#include <xgrad/models/data/dataset.h>

namespace xgrad::models {

/// `size` waves of `length` samples, one after the other.
struct WaveDataset : Dataset {
  std::int64_t length = 1024;
  Sound sound;

  SampleFormat format() const override;
  void read(std::int64_t i, PixelRange range, float* to) const override;
  std::string describe() const override;
};

/// n tones of 1024 samples at 8 kHz, known by their seed. A tone has one of ten pitches, those of the pentatonic scale
/// upwards from 220 Hz; four harmonics, the k-th with a strength of U(0.3, 1) / 2^(k-1), the first with 1; any phase;
/// it swells within U(2, 15) ms, fades with a time constant of U(30, 150) ms, and peaks at U(0.5, 0.95).
WaveDataset make_tones(std::int64_t n, std::uint64_t seed);

/// The pieces of `length` of the WAV files in a folder, in order of their names; what a file has over is left out, and
/// a file shorter than a piece is filled up with silence. Hidden files are skipped. Every tenth piece is for testing.
/// @throws DataMissing when there are no files; IoError; FormatError, also for a file without a sample, files of
/// different rates, more than 2^30 samples together or no piece to test with.
WaveDataset read_waves(const std::filesystem::path& folder, Split split = Split::train);

/// "tones" (4096 of them, and 1024 for testing), or a folder of WAV files. @throws as read_waves.
WaveDataset load_waves(const std::string& name, Split split = Split::train);

}  // namespace xgrad::models
