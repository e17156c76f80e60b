// SPDX-License-Identifier: BSD-3-Clause
// SamplePool: generated samples of some time ago, for a discriminator that is not to forget them.
#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/autograd/state_dict.h>

namespace xgrad::models {

/// A history of generated samples (Shrivastava et al., 2017, as CycleGAN has it): each new sample is given back and
/// kept as long as there is room; after that, with probability 1/2, a kept one drawn at random is given back and the
/// new one takes its place, else the new one is given back.
class SamplePool {
 public:
  /// @throws ValueError for a negative capacity; 0 gives every sample back.
  SamplePool(std::int64_t capacity, const Generator& random);

  /// As many samples as are given, (n, ...), detached. Draws 2 n numbers whatever becomes of them.
  Variable exchange(const Variable& samples);

  std::int64_t size() const noexcept { return static_cast<std::int64_t>(kept_.size()); }
  Generator& random() noexcept { return random_; }

  /// "samples": (size, ...), nothing of an empty pool.
  StateDict state_dict() const;
  /// @throws ValueError when they are more than the capacity, or other arrays.
  void load_state_dict(const StateDict& state);

 private:
  std::int64_t capacity_;
  Generator random_;
  std::vector<Variable> kept_;  ///< each (1, ...)
};

}  // namespace xgrad::models
