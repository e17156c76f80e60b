// SPDX-License-Identifier: BSD-3-Clause
// IDX: the header announces how much must follow; neither more nor less is taken.
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/idx.h>

namespace xgrad::models {

namespace {

constexpr std::uint64_t largest = std::uint64_t{1} << 32;
/// Deflate makes at most 1032 bytes of one (258 bytes for two bits), so a file cannot hold more than this times its
/// size.
constexpr std::uint64_t deflate_ratio = 1032;

constexpr std::string_view gzip_magic = "\x1f\x8b";

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw FormatError(file + ": not a valid IDX file: " + why);
}

/// Bytes as they are.
class PlainSource {
 public:
  explicit PlainSource(std::string_view bytes) : rest_(bytes) {}
  /// Up to n bytes into `to`; fewer only at the end.
  std::uint64_t read(std::uint8_t* to, std::uint64_t n) {
    const std::size_t taken = std::min<std::uint64_t>(n, rest_.size());
    if (taken > 0) std::memcpy(to, rest_.data(), taken);
    rest_.remove_prefix(taken);
    return taken;
  }
  std::uint64_t at_most() const noexcept { return rest_.size(); }

 private:
  std::string_view rest_;
};

/// Gzip, decompressed as it is asked for; several members follow one another, and zeros the last, as in `gzip -d`.
class GzipSource {
 public:
  GzipSource(std::string_view bytes, const std::string& file) : file_(file), rest_(bytes), size_(bytes.size()) {
    constexpr int gzip_only = 15 + 16;
    if (inflateInit2(&stream_, gzip_only) != Z_OK) throw Error(file_ + ": zlib cannot start");
  }
  ~GzipSource() { inflateEnd(&stream_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  std::uint64_t read(std::uint8_t* to, std::uint64_t n) {
    constexpr std::uint64_t step = std::numeric_limits<uInt>::max();
    std::uint64_t made = 0;
    while (made < n && !ended_) {
      const uInt in = static_cast<uInt>(std::min<std::uint64_t>(rest_.size(), step));
      const uInt out = static_cast<uInt>(std::min<std::uint64_t>(n - made, step));
      stream_.next_in = reinterpret_cast<z_const Bytef*>(const_cast<char*>(rest_.data()));
      stream_.avail_in = in;
      stream_.next_out = to + made;
      stream_.avail_out = out;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      rest_.remove_prefix(in - stream_.avail_in);
      made += out - stream_.avail_out;
      if (status == Z_STREAM_END) {
        ended_ = only_zeros();
        if (!ended_) inflateReset(&stream_);
      } else if (status == Z_BUF_ERROR) {
        refuse(file_, "the gzip data is truncated");
      } else if (status == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (status != Z_OK) {
        refuse(file_, std::string("damaged gzip data (") + (stream_.msg ? stream_.msg : "unknown") + ")");
      }
    }
    return made;
  }
  std::uint64_t at_most() const noexcept { return size_ * deflate_ratio; }

 private:
  /// What follows a member is another one, or padding to the end.
  bool only_zeros() const {
    if (rest_.find_first_not_of('\0') == std::string_view::npos) return true;
    if (!rest_.starts_with(gzip_magic.substr(0, rest_.size()))) {
      refuse(file_, std::to_string(rest_.size()) + " bytes that are no gzip data follow the gzip data");
    }
    return false;
  }

  const std::string& file_;
  std::string_view rest_;
  std::uint64_t size_;
  z_stream stream_{};
  bool ended_ = false;
};

std::uint32_t big_endian(const std::uint8_t* b) noexcept {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

/// What a file with another magic number is, for a message: what its four bytes b say in this format or another.
std::string instead(const std::uint8_t* b) {
  const std::string_view bytes(reinterpret_cast<const char*>(b), 4);
  const struct {
    std::string_view magic;
    const char* what;
  } others[] = {{"PK\3\4", "a zip archive"},
                {"BZh", "compressed by bzip2"},
                {"\xFD\x37zX", "compressed by xz"},
                {"\x28\xB5\x2F\xFD", "compressed by zstd"},
                {"\x1f\x9d", "compressed by compress"}};
  for (const auto& other : others) {
    if (bytes.starts_with(other.magic)) return std::string("; it is ") + other.what + ": unpack it first";
  }
  const struct {
    int code;
    const char* what;
  } elements[] = {{0x08, "unsigned bytes"},  {0x09, "signed bytes"},  {0x0B, "16-bit integers"},
                  {0x0C, "32-bit integers"}, {0x0D, "32-bit floats"}, {0x0E, "64-bit floats"}};
  for (const auto& element : elements) {
    if (b[0] == 0 && b[1] == 0 && b[2] == element.code) {
      return "; it has " + std::string(element.what) + ", " + std::to_string(b[3]) + (b[3] == 1 ? " axis" : " axes");
    }
    if (b[3] == 0 && b[2] == 0 && b[1] == element.code) return "; its bytes are in the wrong order, least first";
  }
  return "; it is no IDX file at all";
}

template <class Source>
IdxArray parse(Source&& source, int rank, const std::string& file) {
  std::uint8_t word[4];
  const auto next = [&] {
    if (source.read(word, sizeof word) != sizeof word) refuse(file, "truncated inside its header");
    return big_endian(word);
  };
  const std::uint32_t wanted = 0x800u + static_cast<std::uint32_t>(rank);
  if (const std::uint32_t magic = next(); magic != wanted) {
    refuse(file, "magic number " + std::to_string(magic) + ", expected " + std::to_string(wanted) +
                     " (unsigned bytes, " + std::to_string(rank) + (rank == 1 ? " axis)" : " axes)") + instead(word));
  }
  IdxArray result;
  std::uint64_t size = 1;
  for (int axis = 0; axis < rank; ++axis) {
    const std::uint32_t extent = next();
    result.extents.push_back(extent);
    if (__builtin_mul_overflow(size, std::uint64_t{extent}, &size)) refuse(file, "its announced size overflows");
  }
  if (size > largest) refuse(file, std::to_string(size) + " bytes are announced, more than the 4 GiB that are read");
  if (size > source.at_most()) refuse(file, "truncated: " + std::to_string(size) + " bytes are announced");
  result.values.resize(size);
  const std::uint64_t got = source.read(result.values.data(), size);
  if (got != size) {
    refuse(file, "truncated: " + std::to_string(size) + " bytes are announced, " + std::to_string(got) + " follow");
  }
  // The one byte too many that this asks for also makes zlib check the checksum at the end.
  if (source.read(word, 1) != 0) refuse(file, "more than the announced " + std::to_string(size) + " bytes follow");
  return result;
}

}  // namespace

IdxArray parse_idx(std::string_view bytes, int rank, const std::string& name) {
  if (rank < 1 || rank > 255) throw ValueError("[parse_idx] rank " + std::to_string(rank) + " is not in 1 .. 255");
  if (bytes.starts_with(gzip_magic)) return parse(GzipSource(bytes, name), rank, name);
  return parse(PlainSource(bytes), rank, name);
}

}  // namespace xgrad::models
