// SPDX-License-Identifier: BSD-3-Clause
// Stopwatch: the time spent between its starts and stops, and whether that has reached a limit.
#pragma once

#include <chrono>
#include <optional>

namespace xgrad::gan_mnist {

class Stopwatch {
 public:
  explicit Stopwatch(std::optional<double> minutes = {}) : minutes_(minutes) {}

  void start() noexcept { begun_ = Clock::now(); }
  void stop() noexcept { total_ += Clock::now() - begun_; }
  double seconds() const noexcept { return std::chrono::duration<double>(total_).count(); }
  bool is_over() const noexcept { return minutes_ && seconds() >= 60.0 * *minutes_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<double> minutes_;
  Clock::time_point begun_ = {};
  Clock::duration total_ = {};
};

}  // namespace xgrad::gan_mnist
