// SPDX-License-Identifier: BSD-3-Clause
// Batches of a dataset in a reproducible, resumable random order.
#pragma once

#include <cstdint>
#include <memory>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/random.h>
#include <xgrad/models/data/dataset.h>
#include <xgrad/models/data/pixels.h>

namespace xgrad::models {

/// Shape of a batch of samples: flat (batch, elements), or planar: (batch, c, h, w), of sequences (batch, c, l).
enum class PixelLayout { flat, planar };

struct LoaderOptions {
  std::int64_t batch_size = 64;
  bool shuffle = true;    ///< a fresh order each epoch; else the dataset's own
  bool drop_last = true;  ///< leave out the last, smaller batch of an epoch
  PixelRange range = PixelRange::signed_unit;
  PixelLayout layout = PixelLayout::flat;
};

/// samples: float32, scaled, in the asked layout; labels: int64 (batch,).
struct Batch {
  Array samples;
  Array labels;
};

/// Endless batches, epoch after epoch.
class DataLoader {
 public:
  /// @throws ValueError for a batch size below 1, or one above the dataset's size with drop_last.
  DataLoader(std::shared_ptr<const Dataset> data, const LoaderOptions& options, const Generator& generator);

  /// The next batch; begins a new epoch when the present one is used up.
  Batch next();

  std::int64_t batches_per_epoch() const noexcept;
  /// The epoch of the next batch, counted from 0.
  std::int64_t epoch() const noexcept { return exhausted() ? state_.epoch + 1 : state_.epoch; }
  const Dataset& dataset() const noexcept { return *data_; }

  /// All that is needed to go on exactly here, also in the middle of an epoch.
  struct State {
    Generator::State generator{};  ///< as it was before the order of this epoch was drawn
    std::int64_t epoch = 0;
    std::int64_t cursor = 0;  ///< samples of this epoch already given
    friend bool operator==(const State&, const State&) = default;
  };
  const State& state() const noexcept { return state_; }
  /// @throws ValueError for a place outside the dataset; the loader is then unchanged.
  void set_state(const State& state);

 private:
  bool exhausted() const noexcept;
  void draw_order();

  std::shared_ptr<const Dataset> data_;
  SampleFormat format_;
  LoaderOptions options_;
  Generator generator_;
  Array order_;
  State state_;
};

}  // namespace xgrad::models
