// SPDX-License-Identifier: BSD-3-Clause
// RIFF chunks, read within their bounds and written in the customary order.
#include <xgrad/models/audio/wav.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include <xgrad/autograd/error.h>

namespace xgrad::models {

namespace {

constexpr std::int64_t highest_rate = 1 << 20;
constexpr std::size_t most_samples = std::size_t{1} << 30;
constexpr std::uint32_t pcm = 1;
constexpr std::uint32_t ieee_float = 3;
constexpr std::uint32_t extensible = 0xFFFE;

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

// Programs that write into a pipe cannot know how long it gets, and announce nothing or about as much as can be.
constexpr std::uint32_t smallest_placeholder = 0x7FFFF000;
bool is_placeholder(std::uint32_t size) { return size == 0 || size >= smallest_placeholder; }

// How one sample is stored.
struct Coding {
  std::int64_t rate = 0;  // 0: not known yet
  bool floats = false;
  std::size_t bytes = 2;
};

std::string name_of_tag(std::uint32_t tag) {
  const struct {
    std::uint32_t tag;
    const char* name;
  } known[] = {{1, "PCM"},    {2, "ADPCM"},     {3, "floats"}, {6, "A-law"}, {7, "mu-law"},
               {17, "ADPCM"}, {49, "GSM 6.10"}, {80, "MPEG"},  {85, "MP3"},  {255, "AAC"}};
  for (const auto& row : known) {
    if (row.tag == tag) return std::to_string(tag) + " (" + row.name + ")";
  }
  return std::to_string(tag);
}

Coding read_format(std::string_view format, const std::string& name) {
  if (format.size() < 16) throw FormatError(name + ": the format chunk is too short");
  const auto field = [&](std::size_t at, std::size_t size) { return little_endian(format.substr(at, size)); };
  std::uint32_t tag = field(0, 2);
  const std::uint32_t channels = field(2, 2);
  const std::uint32_t rate = field(4, 4);
  const std::uint32_t bits = field(14, 2);
  if (tag == extensible) {
    constexpr std::string_view rest_of_guid("\0\0\0\0\x10\0\x80\0\0\xAA\0\x38\x9B\x71", 14);
    if (format.size() < 40) throw FormatError(name + ": the extensible format chunk is too short");
    if (format.substr(26, 14) != rest_of_guid) {
      throw FormatError(name + ": an extensible format that is neither PCM nor floats");
    }
    tag = field(24, 2);
  }
  const bool floats = tag == ieee_float;
  const bool read = floats ? bits == 32 || bits == 64 : tag == pcm && bits >= 1 && bits <= 32;
  if (!read || channels != 1) {
    throw FormatError(name + ": format " + name_of_tag(tag) + " with " + std::to_string(channels) +
                      (channels == 1 ? " channel of " : " channels of ") + std::to_string(bits) +
                      " bits; only PCM with one channel of 8, 16, 24 or 32 bits is read, and floats of 32 or 64" +
                      (read ? "; mix the channels into one first" : "; convert the sound first"));
  }
  if (rate < 1 || rate > highest_rate) {
    throw FormatError(name + ": a rate of " + std::to_string(rate) + " samples a second is out of range");
  }
  const std::uint32_t bytes = (bits + 7) / 8;  // fewer bits than fill the bytes are their upper ones
  if (field(12, 2) != bytes || field(8, 4) != bytes * rate) {
    throw FormatError(name + ": the format chunk contradicts itself: samples of " + std::to_string(bits) +
                      " bits at a rate of " + std::to_string(rate) + ", but " + std::to_string(field(12, 2)) +
                      " bytes for each and " + std::to_string(field(8, 4)) + " a second");
  }
  return {.rate = rate, .floats = floats, .bytes = bytes};
}

// The sample as a number of [-1, 1), exactly; floats as they are.
double decode(std::string_view bytes, bool floats) {
  if (floats && bytes.size() == 4) return std::bit_cast<float>(little_endian(bytes));
  if (floats) {
    return std::bit_cast<double>(std::uint64_t{little_endian(bytes.substr(4))} << 32 |
                                 little_endian(bytes.substr(0, 4)));
  }
  if (bytes.size() == 1) return (static_cast<unsigned char>(bytes[0]) - 128) / 128.0;  // these alone have no sign
  const auto shift = static_cast<unsigned>(32 - 8 * bytes.size());
  return static_cast<std::int32_t>(little_endian(bytes) << shift) / 2147483648.0;
}

std::vector<std::int16_t> decode_all(std::string_view data, const Coding& coding, const std::string& name) {
  if (data.size() / coding.bytes > most_samples) throw FormatError(name + ": more than 2^30 samples");
  std::vector<std::int16_t> samples;
  samples.reserve(data.size() / coding.bytes);
  for (std::size_t at = 0; at + coding.bytes <= data.size(); at += coding.bytes) {
    samples.push_back(to_sample(decode(data.substr(at, coding.bytes), coding.floats)));
  }
  return samples;
}

// What a file that is no WAV file is, where its first bytes tell.
std::string instead(std::string_view bytes) {
  const struct {
    std::string_view magic;
    const char* what;
  } others[] = {{"RIFX", "RIFX, its bytes in the other order"},
                {"RF64", "RF64, a WAV file of more than 4 GiB"},
                {"BW64", "BW64, a WAV file of more than 4 GiB"},
                {"riff", "Wave64"},
                {"FORM", "AIFF"},
                {"fLaC", "FLAC"},
                {"OggS", "Ogg"},
                {"ID3", "MP3"},
                {".snd", "AU"}};
  for (const auto& other : others) {
    if (bytes.starts_with(other.magic)) return std::string("; it is ") + other.what + ", which is not read";
  }
  return "";
}

// Where the chunk after this one begins: odd ones are followed by a byte of padding, which some programs forget.
std::size_t chunk_after(std::string_view bytes, std::size_t end, std::size_t size) {
  if (size % 2 == 0) return end;
  const auto is_chunk = [&](std::size_t at) {
    const std::string_view id = bytes.substr(std::min(at, bytes.size()), 4);
    return id == "fmt " || id == "data" || id == "LIST" || id == "fact";
  };
  return is_chunk(end) && !is_chunk(end + 1) ? end : std::min(bytes.size(), end + 1);
}

}  // namespace

Sound parse_wav(std::string_view bytes, const std::string& name) {
  constexpr std::size_t header = 12;
  if (bytes.size() < header || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE") {
    throw FormatError(name + ": not a WAV file" + instead(bytes));
  }
  const std::uint32_t riff_size = little_endian(bytes.substr(4, 4));
  const bool streamed = is_placeholder(riff_size);
  // Announced without the first eight bytes; an odd chunk at the end may lack its padding, or not count it.
  const std::uint64_t announced = std::uint64_t{8} + riff_size;
  if (!streamed && announced > bytes.size() + 1) throw FormatError(name + ": truncated");
  if (!streamed && (announced < header || announced + announced % 2 < bytes.size())) {
    throw FormatError(name + ": more follows than was announced");
  }
  Coding coding;
  for (std::size_t at = header; at < bytes.size();) {
    if (bytes.size() - at < 8) throw FormatError(name + ": truncated inside a chunk's header");
    const std::string_view id = bytes.substr(at, 4);
    std::size_t size = little_endian(bytes.substr(at + 4, 4));
    at += 8;
    if (id == "data" && streamed && is_placeholder(static_cast<std::uint32_t>(size)) && coding.rate != 0) {
      size = (bytes.size() - at) / coding.bytes * coding.bytes;  // a part of a sample may have come through last
    }
    if (size > bytes.size() - at) throw FormatError(name + ": truncated inside a chunk");
    const std::string_view body = bytes.substr(at, size);
    if (id == "fmt ") {
      if (coding.rate != 0) throw FormatError(name + ": two format chunks");
      coding = read_format(body, name);
    } else if (id == "data") {
      if (coding.rate == 0) throw FormatError(name + ": data before the format chunk");
      if (size % coding.bytes != 0) throw FormatError(name + ": half a sample at the end");
      return {.rate = coding.rate, .samples = decode_all(body, coding, name)};
    }
    at = chunk_after(bytes, at + size, size);
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
