// SPDX-License-Identifier: BSD-3-Clause
// Waves: WAV files against RIFF's definition, hostile ones, tones, folders of recordings, and spectra of known waves.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/audio/spectrum.h>
#include <xgrad/models/data/waves.h>
#include <xgrad/nn/file.h>

#include "hostile.h"
#include "temporary_folder.h"

namespace xgrad::models {
namespace {

using tests::TemporaryFolder;

std::string error_of(const std::string& bytes) {
  return tests::format_error([](const std::string& b) { parse_wav(b); }, bytes);
}

// 64 kHz is above what 16 bits hold, so every byte of the rate counts.
const Sound few{.rate = 66051, .samples = {0, 1, -1, 32767, -32768}};
const std::string few_bytes(
    "RIFF\x2e\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x03\x02\x01\0\x06\x04\x02\0\x02\0\x10\0"
    "data\x0a\0\0\0\0\0\x01\0\xff\xff\xff\x7f\0\x80",
    54);

// sin of that many cycles over n samples.
std::vector<float> sine(std::int64_t n, double cycles, double phase = 0.3) {
  std::vector<float> wave;
  for (std::int64_t t = 0; t < n; ++t) {
    wave.push_back(static_cast<float>(
        std::sin(2 * std::numbers::pi * cycles * static_cast<double>(t) / static_cast<double>(n) + phase)));
  }
  return wave;
}

Array row(const std::vector<float>& wave) {
  return Array::from<float>(wave, {1, static_cast<std::int64_t>(wave.size())});
}

TEST_CASE("a WAV file has the bytes that RIFF's definition gives it, and is read back") {
  CHECK(encode_wav(few) == few_bytes);
  const Sound back = parse_wav(few_bytes);
  CHECK(back.rate == few.rate);
  CHECK(back.samples == few.samples);
  CHECK(parse_wav(encode_wav({.rate = 1, .samples = {}})).samples.empty());
  CHECK_THROWS_AS(encode_wav({.rate = 0, .samples = {}}), ValueError);
  for (int s = -32768; s <= 32767; ++s) CHECK_EQ(to_sample(s / 32768.0), s);
  CHECK(to_sample(2.0) == 32767);
  CHECK(to_sample(-2.0) == -32768);
  CHECK(to_sample(std::numeric_limits<double>::quiet_NaN()) == 0);
  CHECK(to_sample(std::numeric_limits<double>::infinity()) == 32767);
}

TEST_CASE("chunks that are not needed are skipped, odd ones with their padding") {
  std::string more = few_bytes;
  more.insert(12, std::string("LIST\x03\0\0\0abc\0", 12));
  more[4] = static_cast<char>(more.size() - 8);
  CHECK(parse_wav(more).samples == few.samples);
  more += std::string("id3 \x01\0\0\0x", 9);  // after the sound, its padding left out
  more[4] = static_cast<char>(more.size() - 8);
  CHECK(parse_wav(more).samples == few.samples);
}

TEST_CASE("hostile WAV files are refused with the reason") {
  const auto with = [](std::size_t at, const std::string& bytes) {
    std::string changed = few_bytes;
    return changed.replace(at, bytes.size(), bytes);
  };
  const struct {
    const char* what;
    std::string bytes;
    const char* message;
  } cases[] = {
      {"empty", "", "not a WAV file"},
      {"another file", with(0, "something"), "not a WAV file"},
      {"big-endian", with(0, "RIFX"), "it is RIFX, its bytes in the other order"},
      {"more than 4 GiB", with(0, "RF64"), "it is RF64"},
      {"Wave64", with(0, "riff"), "it is Wave64"},
      {"FLAC", with(0, "fLaC"), "it is FLAC"},
      {"another RIFF", with(8, "AVI "), "not a WAV file"},
      {"a missing byte", few_bytes.substr(0, 52), "truncated"},
      {"a byte too many", few_bytes + "x", "more follows"},
      {"announced as 1 GiB", with(4, std::string("\0\0\0\x40", 4)), "truncated"},
      {"announced as less", with(4, std::string("\x20\0\0\0", 4)), "more follows"},
      {"data of 4 GiB", with(40, "\xff\xff\xff\xff"), "truncated inside a chunk"},
      {"a format of 4 GiB", with(16, "\xff\xff\xff\xff"), "truncated inside a chunk"},
      {"an odd number of bytes", with(40, "\x09"), "half a sample"},
      {"a short format", with(16, "\x0e"), "the format chunk is too short"},
      {"floats of 16 bits", with(20, "\x03"), "format 3 (floats) with 1 channel of 16 bits"},
      {"ADPCM", with(20, "\x02"), "format 2 (ADPCM)"},
      {"A-law", with(20, "\x06"), "format 6 (A-law)"},
      {"something unknown", with(20, "\x63"), "format 99 with 1 channel"},
      {"extensible without its extension", with(20, "\xfe\xff"), "extensible format chunk is too short"},
      {"40 bits", with(34, "\x28"), "of 40 bits"},
      {"no bits", with(34, std::string(1, '\0')), "of 0 bits"},
      {"no channel", with(22, std::string(1, '\0')), "with 0 channels"},
      {"stereo", with(22, "\x02"), "2 channels of 16 bits; only PCM with one channel"},
      {"8 bits", with(34, "\x08"), "of 8 bits"},
      {"no rate", with(24, std::string(4, '\0')), "a rate of 0"},
      {"a rate of 2^32 - 1", with(24, "\xff\xff\xff\xff"), "out of range"},
      {"a contradictory rate", with(28, "\x07"), "contradicts itself"},
      {"a contradictory frame", with(32, "\x04"), "contradicts itself"},
      {"no format", with(12, "junk"), "data before the format chunk"},
      {"two formats", with(4, "\x46").insert(36, few_bytes.substr(12, 24)), "two format chunks"},
      {"no data", with(36, "junk"), "there is no sound"},
      {"a header alone", std::string("RIFF\x04\0\0\0WAVE", 12), "there is no sound"},
      {"half a chunk's header", std::string("RIFF\x08\0\0\0WAVEfmt ", 16), "inside a chunk's header"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const std::string message = error_of(c.bytes);
    CAPTURE(message);
    CHECK(message.find(c.message) != std::string::npos);
  }
  CHECK(tests::fuzz([](const std::string& b) { parse_wav(b); }, few_bytes, 5000) > 3000);
}

// A RIFF file of that format chunk and data, both sizes true.
std::string wav_of(const std::string& format, const std::string& data, const std::string& between = "",
                   const std::string& after = "") {
  const auto number = [](std::size_t n) {
    return std::string{static_cast<char>(n), static_cast<char>(n >> 8), static_cast<char>(n >> 16), '\0'};
  };
  const std::string body =
      "WAVEfmt " + number(format.size()) + format + between + "data" + number(data.size()) + data + after;
  return "RIFF" + number(body.size()) + body;
}
// Mono at 1000 Hz.
std::string format_of(int tag, int bytes, int bits) {
  const auto byte = [](int v) { return static_cast<char>(v); };
  const int a_second = 1000 * bytes;
  return {byte(tag),
          byte(tag >> 8),
          1,
          0,
          byte(1000),
          byte(1000 >> 8),
          0,
          0,
          byte(a_second),
          byte(a_second >> 8),
          0,
          0,
          byte(bytes),
          0,
          byte(bits),
          0};
}
std::string extensible_of(int tag, int bytes, int bits, int valid) {
  const std::string guid("\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71", 14);
  return format_of(0xFFFE, bytes, bits) + std::string("\x16\0", 2) + static_cast<char>(valid) +
         std::string("\0\x04\0\0\0", 5) + static_cast<char>(tag) + '\0' + guid;
}
using Samples = std::vector<std::int16_t>;

TEST_CASE("samples of every width become those of 16 bits") {
  const std::string wide16("\x01\0\xff\x7f\0\x80", 6);
  CHECK(parse_wav(wav_of(format_of(1, 1, 8), std::string("\x00\x80\x81\xff", 4))).samples ==
        Samples{-32768, 0, 256, 32512});
  CHECK(parse_wav(wav_of(format_of(1, 2, 16), wide16)).samples == Samples{1, 32767, -32768});
  CHECK(parse_wav(wav_of(format_of(1, 2, 12), wide16)).samples == Samples{1, 32767, -32768});
  // 24 bits: 256 is one step of 16, 127 and 128 round to 0 and 1.
  CHECK(
      parse_wav(wav_of(format_of(1, 3, 24), std::string("\0\x01\0\x7f\0\0\x80\0\0\0\0\x80\xff\xff\x7f", 15))).samples ==
      Samples{1, 0, 1, -32768, 32767});
  CHECK(parse_wav(wav_of(format_of(1, 4, 32), std::string("\0\0\x01\0\0\0\xff\xff\0\0\0\x80", 12))).samples ==
        Samples{1, -1, -32768});
  // 0.5, -1, 2 (clamped), NaN.
  const std::string floats("\0\0\0\x3f\0\0\x80\xbf\0\0\0\x40\0\0\xc0\x7f", 16);
  CHECK(parse_wav(wav_of(format_of(3, 4, 32), floats)).samples == Samples{16384, -32768, 32767, 0});
  const std::string doubles("\0\0\0\0\0\0\xe0\x3f\0\0\0\0\0\0\xf0\xbf", 16);
  CHECK(parse_wav(wav_of(format_of(3, 8, 64), doubles)).samples == Samples{16384, -32768});

  CHECK(parse_wav(wav_of(extensible_of(1, 2, 16, 16), wide16)).samples == Samples{1, 32767, -32768});
  CHECK(parse_wav(wav_of(extensible_of(1, 3, 24, 20), std::string("\0\x01\0", 3))).samples == Samples{1});
  CHECK(parse_wav(wav_of(extensible_of(3, 4, 32, 32), floats)).samples == Samples{16384, -32768, 32767, 0});
  std::string ambisonic = extensible_of(1, 2, 16, 16);
  ambisonic[30] = '\x21';
  CHECK(error_of(wav_of(ambisonic, wide16)).find("neither PCM nor floats") != std::string::npos);
  CHECK(error_of(wav_of(extensible_of(6, 1, 8, 8), wide16)).find("format 6 (A-law)") != std::string::npos);
  for (const auto& [bytes, bits] : {std::pair{3, 24}, {4, 32}}) {
    CHECK(error_of(wav_of(format_of(1, bytes, bits), "12345")).find("half a sample") != std::string::npos);
  }
  CHECK(tests::fuzz([](const std::string& b) { parse_wav(b); }, wav_of(extensible_of(3, 8, 64, 64), doubles), 5000) >
        2000);
}

TEST_CASE("a sound that was written into a pipe ends with its file") {
  const std::string data("\x01\0\x02\0\x03\0", 6);
  const std::string good = wav_of(format_of(1, 2, 16), data, std::string("LIST\x02\0\0\0ab", 10));
  const std::size_t at = good.find("data") + 4;
  const struct {
    std::string riff, data;
  } sizes[] = {{"\xff\xff\xff\xff", "\xff\xff\xff\xff"},                                // ffmpeg
               {std::string("\x24\xf0\xff\x7f", 4), std::string("\0\xf0\xff\x7f", 4)},  // sox
               {std::string("\x24\0\0\x80", 4), std::string("\0\0\0\x80", 4)},          // arecord
               {std::string(4, '\0'), std::string(4, '\0')}};
  for (const auto& size : sizes) {
    std::string streamed = good;
    streamed.replace(4, 4, size.riff);
    CHECK(parse_wav(streamed).samples == Samples{1, 2, 3});  // the size of the data is known
    streamed.replace(at, 4, size.data);
    CHECK(parse_wav(streamed).samples == Samples{1, 2, 3});
    CHECK(parse_wav(streamed + "x").samples == Samples{1, 2, 3});  // half a sample came through
    CHECK(parse_wav(streamed + "xy").samples.size() == 4);
    CHECK(parse_wav(streamed.substr(0, at + 4)).samples.empty());
    std::string finished = streamed;
    finished.replace(4, 4, good.substr(4, 4));
    if (size.data == std::string(4, '\0')) {
      CHECK(parse_wav(finished).samples.empty());
    } else {
      CHECK(error_of(finished).find("inside a chunk") != std::string::npos);
    }
  }
}

TEST_CASE("padding after an odd chunk may be there, be missing or not be counted") {
  const std::string data("\x80\x81\x82", 3);
  const Samples samples = {0, 256, 512};
  const std::string odd("LIST\x03\0\0\0abc", 11);
  const std::string last("id3 \x01\0\0\0x", 9);
  for (const std::string& pad : {std::string("\0", 1), std::string("t"), std::string()}) {
    const std::string file = wav_of(format_of(1, 1, 8), data, odd + pad, pad + last + pad);
    CHECK(parse_wav(file).samples == samples);
    CHECK(parse_wav(wav_of(format_of(1, 1, 8), data, odd + pad)).samples == samples);
  }
  CHECK(parse_wav(wav_of(format_of(1, 1, 8), data) + '\0').samples == samples);
  CHECK(error_of(wav_of(format_of(1, 1, 8), data) + std::string(2, '\0')).find("more follows") != std::string::npos);
}

TEST_CASE("tones are known by their seed and have the pitches of their scale") {
  const WaveDataset tones = make_tones(60, 3);
  CHECK(tones.size == 60);
  CHECK(tones.sound.samples == make_tones(60, 3).sound.samples);
  CHECK(tones.sound.samples != make_tones(60, 4).sound.samples);
  CHECK(tones.format().shape() == Shape{1, 1024});
  CHECK(tones.format().rate == 8000);
  Array waves(Shape{60, 1024});
  for (std::int64_t i = 0; i < 60; ++i) tones.read(i, PixelRange::unit, waves.mutable_data<float>() + 1024 * i);
  const float* x = waves.data<float>();
  CHECK(x[0] == static_cast<float>(tones.sound.samples[0]) / 32768.0f);
  for (std::int64_t i = 0; i < 60; ++i) {
    float highest = 0;
    for (std::int64_t t = 0; t < 1024; ++t) highest = std::max(highest, std::abs(x[1024 * i + t]));
    CHECK(highest >= 0.499f);
    CHECK(highest <= 0.951f);
  }
  std::vector<int> heard(24, 0);
  for (const double f : strongest_frequency(waves)) {
    const double semitones = 12 * std::log2(8000 * f / 220.0);
    CHECK(std::abs(semitones - std::round(semitones)) < 0.35);  // a fading tone's peak is broad
    ++heard.at(static_cast<std::size_t>(std::lround(semitones)));
  }
  for (const std::size_t off : {1, 3, 5, 6, 8, 10, 11, 13, 15, 17, 18, 20, 22, 23}) CHECK(heard[off] == 0);
}

TEST_CASE("a folder of WAV files is cut into pieces") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(load_waves(folder.path().string()), doctest::Contains("take --data tones"), DataMissing);
  CHECK_THROWS_AS(load_waves("no such folder"), DataMissing);
  const auto write = [&](const char* name, std::int64_t rate, std::size_t n, std::int16_t value) {
    nn::write_file(folder.file(name), encode_wav({.rate = rate, .samples = std::vector<std::int16_t>(n, value)}));
  };
  write("b.wav", 8000, 2500, 2);
  write("a.WAV", 8000, 10, 1);
  for (const char* other : {"notes.txt", "._a.WAV", ".hidden.wav", ".DS_Store", "Thumbs.db", "desktop.ini"}) {
    nn::write_file(folder.file(other), "not a sound");
  }
  std::filesystem::create_directory(folder.file("__MACOSX"));
  std::filesystem::create_directory(folder.file("folder.wav"));
  const WaveDataset data = load_waves(folder.path().string());
  CHECK(data.size == 3);  // a filled up, b cut
  CHECK(data.sound.samples[9] == 1);
  CHECK(data.sound.samples[10] == 0);
  CHECK(data.sound.samples[1024] == 2);
  CHECK(data.files.size() == 2);
  CHECK(data.describe() == "3 waves of 1024 samples at 8000 Hz");
  CHECK_THROWS_WITH_AS(load_waves(folder.path().string(), Split::test), doctest::Contains("3 pieces are too few"),
                       FormatError);
  write("b.wav", 8000, std::size_t{1024} * 21, 2);
  CHECK(load_waves(folder.path().string()).size == 20);
  CHECK(load_waves(folder.path().string(), Split::test).size == 2);
  CHECK(load_waves("tones", Split::test).size == 1024);
  write("c.wav", 8000, 0, 3);
  CHECK_THROWS_WITH_AS(load_waves(folder.path().string()), doctest::Contains("c.wav: there is no sound in it"),
                       FormatError);
  write("c.wav", 16000, 10, 3);
  CHECK_THROWS_WITH_AS(load_waves(folder.path().string()), doctest::Contains("c.wav: 16000 samples a second"),
                       FormatError);
}

TEST_CASE("a pure tone peaks in its bin") {
  constexpr std::int64_t n = 64;
  for (const std::int64_t k : {1, 7, 16, 31}) {
    const Array power = power_spectrum(row(sine(n, static_cast<double>(k))));
    CHECK(power.shape() == Shape{1, 33});
    const float* p = power.data<float>();
    CHECK(std::max_element(p, p + 33) - p == k);
    // Hann's window: n/4 in the bin, half of that amplitude in its neighbours, nothing elsewhere.
    CHECK(p[k] == doctest::Approx(n * n / 16.0).epsilon(1e-4));
    for (std::int64_t j = 0; j < 33; ++j) {
      if (std::abs(j - k) == 1 && j > 0 && j < 32) CHECK(p[j] == doctest::Approx(n * n / 64.0).epsilon(1e-4));
      if (std::abs(j - k) > 1) CHECK(p[j] < 1e-6 * n * n);
    }
  }
}

TEST_CASE("the strongest frequency is found between bins") {
  for (const double cycles : {3.0, 10.3, 50.5, 77.77}) {
    std::vector<float> both = sine(1024, cycles);
    const std::vector<float> weaker = sine(1024, 301.2);
    for (std::size_t i = 0; i < both.size(); ++i) both[i] += 0.5f * weaker[i];
    CHECK(1024 * strongest_frequency(row(both))[0] == doctest::Approx(cycles).epsilon(0.01));
  }
  CHECK(strongest_frequency(row(std::vector<float>(64, 0.0f)))[0] == 0.0);
  CHECK_THROWS_AS(strongest_frequency(Array(Shape{2, 3})), ShapeError);
}

TEST_CASE("a spectrogram shows when which tone sounds, low ones below") {
  std::vector<float> wave = sine(512, 32);
  const std::vector<float> second = sine(512, 128);
  std::copy(second.begin() + 256, second.end(), wave.begin() + 256);
  const Array picture = spectrogram(row(wave), {.size = 64, .hop = 32, .range = 60.0});
  CHECK(picture.shape() == Shape{1, 33, 15});
  const auto brightest = [&](std::int64_t frame) {
    std::int64_t best = 0;
    for (std::int64_t y = 0; y < 33; ++y) {
      if (picture.data<float>()[y * 15 + frame] > picture.data<float>()[best * 15 + frame]) best = y;
    }
    return best;
  };
  CHECK(brightest(0) == 32 - 4);
  CHECK(brightest(6) == 32 - 4);
  CHECK(brightest(8) == 32 - 16);
  CHECK(brightest(14) == 32 - 16);
  CHECK(picture.data<float>()[28 * 15] == doctest::Approx(1.0).epsilon(1e-3));
  CHECK(picture.data<float>()[0] == 0.0f);
  CHECK_THROWS_AS(spectrogram(row(sine(63, 1)), {.size = 64}), ShapeError);
}

}  // namespace
}  // namespace xgrad::models
