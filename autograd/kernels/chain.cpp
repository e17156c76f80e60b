// SPDX-License-Identifier: BSD-3-Clause
// Chains: slots for intermediate tiles, tiles, and the loops over them.
#include <xgrad/autograd/kernels/chain.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/kernels/stream.h>

namespace xgrad::kernels {
namespace {

constexpr std::size_t scratch_bytes = 32 * 1024;  // the intermediate tiles of one pass, all together
constexpr std::int64_t work = 131072;             // cheap elements a chunk, some 20 us
// Where memory sets the pace tiles are small, for its lines to keep coming while cheap stages ask for none, and fetched
// two ahead, a memory's delay before they are read: measured.
constexpr std::size_t stream_tile_bytes = 1536;
constexpr std::int64_t tiles_ahead = 2;

std::int64_t cost(const Elementwise& f) noexcept {
  return f.arity == 2 ? kernels::cost(f.binary) : kernels::cost(f.unary);
}

}  // namespace

ChainPass::ChainPass(Chain chain)
    : chain_(std::move(chain)),
      stream_(static_cast<std::size_t>(chain_.rows * chain_.columns) * size_of(chain_.dtype) >= detail::stream_bytes) {
  const std::size_t n = chain_.links.size();
  if (n == 0 || n > Chain::most_links) throw ValueError("[chain] takes 1 to 24 links, not " + std::to_string(n));
  std::vector<std::size_t> last_read(n, 0);
  std::int64_t total = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const Chain::Link& link = chain_.links[k];
    total += cost(link.f);
    for (const Chain::Source* s : {&link.a, &link.b}) {
      if (s == &link.b && link.f.arity == 1) continue;
      if (!s->link) continue;
      if (s->index >= k) throw ValueError("[chain] link " + std::to_string(k) + " reads a later one");
      last_read[s->index] = k;
    }
  }
  // A tile's slot is free again after its last reader, which may write over it.
  std::vector<std::size_t> free;
  std::size_t slots = 0;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t j = 0; j < k; ++j) {
      if (last_read[j] == k && stages_[j].kept) free.push_back(stages_[j].slot);
    }
    const bool kept = last_read[k] > k;
    std::size_t slot = 0;
    if (kept) {
      slot = free.empty() ? slots++ : free.back();
      if (!free.empty()) free.pop_back();
    }
    stages_.push_back({chain_.links[k], slot, kept, cost(chain_.links[k].f) == 1});
  }
  const std::size_t streams = slots + chain_.inputs.size() + 2;
  const auto elements = static_cast<std::int64_t>(scratch_bytes / size_of(chain_.dtype) / streams);
  const auto most = stream_ ? static_cast<std::int64_t>(stream_tile_bytes / size_of(chain_.dtype)) : std::int64_t{2048};
  tile_ = std::max<std::int64_t>(64, std::min(most, elements / 64 * 64));
  grain_ = std::max<std::int64_t>(1, work / total / tile_);
  if (stream_) deal_out_ahead();
}

/// Shares the inputs as large as the grid among the dear stages: the others wait for memory anyway.
void ChainPass::deal_out_ahead() {
  for (std::size_t k = 0; k < chain_.inputs.size(); ++k) {
    const Chain::Steps& steps = chain_.inputs[k];
    if (steps.column == 1 && (chain_.rows == 1 || steps.row == chain_.columns)) ahead_.push_back(k);
  }
  std::vector<Stage*> dear;
  for (Stage& stage : stages_) {
    if (!stage.cheap && stage.link.f.arity == 1) dear.push_back(&stage);
  }
  for (std::size_t k = 0; k < dear.size(); ++k) {
    dear[k]->first_ahead = k * ahead_.size() / dear.size();
    dear[k]->n_ahead = (k + 1) * ahead_.size() / dear.size() - dear[k]->first_ahead;
  }
}

void ChainPass::run_tile(const void* const* in, void* const* out, std::int64_t row, std::int64_t column,
                         std::int64_t rows, std::int64_t columns, bool stream) const {
  alignas(64) char scratch[scratch_bytes];
  const simd::Table& table = simd::table();
  const int dtype = static_cast<int>(chain_.dtype);
  const auto bytes = static_cast<std::int64_t>(size_of(chain_.dtype));
  const std::int64_t n = rows * columns;
  struct Place {
    const void* data;
    std::int64_t row_step;
    bool splat;
  };
  const auto tile_of = [&](std::size_t slot) {
    return static_cast<void*>(scratch + static_cast<std::int64_t>(slot) * tile_ * bytes);
  };
  const auto memory = [&](std::ptrdiff_t k) {
    return static_cast<void*>(static_cast<char*>(out[k]) + (row * chain_.columns + column) * bytes);
  };
  const auto place = [&](const Chain::Source& s) -> Place {
    if (s.link) {
      const Stage& from = stages_[s.index];
      const bool in_memory = from.link.out >= 0 && !(stream && from.cheap);
      return {in_memory ? memory(from.link.out) : tile_of(from.slot), columns, false};
    }
    const Chain::Steps& steps = chain_.inputs[s.index];
    return {static_cast<const char*>(in[s.index]) + (row * steps.row + column * steps.column) * bytes, steps.row,
            steps.column == 0};
  };
  std::array<const void*, 2 * Chain::most_links> next;
  for (std::size_t k = 0; k < ahead_.size(); ++k) {
    next[k] = static_cast<const char*>(in[ahead_[k]]) + (row * chain_.columns + column + tiles_ahead * n) * bytes;
  }
  for (const Stage& stage : stages_) {
    const Elementwise& f = stage.link.f;
    const auto compute = [&](void* y, bool past_caches) {
      const Place a = place(stage.link.a);
      if (f.arity == 1) {
        const simd::Ahead ahead(next.data() + stage.first_ahead, stage.n_ahead);
        return table.unary[dtype][static_cast<int>(f.unary)](n, a.data, y, f.p, f.q, past_caches, ahead);
      }
      const Place b = place(stage.link.b);
      const unsigned splat = (a.splat ? unsigned{simd::splat_a} : 0u) | (b.splat ? unsigned{simd::splat_b} : 0u);
      const auto loop = table.binary[dtype][static_cast<int>(f.binary)][splat];
      // Rows that follow each other everywhere are one.
      const auto joins = [&](const Place& p) { return p.splat ? p.row_step == 0 : p.row_step == columns; };
      if (rows == 1 || (joins(a) && joins(b))) return loop({1, n, 0, 0, past_caches}, a.data, b.data, y, f.p);
      loop({rows, columns, a.row_step, b.row_step, past_caches && columns * bytes % 64 == 0}, a.data, b.data, y, f.p);
    };
    if (stage.link.out < 0) {
      compute(tile_of(stage.slot), false);
      continue;
    }
    // What is written past the caches and read again is computed twice, first for memory: the tile that later links
    // read may take the place of an operand. Dear functions are not worth that.
    compute(memory(stage.link.out), stream && (stage.cheap || !stage.kept));
    if (stage.kept && stream && stage.cheap) compute(tile_of(stage.slot), false);
  }
}

void ChainPass::run(const void* const* in, void* const* out) const {
  const std::int64_t rows = chain_.rows, columns = chain_.columns;
  if (rows == 0 || columns == 0) return;
  if (columns >= tile_ || rows == 1) {
    // Pieces of rows.
    const std::int64_t pieces = (columns - 1) / tile_ + 1;
    const bool aligned = columns * static_cast<std::int64_t>(size_of(chain_.dtype)) % 64 == 0;
    detail::stream_for(rows * pieces, grain_, stream_, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t column = i % pieces * tile_;
        run_tile(in, out, i / pieces, column, 1, std::min(tile_, columns - column), stream_ && (aligned || rows == 1));
      }
    });
    return;
  }
  // Whole rows, as many as a tile holds.
  const std::int64_t each = tile_ / columns;
  detail::stream_for((rows - 1) / each + 1, grain_, stream_, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      run_tile(in, out, i * each, 0, std::min(each, rows - i * each), columns,
               stream_ && each * columns * static_cast<std::int64_t>(size_of(chain_.dtype)) % 64 == 0);
    }
  });
}

}  // namespace xgrad::kernels
