// SPDX-License-Identifier: BSD-3-Clause
// Chains of element-wise functions in one pass: tile after tile, so that what lies between them stays in the first
// cache. The loops are those of the single kernels, and so are the bits.
#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/autograd/kernels/elementwise.h>

namespace xgrad::kernels {

/// y_k = f_k(operands) for k = 0, 1, ..., all over the same (rows, columns) and of one floating dtype.
struct Chain {
  /// Where an operand comes from: an array given, or an earlier link.
  struct Source {
    bool link = false;
    std::size_t index = 0;
  };
  struct Link {
    Elementwise f;
    Source a, b = {};
    std::ptrdiff_t out = -1;  ///< number of the array that it fills; -1: read by later links only
  };
  /// Steps between rows and columns of an array given, in elements: 0 where it repeats.
  struct Steps {
    std::int64_t row, column;
  };

  DType dtype;
  std::int64_t rows, columns;
  std::vector<Steps> inputs;
  std::vector<Link> links;

  static constexpr std::size_t most_links = 24;
};

/// A chain made ready: places of the intermediate tiles chosen, tiles cut.
class ChainPass {
 public:
  /// @throws ValueError when a link reads a later one or there are too many.
  explicit ChainPass(Chain chain);
  void run(const void* const* in, void* const* out) const;

 private:
  struct Stage {
    Chain::Link link;
    std::size_t slot;  ///< where its tile is kept for later links
    bool kept;         ///< some later link reads it
    bool cheap;
    std::size_t first_ahead = 0, n_ahead = 0;  ///< of ahead_: whose tiles it fetches while it computes
  };

  void run_tile(const void* const* in, void* const* out, std::int64_t row, std::int64_t column, std::int64_t rows,
                std::int64_t columns, bool stream) const;
  void deal_out_ahead();

  Chain chain_;
  std::vector<Stage> stages_;
  std::vector<std::size_t> ahead_;  ///< inputs that dear stages fetch ahead
  bool stream_;                     ///< results are larger than the caches
  std::int64_t tile_ = 0;           ///< elements
  std::int64_t grain_ = 0;          ///< tiles a chunk
};

}  // namespace xgrad::kernels
