// SPDX-License-Identifier: BSD-3-Clause
// Notes which recorded Variables a piece of code reads without being given them. Internal to checkpoint.
#pragma once

#include <cstdint>
#include <span>

#include <xgrad/autograd/variable.h>
#include <xgrad/autograd/watch.h>

namespace xgrad::detail {

/// While it lives, ops on this thread report every input that was recorded before it was made.
class CaptureWatch {
 public:
  CaptureWatch();
  ~CaptureWatch();
  CaptureWatch(const CaptureWatch&) = delete;
  CaptureWatch& operator=(const CaptureWatch&) = delete;

  void note(std::span<const Variable* const> inputs);
  const Variables& captured() const noexcept { return captured_; }

  /// The innermost watch of this thread, or null.
  static CaptureWatch* current() noexcept { return current_; }

 private:
  static inline thread_local CaptureWatch* current_ = nullptr;

  watch::Guard guard_{watch::capture, true};
  CaptureWatch* outer_;
  std::uint64_t began_;  ///< creation number that nodes from before stay below
  Variables captured_;
};

}  // namespace xgrad::detail
