// SPDX-License-Identifier: BSD-3-Clause
// IDX files, good and hostile, the datasets made of them, and SHA-256.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/dataset.h>
#include <xgrad/models/data/idx.h>
#include <xgrad/models/data/kinds.h>
#include <xgrad/models/data/sha256.h>
#include <xgrad/nn/file.h>

#include "hostile.h"
#include "temporary_folder.h"

namespace xgrad::models {
namespace {

using tests::TemporaryFolder;

std::string big_endian(std::uint32_t value) {
  std::string s;
  for (int shift = 24; shift >= 0; shift -= 8) s += static_cast<char>(value >> shift & 0xff);
  return s;
}

std::string idx_of(const std::vector<std::uint32_t>& extents, const std::string& values) {
  std::string s = big_endian(0x800u + static_cast<std::uint32_t>(extents.size()));
  for (const std::uint32_t extent : extents) s += big_endian(extent);
  return s + values;
}

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string error_of(const std::string& bytes, int rank = 3) {
  return tests::format_error([&](const std::string& b) { parse_idx(b, rank); }, bytes);
}

TEST_CASE("IDX is read plain and gzipped, in one member or several") {
  const std::string bytes = idx_of({2, 1, 3}, "abcdef");
  for (const std::string& input : {bytes, gzip(bytes), gzip(bytes.substr(0, 7)) + gzip(bytes.substr(7))}) {
    const IdxArray array = parse_idx(input, 3);
    CHECK(array.extents == std::vector<std::int64_t>{2, 1, 3});
    CHECK(std::string(array.values.begin(), array.values.end()) == "abcdef");
  }
  CHECK(parse_idx(idx_of({0, 28, 28}, ""), 3).values.empty());
  CHECK_THROWS_AS(parse_idx(bytes, 0), ValueError);
}

TEST_CASE("hostile IDX files are refused with the reason") {
  const std::string good = idx_of({2, 1, 3}, "abcdef");
  const std::string packed = gzip(good);
  std::string wrong_checksum = packed;
  wrong_checksum[packed.size() - 6] ^= 1;
  std::string wrong_length = packed;
  wrong_length[packed.size() - 2] ^= 1;
  const struct {
    const char* what;
    std::string bytes;
    const char* message;
  } cases[] = {
      {"empty", "", "truncated inside its header"},
      {"half a magic number", good.substr(0, 3), "truncated inside its header"},
      {"half a header", good.substr(0, 15), "truncated inside its header"},
      {"labels for images", idx_of({6}, "abcdef"), "magic number 2049, expected 2051"},
      {"another element type", std::string("\0\0\x0d\x03", 4) + good.substr(4), "magic number 3331"},
      {"some other file", "something else", "it is no IDX file at all"},
      {"a zip archive", "PK\3\4 and more of it", "it is a zip archive: unpack it first"},
      {"a bzip2 file", "BZh91AY&SY", "compressed by bzip2"},
      {"an xz file", std::string("\xFD\x37zXZ\0", 6), "compressed by xz"},
      {"signed bytes", std::string("\0\0\x09\x03", 4) + good.substr(4), "it has signed bytes, 3 axes"},
      {"16-bit integers", std::string("\0\0\x0b\x03", 4) + good.substr(4), "it has 16-bit integers, 3 axes"},
      {"32-bit integers", std::string("\0\0\x0c\x01", 4) + good.substr(4), "it has 32-bit integers, 1 axis"},
      {"32-bit floats", std::string("\0\0\x0d\x03", 4) + good.substr(4), "it has 32-bit floats, 3 axes"},
      {"64-bit floats", std::string("\0\0\x0e\x03", 4) + good.substr(4), "it has 64-bit floats, 3 axes"},
      {"colours", std::string("\0\0\x08\x04", 4) + good.substr(4), "it has unsigned bytes, 4 axes"},
      {"least byte first", std::string("\x03\x08\0\0", 4) + good.substr(4), "wrong order"},
      {"floats in gzip", gzip(std::string("\0\0\x0d\x03", 4) + good.substr(4)), "it has 32-bit floats"},
      {"a missing byte", good.substr(0, 21), "truncated"},
      {"a byte too many", good + "x", "more than the announced 6"},
      {"a product of 2^96", idx_of({0xffffffff, 0xffffffff, 0xffffffff}, "x"), "overflows"},
      {"a product of 2^64", idx_of({1u << 31, 1u << 31, 4}, "x"), "overflows"},
      {"more than 4 GiB", idx_of({0x10001, 0x10000, 1}, "x"), "more than the 4 GiB"},
      {"4 GiB of a short file", idx_of({0x10000, 0x10000, 1}, "x"), "truncated"},
      {"4 GiB of a short gzip file", gzip(idx_of({0x10000, 0x10000, 1}, "x")), "truncated"},
      {"gzip cut in its header", packed.substr(0, 5), "gzip data is truncated"},
      {"gzip cut in its body", packed.substr(0, packed.size() - 12), "gzip data is truncated"},
      {"gzip without its trailer", packed.substr(0, packed.size() - 8), "gzip data is truncated"},
      {"a wrong checksum", wrong_checksum, "damaged gzip"},
      {"a wrong length", wrong_length, "damaged gzip"},
      {"text after the gzip", packed + "text", "4 bytes that are no gzip data follow"},
      {"text after the padding", packed + std::string(3, '\0') + "text", "7 bytes that are no gzip data follow"},
      {"a member after the padding", packed + std::string(3, '\0') + gzip(""), "no gzip data follow"},
      {"half a second member", packed + "\x1f", "gzip data is truncated"},
      {"half a second header", packed + packed.substr(0, 5), "gzip data is truncated"},
      {"gzip of a missing byte", gzip(good.substr(0, 21)), "truncated"},
      {"gzip of a byte too many", gzip(good + "x"), "more than the announced 6"},
      {"a second member too many", packed + gzip("x"), "more than the announced 6"},
      {"not deflate", std::string("\x1f\x8b\x07", 3) + packed.substr(3), "damaged gzip"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const std::string message = error_of(c.bytes);
    CAPTURE(message);
    CHECK(message.find(c.message) != std::string::npos);
  }
}

TEST_CASE("gzip is read as gzip -t takes it: optional fields in the header, zeros after the end") {
  const std::string bytes = idx_of({2, 1, 3}, "abcdef");
  const std::string packed = gzip(bytes);
  // RFC 1952: FTEXT, FHCRC, FEXTRA, FNAME and FCOMMENT are bits of the fourth byte; the fields follow the tenth.
  const std::string extra("\x05\0ab\x01\0z", 7);
  const std::string name("train-images-idx3-ubyte\0", 24);
  const std::string comment("a comment\0", 10);
  std::string fields = packed.substr(0, 3) + '\x1f' + packed.substr(4, 6) + extra + name + comment;
  const uLong crc = crc32(0, reinterpret_cast<const Bytef*>(fields.data()), static_cast<uInt>(fields.size()));
  fields += static_cast<char>(crc & 0xff);
  fields += static_cast<char>(crc >> 8 & 0xff);
  std::string wrong = fields;
  wrong.back() ^= 1;
  const std::string body = packed.substr(10);
  for (const std::string& input :
       {fields + body, packed + '\0', packed + std::string(512, '\0'), packed + std::string(100'000, '\0'),
        gzip(bytes.substr(0, 7)) + fields.substr(0, 0) + gzip(bytes.substr(7)) + std::string(3, '\0'),
        gzip("") + packed + gzip("")}) {
    const IdxArray array = parse_idx(input, 3);
    CHECK(std::string(array.values.begin(), array.values.end()) == "abcdef");
  }
  CHECK(error_of(wrong + body).find("header crc mismatch") != std::string::npos);
  CHECK(error_of(std::string(512, '\0')).find("magic number 0") != std::string::npos);
}

TEST_CASE("a gzip bomb is left after the announced bytes") {
  const std::string bomb = gzip(idx_of({2, 1, 3}, std::string(100'000'000, '\0')));
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  CHECK(error_of(bomb).find("more than the announced 6") != std::string::npos);
  getrusage(RUSAGE_SELF, &after);
  CHECK(after.ru_maxrss - before.ru_maxrss < 20'000);  // KiB
}

TEST_CASE("thousands of damaged IDX files load or are refused") {
  std::string values;
  for (int i = 0; i < 96; ++i) values += static_cast<char>(i * 7);
  const std::string bytes = idx_of({4, 4, 6}, values);
  const auto parse = [](const std::string& b) { parse_idx(b, 3); };
  CHECK(tests::fuzz(parse, bytes, 5000) > 2000);
  CHECK(tests::fuzz(parse, gzip(bytes), 5000) > 4000);
}

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void write_split(const TemporaryFolder& folder, const std::string& split, std::uint32_t count,
                 const char* suffix = "") {
  const std::string images = idx_of({count, 2, 2}, std::string(4 * count, 'x'));
  const std::string labels = idx_of({count}, std::string(count, '\3'));
  const bool packed = *suffix != '\0';
  nn::write_file(folder.file(split + "-images-idx3-ubyte" + suffix), packed ? gzip(images) : images);
  nn::write_file(folder.file(split + "-labels-idx1-ubyte" + suffix), packed ? gzip(labels) : labels);
}

TEST_CASE("a folder of IDX files is a dataset") {
  const TemporaryFolder folder;
  write_split(folder, "t10k", 3, ".gz");
  const ImageDataset only_test = load_dataset(folder.path().string());
  CHECK(only_test.split == "t10k");
  CHECK(only_test.size == 3);
  CHECK(only_test.name == folder.path().filename().string());

  write_split(folder, "train", 5);
  const ImageDataset train = load_dataset(folder.path().string() + "/");
  CHECK(train.split == "train");
  CHECK(train.size == 5);
  CHECK(train.height == 2);
  CHECK(train.width == 2);
  CHECK(train.images == std::vector<std::uint8_t>(20, 'x'));
  CHECK(train.labels == std::vector<std::uint8_t>(5, 3));
  REQUIRE(train.files.size() == 2);
  CHECK(train.files[1].sha256 == sha256(nn::read_file(train.files[1].path)));
  CHECK(load_dataset(folder.path().string(), Split::test).size == 3);
}

TEST_CASE("a dataset that does not hang together is refused") {
  const TemporaryFolder folder;
  write_split(folder, "train", 5);
  nn::write_file(folder.file("train-labels-idx1-ubyte"), idx_of({4}, "abcd"));
  CHECK_THROWS_AS(load_dataset(folder.path().string()), FormatError);
  write_split(folder, "train", 0);
  CHECK_THROWS_AS(load_dataset(folder.path().string()), FormatError);
  CHECK_THROWS_AS(load_dataset(folder.path().string(), Split::test), DataMissing);
}

TEST_CASE("files are found as mirrors name them, and by content whether they are packed") {
  for (const char* dot : {"-", "."}) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.file("train-images-idx3-ubyte"));  // as archives of Kaggle unpack
    std::filesystem::create_directory(folder.file("__MACOSX"));
    for (const char* other : {".DS_Store", "._train-images-idx3-ubyte", "Thumbs.db", "desktop.ini"}) {
      nn::write_file(folder.file(other), "no data");
    }
    const bool packed = *dot == '.';  // under a name that says otherwise
    const std::string images = idx_of({3, 2, 5}, std::string(30, 'x'));
    nn::write_file(folder.file("train-images" + std::string(dot) + "idx3-ubyte" + (packed ? "" : ".gz")),
                   packed ? gzip(images) : images);
    nn::write_file(folder.file("train-labels" + std::string(dot) + "idx1-ubyte"), idx_of({3}, "abc"));
    const ImageDataset data = load_dataset(folder.path().string());
    CHECK(data.format().shape() == Shape{1, 2, 5});
    CHECK(data.files.size() == 2);
  }
}

TEST_CASE("half a dataset says which half is missing") {
  for (const char* split : {"train", "t10k"}) {
    const TemporaryFolder folder;
    write_split(folder, split, 5);
    const std::string path = folder.path().string();
    const std::string images = std::string(split) + "-images-idx3-ubyte";
    const std::string labels = std::string(split) + "-labels-idx1-ubyte";
    std::filesystem::rename(folder.file(labels), folder.file("kept"));
    CHECK_THROWS_WITH_AS(load_dataset(path), doctest::Contains((images + " are missing: put " + labels).c_str()),
                         DataMissing);
    CHECK_FALSE(has_dataset(path));
    std::filesystem::rename(folder.file("kept"), folder.file(labels));
    CHECK(has_dataset(path));
    std::filesystem::remove(folder.file(images));
    CHECK_THROWS_WITH_AS(load_dataset(path), doctest::Contains((labels + " are missing: put " + images).c_str()),
                         DataMissing);
  }
}

TEST_CASE("images without a pixel are no images") {
  const TemporaryFolder folder;
  write_split(folder, "train", 5);
  nn::write_file(folder.file("train-images-idx3-ubyte"), idx_of({5, 0, 0}, ""));
  CHECK_THROWS_WITH_AS(load_dataset(folder.path().string()), doctest::Contains("images of 0x0 pixels"), FormatError);
  nn::write_file(folder.file("train-images-idx3-ubyte"), idx_of({0, 28, 28}, ""));
  nn::write_file(folder.file("train-labels-idx1-ubyte"), idx_of({0}, ""));
  CHECK_THROWS_WITH_AS(load_dataset(folder.path().string()), doctest::Contains("no images"), FormatError);
}

TEST_CASE("what a sample is comes back from its JSON, and nothing impossible does") {
  const SampleFormat format{.height = 4, .width = 6, .classes = 10, .channels = 3};
  CHECK(parse_format(to_json(format)) == format);
  CHECK(format.shape() == Shape{3, 4, 6});
  CHECK(format.elements() == 72);
  const std::string good = to_json(format);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = good;
    return changed.replace(changed.find(from), from.size(), to);
  };
  for (const std::string& bad :
       {std::string(), std::string("[]"), good.substr(0, good.size() - 1), with("\"width\":6", "\"width\":0"),
        with("\"width\":6", "\"width\":1e300"), with("\"width\":6", "\"width\":\"6\""), with("\"width\":6", "\"w\":6"),
        with("\"classes\":10", "\"classes\":-1"), with("\"channels\":3", "\"channels\":9999999999999999999"),
        with("images", "imagse")}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_format(bad), FormatError);
  }
  const SampleFormat text{.height = 1, .width = 32, .channels = 2, .kind = DataKind::text, .alphabet = "a\xc3\xa4"};
  CHECK(parse_format(to_json(text)) == text);
  const SampleFormat waves{.height = 1, .width = 1024, .kind = DataKind::waves, .rate = 8000};
  CHECK(parse_format(to_json(waves)) == waves);
  const auto refused = [](SampleFormat changed, auto&& change) {
    change(changed);
    CHECK_THROWS_AS(parse_format(to_json(changed)), FormatError);
  };
  refused(format, [](SampleFormat& f) { f.height = f.width = 1 << 16; });
  refused(text, [](SampleFormat& f) { f.alphabet = "a"; });
  refused(text, [](SampleFormat& f) { f.height = 2; });
  refused(waves, [](SampleFormat& f) { f.rate = 0; });
  refused(waves, [](SampleFormat& f) { f.channels = 2; });
  CHECK_THROWS_WITH_AS(parse_format(with("6", std::string(1'000'000, '['))), doctest::Contains("100 levels"),
                       FormatError);
  CHECK_NOTHROW(require_same_shape(format, "these", format, "those"));
  CHECK_THROWS_WITH_AS(require_same_shape({.height = 14, .width = 56}, "these", {}, "those"),
                       doctest::Contains("these have the shape (1, 14, 56), but those have (1, 28, 28)"), FormatError);
}

TEST_CASE("data of a kind are found by name, a folder is read as that kind") {
  const TemporaryFolder folder;
  write_split(folder, "train", 5);
  const auto data = load_data(DataKind::images, folder.path().string());
  CHECK(data->size == 5);
  CHECK(data->label(4) == 3);
  CHECK(data->describe() == "5 images of 2x2");
  CHECK(data->format() == SampleFormat{.height = 2, .width = 2, .classes = 4});
  for (const DataKindRow& row : data_kinds()) {
    CHECK(&row_of(row.kind) == &row);
    CHECK(&find_kind(row.name) == &row);
    for (const std::string& name : row.known) CHECK(is_known_data(name));
  }
  CHECK_FALSE(is_known_data("something"));
  CHECK_THROWS_WITH_AS(find_kind("image"), doctest::Contains("did you mean \"images\"?"), ValueError);
}

TEST_CASE("missing data names the line that gets it") {
  const TemporaryFolder folder;
  const auto message_of = [](const std::string& name) -> std::string {
    try {
      load_dataset(name);
    } catch (const DataMissing& error) {
      return error.what();
    }
    return "";
  };
  for (const std::string& name : {std::string("no-such-data"), folder.path().string()}) {
    CHECK(message_of(name).find("apt-get install dataset-fashion-mnist") != std::string::npos);
  }
  const char* set = getenv("XGRAD_MNIST_DIR");
  const std::string kept = set != nullptr ? set : "";
  setenv("XGRAD_MNIST_DIR", folder.path().c_str(), 1);
  CHECK(message_of("mnist").find(folder.path().string()) != std::string::npos);
  CHECK(message_of("mnist").find("XGRAD_MNIST_DIR") != std::string::npos);
  set != nullptr ? setenv("XGRAD_MNIST_DIR", kept.c_str(), 1) : unsetenv("XGRAD_MNIST_DIR");
}

TEST_CASE("Fashion-MNIST, where it is installed, is what its authors published") {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) return;
  const ImageDataset train = load_dataset("fashion");
  CHECK(train.size == 60000);
  CHECK(train.height == 28);
  CHECK(train.width == 28);
  CHECK(train.labels.front() == 9);  // an ankle boot
  std::array<int, 256> count{};
  for (const std::uint8_t label : train.labels) ++count[label];
  CHECK(std::all_of(count.begin(), count.begin() + 10, [](int n) { return n == 6000; }));
  CHECK(load_dataset("fashion", Split::test).size == 10000);
}

TEST_CASE("the MNIST digits, where they are, begin with a seven or a five") {
  if (getenv("XGRAD_MNIST_DIR") == nullptr) return;
  const ImageDataset digits = load_dataset("mnist");
  CHECK(digits.width == 28);
  CHECK(digits.labels.front() == (digits.split == "train" ? 5 : 7));
}

}  // namespace
}  // namespace xgrad::models
