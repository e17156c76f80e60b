// SPDX-License-Identifier: BSD-3-Clause
// UTF-8, alphabets and windows.
#include <xgrad/models/data/text.h>

#include <algorithm>
#include <set>

#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/models/data/sha256.h>
#include <xgrad/nn/file.h>

namespace xgrad::models {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t longest_text = 1 << 28;  // bytes
constexpr std::size_t most_letters = 256;        // a letter's number is a byte
constexpr std::size_t stretch = 1024;            // characters that are for one purpose
constexpr std::size_t stretches_for_one_test = 10;
constexpr char32_t byte_order_mark = 0xFEFF;

bool is_space(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x3000; }
bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// One space for every run of white space, none at the ends, small letters.
std::u32string plain(const std::u32string& text, const std::string& name) {
  std::u32string out;
  for (char32_t c : text) {
    if (is_space(c)) {
      if (!out.empty() && out.back() != ' ') out += ' ';
      continue;
    }
    if (is_control(c)) {
      throw FormatError(name + ": a control character (" + std::to_string(c) + ") is in it: no text" +
                        (c == 0 ? " in UTF-8" : ""));
    }
    out += c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Known by its byte order mark, which no UTF-8 begins with.
void refuse_utf16(std::string_view bytes, const std::string& name) {
  const bool little = bytes.starts_with("\xFF\xFE");
  if (!little && !bytes.starts_with("\xFE\xFF") && !bytes.starts_with(std::string_view("\0\0\xFE\xFF", 4))) return;
  const bool wide = bytes.starts_with('\0') || bytes.starts_with(std::string_view("\xFF\xFE\0\0", 4));
  const std::string coding = wide ? "UTF-32" : "UTF-16";
  throw FormatError(name + ": it is " + coding + ", and only UTF-8 is read; convert it with: iconv -f " + coding +
                    " -t UTF-8");
}

bool is_for_test(std::size_t place) { return place / stretch % stretches_for_one_test == stretches_for_one_test - 1; }

}  // namespace

std::u32string from_utf8(std::string_view bytes, const std::string& name) {
  std::u32string out;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(bytes[k]); };
    const unsigned char first = at(i);
    const std::size_t more = first < 0x80   ? 0
                             : first < 0xC0 ? 4
                             : first < 0xE0 ? 1
                             : first < 0xF0 ? 2
                             : first < 0xF8 ? 3
                                            : 4;
    constexpr char32_t least[] = {0, 0x80, 0x800, 0x10000};
    bool good = more < 4 && i + more < bytes.size();
    char32_t c = more == 0 ? first : first & (0x3Fu >> more);
    for (std::size_t k = 1; good && k <= more; ++k) {
      good = (at(i + k) & 0xC0) == 0x80;
      c = c << 6 | (at(i + k) & 0x3Fu);
    }
    good = good && c >= least[more] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    if (!good)
      throw FormatError(name + ": byte " + std::to_string(i + 1) +
                        " is not UTF-8; convert the text first, as with iconv");
    out += c;
    i += more + 1;
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  const auto add = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      add(c);
      continue;
    }
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr char32_t mark[] = {0, 0xC0, 0xE0, 0xF0};
    add(mark[more] | c >> (6 * more));
    for (int k = more - 1; k >= 0; --k) add(0x80 | (c >> (6 * k) & 0x3F));
  }
  return out;
}

SampleFormat TextDataset::format() const {
  return {.height = 1, .width = length, .channels = letters, .kind = DataKind::text, .alphabet = alphabet};
}

void TextDataset::read(std::int64_t i, PixelRange, float* to) const {
  std::fill(to, to + letters * length, 0.0f);
  const std::uint8_t* from = characters.data() + starts[static_cast<std::size_t>(i)];
  for (std::int64_t t = 0; t < length; ++t) to[from[t] * length + t] = 1.0f;
}

std::string TextDataset::describe() const {
  return std::to_string(size) + " windows of " + std::to_string(length) + " characters, of " + std::to_string(letters) +
         " different ones";
}

TextDataset parse_text(std::string_view utf8, Split split, const std::string& name) {
  refuse_utf16(utf8, name);
  std::u32string characters = from_utf8(utf8, name);
  if (characters.starts_with(byte_order_mark)) characters.erase(0, 1);
  const std::u32string text = plain(characters, name);
  const std::set<char32_t> seen(text.begin(), text.end());
  if (seen.size() > most_letters) {
    throw FormatError(name + ": " + std::to_string(seen.size()) +
                      " different characters are in it, at most 256 can be");
  }
  const std::u32string letters(seen.begin(), seen.end());
  TextDataset data;
  data.name = name;
  data.alphabet = to_utf8(letters);
  data.letters = static_cast<std::int64_t>(letters.size());
  data.characters.reserve(text.size());
  for (const char32_t c : text) {
    const auto place = std::lower_bound(letters.begin(), letters.end(), c) - letters.begin();
    data.characters.push_back(static_cast<std::uint8_t>(place));
  }
  const bool test = split == Split::test;
  const auto reach = static_cast<std::size_t>(data.length - 1);
  for (std::size_t i = 0; i + reach < text.size(); ++i) {
    if (is_for_test(i) == test && is_for_test(i + reach) == test) data.starts.push_back(static_cast<std::int64_t>(i));
  }
  data.size = static_cast<std::int64_t>(data.starts.size());
  if (data.starts.empty()) {
    throw FormatError(name + ": " + std::to_string(text.size()) + " characters are too short a text for " +
                      (test ? "windows to be held back" : "windows of " + std::to_string(data.length)));
  }
  return data;
}

TextDataset load_text(const std::string& name, Split split) {
  const bool known = name == "gpl-3";
  const fs::path path = known ? "/usr/share/common-licenses/GPL-3" : name;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw DataMissing(known ? path.string() + " is missing; get it with: apt-get install --reinstall base-files"
                            : "'" + name + "' is neither gpl-3 nor a text file; take --data gpl-3");
  }
  const std::string bytes = nn::read_file(path.string(), longest_text);
  TextDataset data = parse_text(bytes, split, path.string());
  data.name = known ? name : path.filename().string();
  data.files.push_back({path, sha256(bytes)});
  return data;
}

std::vector<std::u32string> spell(const Array& samples, const std::string& alphabet) {
  const std::u32string letters = from_utf8(alphabet, "alphabet");
  if (samples.rank() != 3 || samples.shape()[1] != static_cast<std::int64_t>(letters.size())) {
    throw ShapeError("[spell] expected (n, " + std::to_string(letters.size()) + ", length), got " +
                     to_string(samples.shape()));
  }
  const std::int64_t length = samples.shape()[2];
  std::vector<std::u32string> texts(static_cast<std::size_t>(samples.shape()[0]));
  const auto likeliest = argmax(Variable(samples), 1).array().to_vector<std::int64_t>();
  for (std::size_t i = 0; i < likeliest.size(); ++i) {
    texts[i / static_cast<std::size_t>(length)] += letters[static_cast<std::size_t>(likeliest[i])];
  }
  return texts;
}

}  // namespace xgrad::models
