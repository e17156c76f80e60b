// SPDX-License-Identifier: BSD-3-Clause
// Anomaly mode: the first op that makes a NaN or an infinity is named, with the place where it was recorded.
#pragma once

#include <string>

#include <xgrad/autograd/watch.h>

namespace xgrad {

class Array;

namespace detail {
/// @throws AnomalyError when a floating output holds a NaN or an infinity.
void check_forward_anomaly(const char* op, const Array& output);
/// The calling functions outside xgrad's own ops, innermost first.
std::string describe_call_site();
}  // namespace detail

inline bool anomaly_enabled() noexcept { return (detail::watch::on & detail::watch::anomaly) != 0; }

/// In its scope every op, forward and in the reverse sweep, checks what it makes and remembers where it was called.
/// Slow; for finding a fault.
class DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool enabled = true) noexcept : guard_(detail::watch::anomaly, enabled) {}

 private:
  detail::watch::Guard guard_;
};

}  // namespace xgrad
