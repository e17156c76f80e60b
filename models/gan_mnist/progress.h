// SPDX-License-Identifier: BSD-3-Clause
// Progress: a bar with rate, losses and time left on a terminal, one plain line an interval elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

class Progress {
 public:
  /// Counts from `first` (a resumed run's rounds) to `total`; `quiet` shows nothing.
  /// With `minutes`, the time is what there is so much of.
  Progress(std::int64_t first, std::int64_t total, bool quiet, std::optional<double> minutes = {});
  /// After each round; draws a few times a second only.
  void update(std::int64_t step, const models::RoundReport& report);
  /// Leaves the terminal's line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(std::int64_t step, const models::RoundReport& report, Clock::time_point now);

  std::int64_t first_;
  std::int64_t total_;
  bool quiet_;
  std::optional<double> minutes_;
  bool terminal_;
  bool line_open_ = false;
  Clock::time_point start_;
  Clock::time_point next_;
};

}  // namespace xgrad::gan_mnist
