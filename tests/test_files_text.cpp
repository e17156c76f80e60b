// SPDX-License-Identifier: BSD-3-Clause
// Text: UTF-8 against its definition, windows that keep training and testing apart, hostile bytes.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/data/text.h>
#include <xgrad/nn/file.h>

#include "hostile.h"
#include "temporary_folder.h"

namespace xgrad::models {
namespace {

using tests::TemporaryFolder;

// n characters of a kind of text: words of different letters.
std::string words(std::size_t n) {
  std::string text;
  for (std::size_t i = 0; text.size() < n; ++i)
    text += std::string(1 + i % 7, static_cast<char>('a' + i * i % 23)) + " ";
  text.resize(n);
  text.back() = '.';
  return text;
}

TEST_CASE("UTF-8 is read and written as RFC 3629 defines it") {
  const std::u32string text = {0x24, 0x7F, 0x80, 0xA2, 0x7FF, 0x800, 0x20AC, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
  const std::string bytes =
      "\x24\x7f\xc2\x80\xc2\xa2\xdf\xbf\xe0\xa0\x80\xe2\x82\xac\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80"
      "\xf4\x8f\xbf\xbf";
  CHECK(to_utf8(text) == bytes);
  CHECK(from_utf8(bytes) == text);
  CHECK(from_utf8("").empty());
  for (const char* bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"}) {
    CAPTURE(bad);
    CHECK_THROWS_WITH_AS(from_utf8("ab" + std::string(bad)), doctest::Contains("byte 3 is not UTF-8"), FormatError);
  }
}

TEST_CASE("a text's windows are one-hot columns of its small letters and single spaces") {
  const TextDataset data = parse_text("  The cat\n\n\tsat on\r\nThe M\xc3\xa4t and did not stand up \n");
  CHECK(data.alphabet == " acdehimnopstu\xc3\xa4");
  const std::u32string plain = from_utf8("the cat sat on the m\xc3\xa4t and did not stand up");
  CHECK(data.size == static_cast<std::int64_t>(plain.size()) - 31);
  const SampleFormat format = data.format();
  CHECK(format.shape() == Shape{15, 32});
  CHECK(format.kind == DataKind::text);
  for (const std::int64_t i : {std::int64_t{0}, data.size - 1}) {
    Array window(Shape{1, 15, 32});
    data.read(i, PixelRange::signed_unit, window.mutable_data<float>());
    std::vector<float> counts(32, 0.0f);
    for (std::size_t k = 0; k < 15 * 32; ++k) {
      const float value = window.data<float>()[k];
      CHECK((value == 0.0f || value == 1.0f));
      counts[k % 32] += value;
    }
    CHECK(counts == std::vector<float>(32, 1.0f));
    CHECK(spell(window, data.alphabet)[0] == plain.substr(static_cast<std::size_t>(i), 32));
  }
  CHECK_THROWS_AS(spell(Array(Shape{2, 14, 32}), data.alphabet), ShapeError);
  CHECK_THROWS_AS(spell(Array(Shape{2, 15 * 32}), data.alphabet), ShapeError);
}

TEST_CASE("no window of training text shares a character with one of testing text") {
  const std::string text = words(25'000);
  std::set<std::int64_t> of[2];
  for (const Split split : {Split::train, Split::test}) {
    const TextDataset data = parse_text(text, split);
    CHECK(data.size == static_cast<std::int64_t>(data.starts.size()));
    for (const std::int64_t start : data.starts) {
      for (std::int64_t t = 0; t < data.length; ++t) of[split == Split::test].insert(start + t);
    }
  }
  for (const std::int64_t place : of[1]) CHECK(of[0].count(place) == 0);
  CHECK(of[0].size() + of[1].size() == 25'000);
  CHECK(of[1].size() == 2 * 1024);
}

TEST_CASE("what is no text, or too little of it, is refused") {
  const auto error = [](const std::string& bytes) {
    return tests::format_error([](const std::string& b) { parse_text(b); }, bytes);
  };
  CHECK(error("").find("0 characters are too short a text for windows of 32") != std::string::npos);
  CHECK(error(std::string(31, 'x')).find("too short") != std::string::npos);
  CHECK(error(std::string(100, ' ')).find("too short") != std::string::npos);
  CHECK(error(words(100) + '\0').find("control character (0)") != std::string::npos);
  CHECK(error(words(100) + "\x1b[31m").find("control character (27)") != std::string::npos);
  CHECK(error(words(100) + "\xff").find("byte 101 is not UTF-8") != std::string::npos);
  std::u32string many;
  for (char32_t c = 0x4E00; c < 0x4E00 + 257; ++c) many += c;
  CHECK(error(to_utf8(many)).find("257 different characters") != std::string::npos);
  CHECK(error(to_utf8(many.substr(1))).empty());
  CHECK_THROWS_WITH_AS(parse_text(words(9000), Split::test), doctest::Contains("held back"), FormatError);
  CHECK(tests::fuzz([](const std::string& b) { parse_text(b); }, words(300) + "\xc3\xa4\xe2\x82\xac", 3000) > 500);
}

TEST_CASE("a byte order mark before a text is none of its letters") {
  const std::string text = words(300);
  const TextDataset plain = parse_text(text);
  const TextDataset marked = parse_text("\xef\xbb\xbf" + text);
  CHECK(marked.alphabet == plain.alphabet);
  CHECK(marked.characters == plain.characters);
  CHECK(marked.starts == plain.starts);
  const auto error = [](const std::string& bytes) {
    return tests::format_error([](const std::string& b) { parse_text(b); }, bytes);
  };
  CHECK(error("\xef\xbb\xbf" + text + "\xff").find("byte 304 is not UTF-8") != std::string::npos);  // of the file
  CHECK(error("\xef\xbb").find("byte 1 is not UTF-8") != std::string::npos);
  std::string wide;
  for (const char c : text) wide += std::string{c, '\0'};
  CHECK(error("\xff\xfe" + wide).find("it is UTF-16, and only UTF-8 is read; convert it with: iconv -f UTF-16") !=
        std::string::npos);
  CHECK(error("\xfe\xff" + std::string(1, '\0') + wide).find("it is UTF-16") != std::string::npos);
  CHECK(error(std::string("\xff\xfe\0\0", 4) + wide).find("it is UTF-32") != std::string::npos);
  CHECK(error(std::string("\0\0\xfe\xff", 4) + wide).find("it is UTF-32") != std::string::npos);
  CHECK(error(wide).find("control character (0) is in it: no text in UTF-8") != std::string::npos);
}

TEST_CASE("lines may end as they do anywhere, the last one not at all") {
  const std::string one = words(100), other = words(90);
  const TextDataset unix = parse_text(one + "\n" + other + "\n");
  for (const char* end : {"\r\n", "\r", "\n\n", " \f ", "\v", "\xc2\x85", "\t\xc2\xa0"}) {
    CHECK(parse_text(one + end + other).characters == unix.characters);
    CHECK(parse_text(one + end + other + end).characters == unix.characters);
  }
}

TEST_CASE("a text file is data, the licence of Debian by its name") {
  const TemporaryFolder folder;
  nn::write_file(folder.file("story.txt"), words(400));
  const TextDataset story = load_text(folder.file("story.txt"));
  CHECK(story.name == "story.txt");
  CHECK(story.files.size() == 1);
  CHECK_THROWS_WITH_AS(load_text(folder.path().string()), doctest::Contains("neither gpl-3 nor a text file"),
                       DataMissing);
  CHECK_THROWS_AS(load_text("no such file"), DataMissing);
  if (!std::filesystem::exists("/usr/share/common-licenses/GPL-3")) return;
  const auto licence = std::make_shared<const TextDataset>(load_text("gpl-3"));
  CHECK(licence->name == "gpl-3");
  CHECK(licence->letters < 60);
  Array first(Shape{1, licence->letters, 32});
  licence->read(0, PixelRange::unit, first.mutable_data<float>());
  CHECK(to_utf8(spell(first, licence->alphabet)[0]) == std::string("gnu general public license version").substr(0, 32));
  CHECK(load_text("gpl-3", Split::test).size > 2000);
  DataLoader loader(licence, {.batch_size = 8, .layout = PixelLayout::planar}, Generator(1));
  CHECK(loader.next().samples.shape() == Shape{8, licence->letters, 32});
}

}  // namespace
}  // namespace xgrad::models
