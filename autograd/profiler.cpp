// SPDX-License-Identifier: BSD-3-Clause
// The profiler: frames that open and close as ops, rules and scopes begin and end.
#include <xgrad/autograd/profiler.h>

#include <chrono>
#include <mutex>
#include <unordered_set>
#include <utility>

#include <xgrad/autograd/anomaly.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/profile_collector.h>
#include <xgrad/autograd/watched.h>

namespace xgrad {

namespace detail {

namespace {

std::int64_t now_ns() noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// One copy of a text that stays: a graph may outlive the profile in whose scopes it was recorded.
const char* intern(const std::string& text) {
  static std::mutex mutex;
  static auto* texts = new std::unordered_set<std::string>;
  const std::lock_guard lock(mutex);
  return texts->insert(text).first->c_str();
}

}  // namespace

void Collector::start() { started_ns_ = now_ns(); }

void Collector::pause() noexcept { watched_ns_ += now_ns() - started_ns_; }

Collector::Row& Collector::row(Kind kind, std::string_view name) {
  const auto k = static_cast<std::size_t>(kind);
  if (const auto found = by_name_[k].find(name); found != by_name_[k].end()) return *found->second;
  Row& made = rows_[k].emplace_back();
  made.name = name;
  by_name_[k].emplace(made.name, &made);
  return made;
}

void Collector::begin(Kind kind, std::string_view name) {
  Row& r = row(kind, name);
  ++r.open;
  ++r.calls;
  if (kind == Kind::rule) ++open_rules_;
  frames_.push_back({kind, &r, now_ns(), 0, 0, 0, scope_});
}

void Collector::begin_scope(std::string_view name) {
  const std::string path = scope_ == nullptr ? std::string(name) : std::string(scope_) + " > " + std::string(name);
  begin(Kind::scope, path);
  scope_ = intern(path);
}

void Collector::begin_rule(std::string_view name, const char* scope) {
  begin(Kind::rule, name);
  if (scope != nullptr) scope_ = scope;
}

void Collector::end() noexcept {
  const Frame f = frames_.back();
  frames_.pop_back();
  const std::int64_t duration = now_ns() - f.start_ns;
  Row& r = *f.row;
  r.self_ns += duration - f.children_ns;
  if (--r.open == 0) {
    r.total_ns += duration;
    r.flops += f.flops;
    r.bytes += f.bytes;
  }
  if (f.kind == Kind::rule && --open_rules_ == 0 && scope_ != nullptr && scope_ != f.outer_scope) {
    Row& layer = row(Kind::scope, scope_);
    layer.backward_ns += duration;
    layer.backward_flops += f.flops;
  }
  scope_ = f.outer_scope;
  if (!frames_.empty()) {
    frames_.back().children_ns += duration;
    frames_.back().flops += f.flops;
    frames_.back().bytes += f.bytes;
  }
  if (events_.size() < Profile::max_events) {
    events_.push_back({f.row, f.kind, f.start_ns, duration, f.flops, f.bytes});
  }
}

void Collector::add_work(std::int64_t bytes, std::int64_t elements) noexcept {
  Frame& f = frames_.back();
  f.bytes += bytes;
  if (f.flops == 0) f.flops = elements;  // else its products have been seen
}

void Collector::see(const kernels::Product& product) {
  if (!frames_.empty()) frames_.back().flops += product.flops();
}

WatchedOp::WatchedOp(const char* name, std::span<const Variable* const> inputs)
    : name_(name), inputs_(inputs), profiled_((watch::on & watch::profile) != 0) {
  if (profiled_) Collector::current->begin(Collector::Kind::op, name);
}

WatchedOp::~WatchedOp() {
  if (profiled_) Collector::current->end();
}

void WatchedOp::made(const Array& output, bool computed) const {
  if (anomaly_enabled()) check_forward_anomaly(name_, output);
  if (!profiled_ || !computed) return;
  std::size_t bytes = output.nbytes();
  for (const Variable* v : inputs_) bytes += v->array().nbytes();
  Collector::current->add_work(static_cast<std::int64_t>(bytes), output.size());
}

void note_recorded(Node& node) {
  if (anomaly_enabled()) node.extras().where = describe_call_site();
  if ((watch::on & watch::profile) != 0 && Collector::current->scope() != nullptr) {
    node.extras().scope = Collector::current->scope();
  }
}

void WatchedRule::begin(const Node& node) {
  const NodeExtras* extras = node.extras_if_any();
  Collector::current->begin_rule(node.name(), extras != nullptr ? extras->scope : nullptr);
}

void WatchedRule::end() noexcept { Collector::current->end(); }

}  // namespace detail

using detail::Collector;

ProfilerGuard::ProfilerGuard(Profile& into)
    : watch_(detail::watch::profile, true), collector_(into.collector_.get()), outer_(Collector::current) {
  Collector::current = collector_;
  kernels::product_observer = collector_;
  collector_->start();
}

ProfilerGuard::~ProfilerGuard() {
  collector_->pause();
  Collector::current = outer_;
  kernels::product_observer = outer_;
}

void ProfileScope::begin(std::string_view name) { Collector::current->begin_scope(name); }
void ProfileScope::end() noexcept { Collector::current->end(); }

}  // namespace xgrad
