// SPDX-License-Identifier: BSD-3-Clause
// What ops and rules do while somebody looks on: anomaly mode checks, a profiler takes times. Internal to autograd.
#pragma once

#include <span>

#include <xgrad/autograd/node.h>
#include <xgrad/autograd/watch.h>

namespace xgrad::detail {

/// Times an op and checks what it made.
class WatchedOp {
 public:
  WatchedOp(const char* name, std::span<const Variable* const> inputs);
  ~WatchedOp();
  WatchedOp(const WatchedOp&) = delete;
  WatchedOp& operator=(const WatchedOp&) = delete;
  /// `computed`: the elements were, not just given another shape.
  void made(const Array& output, bool computed) const;

 private:
  const char* name_;
  std::span<const Variable* const> inputs_;
  bool profiled_;
};

/// Notes the place and the scope where an op was recorded.
void note_recorded(Node& node);

/// Times a rule.
class WatchedRule {
 public:
  explicit WatchedRule(const Node& node) : profiled_((watch::on & watch::profile) != 0) {
    if (profiled_) [[unlikely]]
      begin(node);
  }
  ~WatchedRule() {
    if (profiled_) [[unlikely]]
      end();
  }
  WatchedRule(const WatchedRule&) = delete;
  WatchedRule& operator=(const WatchedRule&) = delete;

 private:
  static void begin(const Node& node);
  static void end() noexcept;

  bool profiled_;
};

}  // namespace xgrad::detail
