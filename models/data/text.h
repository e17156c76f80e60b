// SPDX-License-Identifier: BSD-3-Clause
// Text: windows of a fixed number of characters, each character a one-hot column over the text's alphabet.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/autograd/array.h>
#include <xgrad/models/data/dataset.h>

namespace xgrad::models {

/// UTF-8 and its characters, both ways. Overlong forms, surrogates and numbers above 0x10FFFF are refused.
/// @throws FormatError naming the first byte that is wrong.
std::u32string from_utf8(std::string_view bytes, const std::string& name = "text");
std::string to_utf8(std::u32string_view text);

/// Every window of a text, sample i being the i-th of them.
struct TextDataset : Dataset {
  std::string alphabet;                  ///< the characters that occur, in order, in UTF-8
  std::int64_t letters = 0;              ///< how many these are
  std::int64_t length = 32;              ///< of a window
  std::vector<std::uint8_t> characters;  ///< of the text, as numbers in the alphabet
  std::vector<std::int64_t> starts;      ///< of the windows

  SampleFormat format() const override;
  void read(std::int64_t i, PixelRange range, float* to) const override;
  std::string describe() const override;
};

/// The windows of a UTF-8 text, in which runs of white space count as one space and capitals of ASCII as small letters.
/// A byte order mark before it is skipped, and that of UTF-16 or UTF-32 refused by name.
/// Every tenth stretch of 1024 characters is for testing; no window reaches from one kind of stretch into the other.
/// `name` stands for the file in messages. @throws FormatError for bytes that are no UTF-8, control characters, more
/// than 256 different characters, or too little text.
TextDataset parse_text(std::string_view utf8, Split split = Split::train, const std::string& name = "text");

/// Reads "gpl-3" (the licence that comes with Debian's base-files) or a text file.
/// @throws DataMissing, IoError, FormatError
TextDataset load_text(const std::string& name, Split split = Split::train);

/// Samples (n, letters, length), the rows' likeliest characters. @throws ShapeError, FormatError
std::vector<std::u32string> spell(const Array& samples, const std::string& alphabet);

}  // namespace xgrad::models
