// SPDX-License-Identifier: BSD-3-Clause
// RIFF chunks, read within their bounds and written in the customary order.
#include <xgrad/models/audio/wav.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/error.h>

namespace xgrad::models {

namespace {

constexpr std::int64_t highest_rate = 1 << 20;
constexpr std::size_t most_samples = std::size_t{1} << 30;
constexpr std::uint32_t pcm = 1;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::string little_endian(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

// Its rate, when the format is one that we read.
std::int64_t rate_of(std::string_view format, const std::string& name) {
  if (format.size() < 16) throw FormatError(name + ": the format chunk is too short");
  const auto field = [&](std::size_t at, std::size_t size) { return little_endian(format.substr(at, size)); };
  const std::uint32_t tag = field(0, 2);
  const std::uint32_t channels = field(2, 2);
  const std::uint32_t rate = field(4, 4);
  const std::uint32_t bits = field(14, 2);
  if (tag != pcm || channels != 1 || bits != 16) {
    throw FormatError(name + ": format " + std::to_string(tag) + " with " + std::to_string(channels) + " channels of " +
                      std::to_string(bits) + " bits; only PCM with one channel of 16 bits is read");
  }
  if (rate < 1 || rate > highest_rate) {
    throw FormatError(name + ": a rate of " + std::to_string(rate) + " samples a second is out of range");
  }
  if (field(12, 2) != 2 || field(8, 4) != 2 * rate) throw FormatError(name + ": the format chunk contradicts itself");
  return rate;
}

}  // namespace

Sound parse_wav(std::string_view bytes, const std::string& name) {
  constexpr std::size_t header = 12;
  if (bytes.size() < header || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE") {
    throw FormatError(name + ": not a WAV file");
  }
  // Announced without the first eight bytes; an odd chunk at the end may lack its padding.
  const std::uint64_t announced = std::uint64_t{8} + little_endian(bytes.substr(4, 4));
  if (announced > bytes.size() + 1) throw FormatError(name + ": truncated");
  if (announced < header || announced < bytes.size()) throw FormatError(name + ": more follows than was announced");
  Sound sound{.rate = 0, .samples = {}};
  for (std::size_t at = header; at < bytes.size();) {
    if (bytes.size() - at < 8) throw FormatError(name + ": truncated inside a chunk's header");
    const std::string_view id = bytes.substr(at, 4);
    const std::size_t size = little_endian(bytes.substr(at + 4, 4));
    at += 8;
    if (size > bytes.size() - at) throw FormatError(name + ": truncated inside a chunk");
    const std::string_view body = bytes.substr(at, size);
    if (id == "fmt ") {
      if (sound.rate != 0) throw FormatError(name + ": two format chunks");
      sound.rate = rate_of(body, name);
    } else if (id == "data") {
      if (sound.rate == 0) throw FormatError(name + ": data before the format chunk");
      if (size % 2 != 0) throw FormatError(name + ": half a sample at the end");
      sound.samples.reserve(size / 2);
      for (std::size_t i = 0; i < size; i += 2) {
        sound.samples.push_back(static_cast<std::int16_t>(little_endian(body.substr(i, 2))));
      }
      return sound;
    }
    at = std::min(bytes.size(), at + size + size % 2);
  }
  throw FormatError(name + ": there is no sound in it");
}

std::string encode_wav(const Sound& sound) {
  if (sound.rate < 1 || sound.rate > highest_rate || sound.samples.size() > most_samples) {
    throw ValueError("[encode_wav] " + std::to_string(sound.samples.size()) + " samples at " +
                     std::to_string(sound.rate) + " a second are no WAV file");
  }
  const auto rate = static_cast<std::uint32_t>(sound.rate);
  const auto size = static_cast<std::uint32_t>(2 * sound.samples.size());
  std::string out = "RIFF" + little_endian(36 + size, 4) + "WAVEfmt " + little_endian(16, 4) + little_endian(pcm, 2) +
                    little_endian(1, 2) + little_endian(rate, 4) + little_endian(2 * rate, 4) + little_endian(2, 2) +
                    little_endian(16, 2) + "data" + little_endian(size, 4);
  out.reserve(out.size() + size);
  for (const std::int16_t s : sound.samples) out += little_endian(static_cast<std::uint16_t>(s), 2);
  return out;
}

std::int16_t to_sample(double value) noexcept {
  if (std::isnan(value)) return 0;
  return static_cast<std::int16_t>(std::lround(std::clamp(value * 32768.0, -32768.0, 32767.0)));
}

}  // namespace xgrad::models
