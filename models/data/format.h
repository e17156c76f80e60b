// SPDX-License-Identifier: BSD-3-Clause
// SampleFormat: what one sample is, all that networks for it and pictures of it need to know.
#pragma once

#include <cstdint>
#include <string>

#include <xgrad/autograd/array.h>

namespace xgrad::models {

enum class DataKind { images, text, waves };

/// Images are planes of height x width pixels. Sequences have height 1: text has a plane for each character of its
/// alphabet, waves have one.
struct SampleFormat {
  std::int64_t height = 28;
  std::int64_t width = 28;   ///< of a sequence its length
  std::int64_t classes = 0;  ///< 0: labels are not known
  std::int64_t channels = 1;
  DataKind kind = DataKind::images;
  std::string alphabet = {};  ///< of text: the character of each plane, in UTF-8
  std::int64_t rate = 0;      ///< of waves: samples in a second

  std::int64_t elements() const noexcept { return channels * height * width; }
  /// (channels, height, width), of sequences (channels, width).
  Shape shape() const { return kind == DataKind::images ? Shape{channels, height, width} : Shape{channels, width}; }
  friend bool operator==(const SampleFormat&, const SampleFormat&) = default;
};

/// The format as a JSON object, and back. @throws FormatError for text that is no format of a possible size: networks
/// are made for it before their weights are seen.
std::string to_json(const SampleFormat& format);
SampleFormat parse_format(const std::string& json);

/// @throws FormatError unless samples of one format can be compared with those of the other: they are of the same kind
/// and shape. `what` and `beside` name the two: "the test images", "the training images".
void require_same_shape(const SampleFormat& format, const std::string& what, const SampleFormat& wanted,
                        const std::string& beside);

}  // namespace xgrad::models
