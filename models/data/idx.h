// SPDX-License-Identifier: BSD-3-Clause
// IDX files of unsigned bytes (LeCun's MNIST format), plain or gzip, checked against hostile content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::models {

/// Bytes in row-major order and their extents, outermost first.
struct IdxArray {
  std::vector<std::int64_t> extents;
  std::vector<std::uint8_t> values;
};

/// Decodes IDX bytes with `rank` axes: magic 0x0000_08_rank, so 3 for images and 1 for labels. Gzip (RFC 1952) is known
/// by its first two bytes, not by a file's name; as `gzip -t` does, it takes several members, optional fields in their
/// headers, and zeros after the last one, as tapes and block devices leave them. Anything else after it, at which gzip
/// warns, is refused. Nothing is allocated before the announced size is known to fit the input, and decompression stops
/// as soon as more comes out than was announced. `name` stands for the file in messages.
/// @throws FormatError for a wrong magic (naming what the file has instead), a truncated or over-long body, damaged
/// gzip, or more than 4 GiB.
IdxArray parse_idx(std::string_view bytes, int rank, const std::string& name = "idx");

}  // namespace xgrad::models
