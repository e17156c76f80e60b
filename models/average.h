// SPDX-License-Identifier: BSD-3-Clause
// Exponential moving average of a module's values: samples of it are calmer than those of the module in training.
#pragma once

#include <cstdint>

#include <xgrad/nn/module.h>

namespace xgrad::models {

/// a = d a + (1 - d) p with d = min(decay, (1 + n) / (10 + n)) at the n-th update, so that the first values fade fast
/// (Yazici et al., 2019). Buffers are averaged like parameters.
class MovingAverage {
 public:
  /// Starts as a copy of the module's values. @throws ValueError unless 0 <= decay < 1.
  MovingAverage(const nn::Module& module, double decay);

  void update(const nn::Module& module);

  /// The averages, to be loaded into a module of the same kind.
  const StateDict& values() const noexcept { return values_; }
  /// @throws ValueError when names, shapes or dtypes differ from the present ones.
  void load(const StateDict& values, std::int64_t updates);

 private:
  double decay_;
  StateDict values_;
  std::int64_t updates_ = 0;
};

}  // namespace xgrad::models
