// SPDX-License-Identifier: BSD-3-Clause
// Stopwatch: the time spent between its starts and stops, and whether that has reached a limit.
#pragma once

#include <chrono>
#include <ctime>
#include <optional>

namespace xgrad::gan_mnist {

class Stopwatch {
 public:
  /// With `threads`, it counts the processor time of this process as shared out over so many, which neighbours on the
  /// machine do not lengthen; with 0 the time that passes.
  explicit Stopwatch(std::optional<double> minutes = {}, int threads = 0) : minutes_(minutes), threads_(threads) {}

  void start() noexcept { begun_ = now(); }
  void stop() noexcept { total_ += now() - begun_; }
  double seconds() const noexcept { return total_; }
  bool is_over() const noexcept { return minutes_ && seconds() >= 60.0 * *minutes_; }

 private:
  double now() const noexcept {
    if (threads_ > 0) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC / threads_;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  std::optional<double> minutes_;
  int threads_;
  double begun_ = 0.0;
  double total_ = 0.0;
};

}  // namespace xgrad::gan_mnist
