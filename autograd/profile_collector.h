// SPDX-License-Identifier: BSD-3-Clause
// What a profiler gathers: open frames, rows by name, events for the trace. Internal to the profiler.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <xgrad/autograd/kernels/products.h>
#include <xgrad/autograd/profiler.h>

namespace xgrad::detail {

class Collector final : public kernels::ProductObserver {
 public:
  enum class Kind : std::uint8_t { op, rule, scope };
  static constexpr std::size_t kinds = 3;

  /// Everything of one name and kind.
  struct Row {
    std::string name;
    std::int64_t calls = 0, total_ns = 0, self_ns = 0, backward_ns = 0, bytes = 0, flops = 0, backward_flops = 0;
    int open = 0;  ///< frames now; only the outermost adds to the total
  };
  struct Event {
    const Row* row;
    Kind kind;
    std::int64_t start_ns, duration_ns, flops, bytes;
  };

  void start();
  void pause() noexcept;

  void begin(Kind kind, std::string_view name);
  void end() noexcept;
  /// A scope within the present one.
  void begin_scope(std::string_view name);
  /// A rule runs in the scope where its op was recorded (null: none), so that what it records belongs there too.
  void begin_rule(std::string_view name, const char* scope);
  void add_work(std::int64_t bytes, std::int64_t elements) noexcept;
  void see(const kernels::Product& product) override;

  /// The present scope's path, valid for ever; null outside all.
  const char* scope() const noexcept { return scope_; }
  const std::deque<Row>& rows(Kind kind) const noexcept { return rows_[static_cast<std::size_t>(kind)]; }
  const std::vector<Event>& events() const noexcept { return events_; }
  std::int64_t watched_ns() const noexcept { return watched_ns_; }

  /// The thread's, or null.
  static inline thread_local Collector* current = nullptr;

 private:
  struct Frame {
    Kind kind;
    Row* row;
    std::int64_t start_ns, children_ns, flops, bytes;
    const char* outer_scope;
  };

  Row& row(Kind kind, std::string_view name);

  std::deque<Row> rows_[kinds];
  std::unordered_map<std::string_view, Row*> by_name_[kinds];
  std::vector<Frame> frames_;
  std::vector<Event> events_;
  const char* scope_ = nullptr;
  int open_rules_ = 0;
  std::int64_t started_ns_ = 0, watched_ns_ = 0;
};

}  // namespace xgrad::detail
