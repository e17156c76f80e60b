// SPDX-License-Identifier: BSD-3-Clause
// Tones, and folders of recordings.
#include <xgrad/models/data/waves.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <string_view>

#include <xgrad/autograd/random.h>
#include <xgrad/models/data/sha256.h>
#include <xgrad/nn/file.h>

namespace xgrad::models {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t harmonics = 4;
constexpr std::array<int, 5> pentatonic = {0, 2, 4, 7, 9};  // semitones above the tonic
constexpr std::int64_t pitches = 2 * pentatonic.size();
constexpr double lowest = 220.0;
constexpr std::size_t pieces_for_one_test = 10;
constexpr std::size_t most_samples = std::size_t{1} << 30;

double pitch(std::int64_t number) {
  const auto n = static_cast<std::size_t>(number);
  const auto octave = static_cast<double>(n / pentatonic.size());
  return lowest * std::exp2(octave + pentatonic[n % pentatonic.size()] / 12.0);
}

// One tone, from numbers u of [0, 1).
void add_tone(Sound& sound, std::int64_t length, const double* u) {
  const auto between = [&](double low, double high) { return low + (high - low) * *u++; };
  const double rate = static_cast<double>(sound.rate);
  const double turn = 2.0 * std::numbers::pi * pitch(static_cast<std::int64_t>(between(0, pitches))) / rate;
  const double phase = between(0, 2.0 * std::numbers::pi);
  const double attack = rate * between(0.002, 0.015);
  const double fade = std::exp(-1.0 / (rate * between(0.030, 0.150)));
  const double peak = between(0.5, 0.95);
  std::array<double, harmonics> strength{1.0};
  for (std::size_t k = 1; k < harmonics; ++k) strength[k] = between(0.3, 1.0) * std::exp2(-static_cast<double>(k));
  const std::complex<double> step = std::polar(1.0, turn);
  std::complex<double> at = std::polar(1.0, phase);
  double level = 1.0;
  std::vector<double> wave;
  double highest = 0.0;
  for (std::int64_t t = 0; t < length; ++t) {
    std::complex<double> harmonic = at;
    double sum = 0.0;
    for (const double s : strength) {
      sum += s * harmonic.imag();
      harmonic *= at;
    }
    wave.push_back(sum * level * std::min(1.0, static_cast<double>(t) / attack));
    highest = std::max(highest, std::abs(wave.back()));
    at *= step;
    level *= fade;
  }
  for (const double x : wave) sound.samples.push_back(to_sample(x * peak / highest));
}

}  // namespace

SampleFormat WaveDataset::format() const {
  return {.height = 1, .width = length, .kind = DataKind::waves, .rate = sound.rate};
}

void WaveDataset::read(std::int64_t i, PixelRange, float* to) const {
  const std::int16_t* from = sound.samples.data() + i * length;
  for (std::int64_t t = 0; t < length; ++t) to[t] = static_cast<float>(from[t]) / 32768.0f;
}

std::string WaveDataset::describe() const {
  return std::to_string(size) + " waves of " + std::to_string(length) + " samples at " + std::to_string(sound.rate) +
         " Hz";
}

WaveDataset make_tones(std::int64_t n, std::uint64_t seed) {
  constexpr std::int64_t draws = 5 + harmonics - 1;
  WaveDataset data;
  data.name = "tones";
  data.size = n;
  Generator random(seed);
  const std::vector<double> u = uniform({n, draws}, 0.0, 1.0, DType::float64, random).array().to_vector<double>();
  for (std::int64_t i = 0; i < n; ++i) add_tone(data.sound, data.length, u.data() + i * draws);
  return data;
}

WaveDataset read_waves(const fs::path& folder, Split split) {
  std::vector<fs::path> paths;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with(".")) continue;  // macOS leaves a ._name beside each file
    std::string extension = entry.path().extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) {
      return c == 'W' ? 'w' : c == 'A' ? 'a' : c == 'V' ? 'v' : c;
    });
    if (extension == ".wav" && entry.is_regular_file(ignored)) paths.push_back(entry.path());
  }
  if (paths.empty()) {
    throw DataMissing("'" + folder.string() + "' is neither tones nor a folder with WAV files; take --data tones");
  }
  std::sort(paths.begin(), paths.end());
  WaveDataset data;
  data.name = fs::weakly_canonical(folder).filename().string();
  data.sound.rate = 0;
  std::size_t number = 0;  // of pieces so far
  for (const fs::path& path : paths) {
    const std::string bytes = nn::read_file(path.string());
    Sound sound = parse_wav(bytes, path.string());
    if (sound.samples.empty()) throw FormatError(path.string() + ": there is no sound in it, not one sample");
    if (data.sound.rate != 0 && sound.rate != data.sound.rate) {
      throw FormatError(path.string() + ": " + std::to_string(sound.rate) + " samples a second, but " +
                        paths.front().string() + " has " + std::to_string(data.sound.rate));
    }
    data.sound.rate = sound.rate;
    const auto length = static_cast<std::size_t>(data.length);
    const std::size_t pieces = std::max<std::size_t>(1, sound.samples.size() / length);
    sound.samples.resize(pieces * length);
    for (std::size_t i = 0; i < pieces; ++i, ++number) {
      if ((number % pieces_for_one_test == pieces_for_one_test - 1) != (split == Split::test)) continue;
      const auto piece = sound.samples.begin() + static_cast<std::ptrdiff_t>(i * length);
      data.sound.samples.insert(data.sound.samples.end(), piece, piece + data.length);
    }
    if (data.sound.samples.size() > most_samples) {
      throw FormatError(path.string() + ": with it the folder has more than 2^30 samples");
    }
    data.files.push_back({path, sha256(bytes)});
  }
  data.size = static_cast<std::int64_t>(data.sound.samples.size()) / data.length;
  if (data.size == 0) {
    throw FormatError(folder.string() + ": " + std::to_string(number) + " pieces are too few to hold one back");
  }
  return data;
}

WaveDataset load_waves(const std::string& name, Split split) {
  if (name != "tones") return read_waves(name, split);
  WaveDataset tones = split == Split::train ? make_tones(4096, 1) : make_tones(1024, 2);
  // No file: what was made is known by its bytes.
  const auto* bytes = reinterpret_cast<const char*>(tones.sound.samples.data());
  tones.files.push_back({"tones", sha256(std::string_view(bytes, tones.sound.samples.size() * sizeof(std::int16_t)))});
  return tones;
}

}  // namespace xgrad::models
