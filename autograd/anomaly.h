// SPDX-License-Identifier: BSD-3-Clause
// Anomaly mode: the first op that makes a NaN or an infinity is named, with the place where it was recorded.
#pragma once

#include <string>

namespace xgrad {

class Array;

namespace detail {
inline thread_local bool anomaly_mode = false;

/// @throws AnomalyError when a floating output holds a NaN or an infinity.
void check_forward_anomaly(const char* op, const Array& output);
/// The calling functions outside xgrad's own ops, innermost first.
std::string describe_call_site();
}  // namespace detail

inline bool anomaly_enabled() noexcept { return detail::anomaly_mode; }

/// In its scope every op, forward and in the reverse sweep, checks what it makes and remembers where it was called.
/// Slow; for finding a fault.
class DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool enabled = true) noexcept : previous_(detail::anomaly_mode) {
    detail::anomaly_mode = enabled;
  }
  ~DetectAnomalyGuard() { detail::anomaly_mode = previous_; }
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool previous_;
};

}  // namespace xgrad
