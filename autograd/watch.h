// SPDX-License-Identifier: BSD-3-Clause
// Who looks on while the ops of this thread run, as a set of bits: one test tells that nobody does. Internal to
// autograd.
#pragma once

namespace xgrad::detail::watch {

inline constexpr unsigned anomaly = 1, profile = 2, capture = 4;
inline thread_local unsigned on = 0;

/// Sets one bit for its scope and restores the former one.
class Guard {
 public:
  Guard(unsigned bit, bool enabled) noexcept : bit_(bit), previous_(on & bit) { on = enabled ? on | bit : on & ~bit; }
  ~Guard() { on = (on & ~bit_) | previous_; }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

 private:
  unsigned bit_, previous_;
};

}  // namespace xgrad::detail::watch
