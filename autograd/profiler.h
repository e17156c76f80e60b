// SPDX-License-Identifier: BSD-3-Clause
// Where the time goes: calls, time, memory and arithmetic of each op, rule and layer, as a table and as a Chrome trace.
//
//   Profile profile;
//   {
//     ProfilerGuard guard(profile);
//     train_step();
//   }
//   std::cout << profile.table();
//   profile.chrome_trace("trace.json");  // for chrome://tracing or ui.perfetto.dev
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/autograd/watch.h>

namespace xgrad {

namespace detail {
class Collector;
}

/// What ProfilerGuards have collected; several guards in turn add to one profile.
class Profile {
 public:
  /// One kind of op or rule.
  struct Op {
    std::string name;   ///< as errors name it
    bool rule = false;  ///< the op's rule in a reverse sweep; the ops that it calls have rows of their own
    std::int64_t calls = 0;
    double total_ms = 0;     ///< with everything it called
    double self_ms = 0;      ///< without
    std::int64_t bytes = 0;  ///< of inputs and outputs; what only changes shape moves none
    std::int64_t flops = 0;  ///< two a term of matrix products and convolutions, one an output element of other ops
  };
  /// One scope: a module that was called, or a ProfileScope.
  struct Layer {
    std::string path;  ///< names from the outermost in, joined by " > "
    std::int64_t calls = 0;
    double forward_ms = 0;   ///< while it was open
    double backward_ms = 0;  ///< in the rules of ops that were recorded while it was open
    std::int64_t flops = 0;  ///< of both
  };

  Profile();
  ~Profile();
  Profile(Profile&&) noexcept;
  Profile& operator=(Profile&&) noexcept;

  /// Ops and rules, the greatest self time first.
  std::vector<Op> ops() const;
  /// Scopes, each followed by those within it, in order of first use.
  std::vector<Layer> layers() const;
  /// While guards lived.
  double total_ms() const noexcept;
  /// ops() and layers() as text.
  std::string table() const;
  /// Writes every op, rule and scope as an event of Chrome's trace format, the first `max_events` of them.
  /// @throws IoError when the file cannot be written.
  void chrome_trace(const std::string& path) const;

  static constexpr std::size_t max_events = 500'000;

 private:
  friend class ProfilerGuard;
  std::unique_ptr<detail::Collector> collector_;
};

/// In its scope the ops that this thread runs are timed, a fraction of a microsecond each. Inside another guard it
/// takes over until it ends. Without one, ops pay nothing for being watchable.
class ProfilerGuard {
 public:
  explicit ProfilerGuard(Profile& into);
  ~ProfilerGuard();
  ProfilerGuard(const ProfilerGuard&) = delete;
  ProfilerGuard& operator=(const ProfilerGuard&) = delete;

 private:
  detail::watch::Guard watch_;
  detail::Collector* collector_;
  detail::Collector* outer_;
};

/// Gives what runs in its scope a name in profiles. Modules called as functions have one by themselves.
class ProfileScope {
 public:
  explicit ProfileScope(std::string_view name) : profiled_((detail::watch::on & detail::watch::profile) != 0) {
    if (profiled_) [[unlikely]]
      begin(name);
  }
  ~ProfileScope() {
    if (profiled_) [[unlikely]]
      end();
  }
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;

 private:
  static void begin(std::string_view name);
  static void end() noexcept;

  bool profiled_;
};

}  // namespace xgrad
