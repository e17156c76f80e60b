// SPDX-License-Identifier: BSD-3-Clause
// Whether ops are recorded: a thread-local switch and its RAII guards.
#pragma once

namespace xgrad {

namespace detail {
inline thread_local bool grad_mode = true;
}

/// True when ops on this thread record their history.
inline bool grad_enabled() noexcept { return detail::grad_mode; }

/// Sets the mode for its scope and restores the former one.
class GradModeGuard {
 public:
  explicit GradModeGuard(bool enabled) noexcept : previous_(detail::grad_mode) { detail::grad_mode = enabled; }
  ~GradModeGuard() { detail::grad_mode = previous_; }
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool previous_;
};

/// Nothing is recorded in its scope.
class NoGradGuard : GradModeGuard {
 public:
  NoGradGuard() noexcept : GradModeGuard(false) {}
};

/// Everything is recorded in its scope, inside a NoGradGuard too.
class EnableGradGuard : GradModeGuard {
 public:
  EnableGradGuard() noexcept : GradModeGuard(true) {}
};

}  // namespace xgrad
