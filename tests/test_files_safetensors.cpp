// SPDX-License-Identifier: BSD-3-Clause
// safetensors against bytes laid out by hand from the specification, and against hostile files.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/file.h>
#include <xgrad/nn/safetensors.h>

#include "hostile.h"
#include "temporary_folder.h"

namespace xgrad {
namespace {

using nn::parse_safetensors;
using nn::SafeTensors;
using nn::save_safetensors;
using tests::TemporaryFolder;

std::string little_endian(std::uint64_t value, int bytes) {
  std::string s;
  for (int i = 0; i < bytes; ++i) s += static_cast<char>(value >> (8 * i) & 0xff);
  return s;
}

/// A file of that header and data.
std::string file_of(const std::string& header, const std::string& data = "") {
  return little_endian(header.size(), 8) + header + data;
}

std::string error_of(const std::string& bytes) {
  return tests::format_error([](const std::string& b) { parse_safetensors(b); }, bytes);
}

/// The bits of an array's elements.
template <class Bits, class T>
std::vector<Bits> bits_of(const Array& array) {
  static_assert(sizeof(Bits) == sizeof(T));
  std::vector<Bits> bits(static_cast<std::size_t>(array.size()));
  if (!bits.empty()) std::memcpy(bits.data(), array.data<T>(), array.nbytes());
  return bits;
}

TEST_CASE("a file written by hand is read") {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[2],"data_offsets":[8,24]},)"
      R"("a.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"e":{"dtype":"F32","shape":[0,3],"data_offsets":[24,24]},)"
      R"("s":{"dtype":"F64","shape":[],"data_offsets":[24,32]}}   )";
  const std::string data = little_endian(0x3f800000, 4) + little_endian(0xc0200000, 4) + little_endian(5, 8) +
                           little_endian(static_cast<std::uint64_t>(-6), 8) + little_endian(0x3fe0000000000000, 8);
  const SafeTensors file = parse_safetensors(file_of(header, data));
  REQUIRE(file.tensors.size() == 4);
  CHECK(file.tensors[0].first == "b");  // the header's order
  CHECK(file.tensors[0].second.to_vector<std::int64_t>() == std::vector<std::int64_t>{5, -6});
  CHECK(file.tensors[1].first == "a.weight");
  CHECK(file.tensors[1].second.shape() == Shape{1, 2});
  CHECK(file.tensors[1].second.to_vector<float>() == std::vector<float>{1.0f, -2.5f});
  CHECK(file.tensors[2].second.shape() == Shape{0, 3});
  CHECK(file.tensors[3].second.shape() == Shape{});
  CHECK(file.tensors[3].second.item<double>() == 0.5);
  CHECK(file.metadata == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("what is written is, byte for byte, what the specification says") {
  const TemporaryFolder folder;
  save_safetensors(folder.file("a"),
                   {{"w", Array::from<float>({1.0f}, {1})}, {"n\"1", Array::from<std::int64_t>({3}, {1, 1})}},
                   {{"k", "v"}});
  // Wide elements come first in the data, so that each stands aligned; names keep their order.
  std::string header = R"({"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},)"
                       R"("n\"1":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  CHECK(nn::read_file(folder.file("a")) == file_of(header, little_endian(3, 8) + little_endian(0x3f800000, 4)));

  save_safetensors(folder.file("empty"), {});
  CHECK(nn::read_file(folder.file("empty")) == file_of("{}      "));
  CHECK(nn::load_safetensors(folder.file("empty")).tensors.empty());
}

TEST_CASE("a round trip keeps every bit, name and order") {
  const std::vector<std::uint32_t> floats = {0x7fc00001, 0xffc12345, 0x7f800001, 0x80000000, 0x00000001, 0x7f800000};
  const std::vector<std::uint64_t> doubles = {0x7ff8000000000001, 0xfff4000000000002, 0x8000000000000000, 1};
  Array f(Shape{2, 3});
  Array d(Shape{4}, DType::float64);
  std::memcpy(f.mutable_raw(), floats.data(), f.nbytes());
  std::memcpy(d.mutable_raw(), doubles.data(), d.nbytes());
  const Array i = Array::from<std::int64_t>(
      {std::numeric_limits<std::int64_t>::min(), -1, std::numeric_limits<std::int64_t>::max()}, {3, 1});
  const StateDict state = {{"z", f}, {"a", d}, {"größe \n\t", i}, {"", Array(Shape{0, 5})}, {"s", Array::scalar(2.0)}};
  const std::map<std::string, std::string> metadata = {{"", ""}, {"json", R"({"a": [1, "\u00e9"]})"}, {"ü", "\x01"}};
  const TemporaryFolder folder;
  save_safetensors(folder.file("a"), state, metadata);
  const SafeTensors file = nn::load_safetensors(folder.file("a"));
  CHECK(file.metadata == metadata);
  REQUIRE(file.tensors.size() == state.size());
  for (std::size_t k = 0; k < state.size(); ++k) {
    CHECK(file.tensors[k].first == state[k].first);
    CHECK(file.tensors[k].second.shape() == state[k].second.shape());
    CHECK(file.tensors[k].second.dtype() == state[k].second.dtype());
  }
  CHECK(bits_of<std::uint32_t, float>(file.tensors[0].second) == floats);
  CHECK(bits_of<std::uint64_t, double>(file.tensors[1].second) == doubles);
  CHECK(file.tensors[2].second.to_vector<std::int64_t>() == i.to_vector<std::int64_t>());
}

TEST_CASE("every F16 and BF16 value widens exactly") {
  std::string data;
  for (std::uint64_t v = 0; v < 65536; ++v) data += little_endian(v, 2);
  data += data;
  const SafeTensors file =
      parse_safetensors(file_of(R"({"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]},)"
                                R"("b":{"dtype":"BF16","shape":[65536],"data_offsets":[131072,262144]}})",
                                data));
  const std::vector<float> half = file.tensors[0].second.to_vector<float>();
  const std::vector<float> brain = file.tensors[1].second.to_vector<float>();
  int wrong = 0;
  const auto expect = [&](float got, int sign, int exponent, int mantissa, int exponent_bits, int mantissa_bits) {
    const int top = (1 << exponent_bits) - 1;
    const int bias = top / 2;
    double want = exponent == 0 ? std::ldexp(mantissa, 1 - bias - mantissa_bits)
                                : std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits);
    if (exponent == top) want = mantissa == 0 ? HUGE_VAL : NAN;
    const bool same = std::isnan(want) ? std::isnan(got) : static_cast<double>(got) == (sign != 0 ? -want : want);
    wrong += !same || std::signbit(got) != (sign != 0);
  };
  for (int v = 0; v < 65536; ++v) {
    expect(half[static_cast<std::size_t>(v)], v >> 15, v >> 10 & 31, v & 1023, 5, 10);
    expect(brain[static_cast<std::size_t>(v)], v >> 15, v >> 7 & 255, v & 127, 8, 7);
  }
  CHECK(wrong == 0);
}

TEST_CASE("integers of few bits and truth values widen exactly") {
  const struct {
    const char* dtype;
    std::string data;
    std::vector<std::int64_t> values;
  } cases[] = {{"I32", std::string("\x01\0\0\0\xff\xff\xff\xff\0\0\0\x80", 12), {1, -1, -2147483648}},
               {"I16", std::string("\x01\0\xff\xff\0\x80", 6), {1, -1, -32768}},
               {"I8", "\x01\xff\x80", {1, -1, -128}},
               {"U32", std::string("\x01\0\0\0\xff\xff\xff\xff\0\0\0\x80", 12), {1, 4294967295, 2147483648}},
               {"U16", std::string("\x01\0\xff\xff\0\x80", 6), {1, 65535, 32768}},
               {"U8", "\x01\xff\x80", {1, 255, 128}},
               {"BOOL", std::string("\x01\0\x02", 3), {1, 0, 1}}};
  for (const auto& c : cases) {
    CAPTURE(c.dtype);
    const std::string header = "{\"a\":{\"dtype\":\"" + std::string(c.dtype) + "\",\"shape\":[3],\"data_offsets\":[0," +
                               std::to_string(c.data.size()) + "]}}";
    const SafeTensors file = parse_safetensors(file_of(header, c.data));
    CHECK(file.tensors[0].second.to_vector<std::int64_t>() == c.values);
  }
  CHECK(error_of(file_of(R"({"a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}})", "12345678"))
            .find("dtype \"U64\"; F64") != std::string::npos);
  CHECK(parse_safetensors(file_of(R"({"a":{"dtype":"U8","shape":[2,0],"data_offsets":[0,0]}})"))
            .tensors[0]
            .second.shape() == Shape{2, 0});
}

TEST_CASE("what cannot be written is refused before the file is touched") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a");
  const Array x = Array::scalar(1.0);
  CHECK_THROWS_AS(save_safetensors(path, {{"a", x}, {"a", x}}), ValueError);
  CHECK_THROWS_AS(save_safetensors(path, {{"__metadata__", x}}), ValueError);
  CHECK_THROWS_AS(save_safetensors(path, {{"\xff", x}}), ValueError);
  CHECK_THROWS_AS(save_safetensors(path, {{"a", x}}, {{"k", "\xc3"}}), ValueError);
  CHECK_THROWS_AS(save_safetensors(path, {{"a", Array()}}), ValueError);
  CHECK(folder.count() == 0);
}

TEST_CASE("hostile headers are refused with the reason") {
  const auto tensor = [](const std::string& fields) { return R"({"a":{)" + fields + "}}"; };
  const std::string four(4, '\0');
  const std::string good = R"("dtype":"F32","shape":[1],"data_offsets":[0,4])";
  CHECK(error_of(file_of(tensor(good), four)) == "");

  const struct {
    const char* what;
    std::string bytes;
    const char* message;
  } cases[] = {
      {"empty", "", "only 0 bytes"},
      {"no header length", "1234567", "only 7 bytes"},
      {"no header", little_endian(0, 8), "does not begin with '{'"},
      {"header longer than the file", little_endian(3, 8) + "{}", "truncated"},
      {"header length of 2^64 - 1", little_endian(~std::uint64_t{0}, 8) + "{}", "header of 18446744073709551615"},
      {"header beyond the limit", little_endian(100'000'001, 8) + "{}", "header of 100000001"},
      {"an array", file_of("[]"), "does not begin with '{'"},
      {"a leading space", file_of(" {}"), "does not begin with '{'"},
      {"cut JSON", file_of(R"({"a":)"), "parse error"},
      {"text after the JSON", file_of("{}x"), "parse error"},
      {"a zero byte and text after the JSON", file_of(std::string("{}\0x", 4)), "zero byte"},
      {"a comment", file_of("{/**/}"), "parse error"},
      {"not UTF-8", file_of("{\"\xff\":{}}"), "parse error"},
      {"an overlong UTF-8 sequence", file_of("{\"\xc0\xaf\":{}}"), "parse error"},
      {"a lone surrogate", file_of(R"({"\ud800":{}})"), "parse error"},
      {"deep nesting", file_of(R"({"a":)" + std::string(1'000'000, '[')), "array where none belongs"},
      {"nested objects", file_of(R"({"a":{"dtype":{"x":1}}})"), "object where none belongs"},
      {"a tensor that is a number", file_of(R"({"a":1})"), "number where none belongs"},
      {"a tensor that is null", file_of(R"({"a":null})"), "null where none belongs"},
      {"a tensor given twice", file_of("{\"a\":{" + good + "},\"a\":{" + good + "}}", four), "\"a\" is given twice"},
      {"a tensor given twice, once escaped", file_of("{\"a\":{" + good + "},\"\\u0061\":{" + good + "}}", four),
       "\"a\" is given twice"},
      {"dtype given twice", file_of(tensor(R"("dtype":"F32",)" + good), four), "given twice"},
      {"shape given twice", file_of(tensor(R"("shape":[1],)" + good), four), "given twice"},
      {"metadata given twice", file_of(R"({"__metadata__":{},"__metadata__":{}})"), "given twice"},
      {"a metadata key given twice", file_of(R"({"__metadata__":{"k":"1","k":"2"}})"), "given twice"},
      {"metadata that is no text", file_of(R"({"__metadata__":{"k":1}})"), "number where none belongs"},
      {"metadata that is a string", file_of(R"({"__metadata__":"k"})"), "string where none belongs"},
      {"an unknown key", file_of(tensor(good + R"(,"x":1)"), four), "unknown key \"x\""},
      {"no dtype", file_of(tensor(R"("shape":[1],"data_offsets":[0,4])"), four), "missing"},
      {"no shape", file_of(tensor(R"("dtype":"F32","data_offsets":[0,4])"), four), "missing"},
      {"no offsets", file_of(tensor(R"("dtype":"F32","shape":[1])"), four), "missing"},
      {"another dtype", file_of(tensor(R"("dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4])"), four),
       "dtype \"F8_E4M3\"; F64, F32, I64, F16 and BF16 are read"},
      {"a negative extent", file_of(tensor(R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])"), four), "negative"},
      {"a fractional extent", file_of(tensor(R"("dtype":"F32","shape":[1.0],"data_offsets":[0,4])"), four),
       "no whole number"},
      {"an extent of 2^64",
       file_of(tensor(R"("dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4])"), four),
       "no whole number"},
      {"an extent of 2^63",
       file_of(tensor(R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4])"), four), "too large"},
      {"a product of 2^64", file_of(tensor(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])")),
       "overflows"},
      {"a byte count of 2^64", file_of(tensor(R"("dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0])")),
       "overflows"},
      {"nine axes", file_of(tensor(R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4])"), four), "axes"},
      {"one offset", file_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0])"), four), "not a range"},
      {"three offsets", file_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[0,4,8])"), four), "not a range"},
      {"offsets backwards", file_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])"), four), "not a range"},
      {"offsets past the end", file_of(tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])"), four),
       "not a range inside the 4 bytes"},
      {"offsets that wrap",
       file_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,0])"), four), "not a range"},
      {"a range unlike the shape", file_of(tensor(R"("dtype":"F64","shape":[1],"data_offsets":[0,4])"), four),
       "takes 8"},
      {"bytes left over", file_of(tensor(good), four + "x"), "1 bytes follow"},
      {"a hole at the front", file_of(tensor(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"), four + four),
       "hole"},
      {"a hole between",
       file_of("{\"a\":{" + good + R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})", four + four + four),
       "hole"},
      {"the same bytes twice", file_of("{\"a\":{" + good + "},\"b\":{" + good + "}}", four), "overlaps"},
      {"ranges that overlap",
       file_of("{\"a\":{" + good + R"(},"b":{"dtype":"F16","shape":[2],"data_offsets":[2,6]}})", four + "xx"),
       "overlaps"},
      {"an empty tensor in the middle of another",
       file_of("{\"a\":{" + good + R"(},"b":{"dtype":"F32","shape":[0],"data_offsets":[2,2]}})", four), "overlaps"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const std::string message = error_of(c.bytes);
    CAPTURE(message);
    CHECK(message.find(c.message) != std::string::npos);
    CHECK(message.size() < 600);  // one clear line, whatever the file holds
    CHECK(message.find('\n') == std::string::npos);
  }
}

TEST_CASE("thousands of damaged files load or are refused") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a");
  save_safetensors(path,
                   {{"net.0.weight", Array::full({3, 4}, 0.5)},
                    {"net.0.bias", Array::full({3}, -1.0, DType::float64)},
                    {"steps", Array::full({}, 7.0, DType::int64)},
                    {"nothing", Array(Shape{0})}},
                   {{"format", "pt"}, {"state", R"({"a":1})"}});
  const std::string bytes = nn::read_file(path);
  const int refused = tests::fuzz([](const std::string& b) { parse_safetensors(b); }, bytes, 5000);
  CHECK(refused > 3000);
  CHECK(refused < 5000);  // a changed weight cannot be seen

  // From a file instead of memory, the same holds.
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    nn::write_file(path, bytes.substr(0, size));
    CHECK_THROWS_AS(nn::load_safetensors(path), FormatError);
  }
}

}  // namespace
}  // namespace xgrad
