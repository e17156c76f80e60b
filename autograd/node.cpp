// SPDX-License-Identifier: BSD-3-Clause
// Nodes: numbering, saving, and destruction without recursion.
#include <xgrad/autograd/node.h>

#include <algorithm>
#include <atomic>

#include <xgrad/autograd/capture_watch.h>
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/op.h>

namespace xgrad::detail {

namespace {
std::atomic<std::uint64_t> next_sequence{1};
std::atomic<std::int64_t> live_nodes{0};

/// Nodes of this thread that wait to be freed while another is being freed.
thread_local Node* dead = nullptr;
thread_local bool freeing = false;
}  // namespace

Node::Node(std::size_t n_edges, std::size_t n_outputs)
    : n_edges_(static_cast<std::uint32_t>(n_edges)),
      sequence_(next_sequence.fetch_add(1, std::memory_order_relaxed)),
      edges_(n_edges <= inline_edges ? inline_edges_ : new Edge[n_edges]),
      more_specs_(n_outputs - 1) {
  live_nodes.fetch_add(1, std::memory_order_relaxed);
}

Node::~Node() {
  if (edges_ != inline_edges_) delete[] edges_;
  live_nodes.fetch_sub(1, std::memory_order_relaxed);
}

void Node::destroy(Node* node) noexcept {
  node->next_dead_ = dead;
  dead = node;
  if (freeing) return;
  freeing = true;
  while (dead != nullptr) {
    Node* next = dead;
    dead = next->next_dead_;
    delete next;  // drops its edges, which may add to the list
  }
  freeing = false;
}

void Node::free_saved() noexcept {
  for (Edge& e : edges()) e.saved = Array();
  released_ = true;
}

NodeExtras& Node::extras() {
  if (!extras_) extras_ = std::make_unique<NodeExtras>();
  return *extras_;
}

std::int64_t Node::live_count() noexcept { return live_nodes.load(std::memory_order_relaxed); }

LeafNode::LeafNode(const Array& value) : Node(0) { output_spec(0) = {value.shape(), value.dtype()}; }

void VariableImpl::destroy(VariableImpl* impl) noexcept {
  if (recorder) [[unlikely]] note_freed(impl);
  delete impl;
}

Variable Access::make(Array value, intrusive_ptr<Node> node, std::uint32_t output) {
  Variable v(intrusive_ptr<VariableImpl>::adopt(new VariableImpl(std::move(value), std::move(node), output)));
  if (recorder) [[unlikely]] note_made(Access::impl(v));
  return v;
}

// --- recorded ops ---------------------------------------------------------------------------------------------------

void OpNodeBase::save(std::span<const Variable* const> inputs, std::span<const std::uint32_t, 3> uses,
                      const Array& output) {
  std::uint32_t reads = 0;
  const auto list = edges();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const VariableImpl& in = *Access::impl(*inputs[i]);
    if (!in.node) continue;
    list[i].node = in.node;
    list[i].output_number = in.output_number;
    reads |= uses[i < uses.size() ? i : uses.size() - 1];
  }
  for (std::size_t i = 0; i < inputs.size() && i < 31; ++i) {
    if (reads & uses::input(i)) list[i].saved = Access::impl(*inputs[i])->value;
  }
  if (reads & uses::output) saved_output_ = output;
  saves_ = reads != 0;
  output_spec(0) = {output.shape(), output.dtype()};
  if (anomaly_enabled()) extras().where = describe_call_site();
}

void OpNodeBase::free_saved() noexcept {
  saved_output_ = Array();
  Node::free_saved();
}

void OpNodeBase::check_not_released() const {
  if (released_ && saves_) {
    throw GraphError("[" + std::string(name()) +
                     "] its saved values were freed by an earlier sweep; pass {.retain_graph = true} to the first");
  }
}

Variable OpNodeBase::input(std::size_t i) const {
  const Edge& e = edges()[i];
  if (!e.saved.defined()) {
    throw GraphError("[" + std::string(name()) + "] its rule reads input " + std::to_string(i) +
                     ", which `uses` does not list");
  }
  return Access::make(e.saved, e.node, e.output_number);
}

Variable OpNodeBase::output() const {
  if (!saved_output_.defined()) {
    throw GraphError("[" + std::string(name()) + "] its rule reads the output, which `uses` does not list");
  }
  return Access::make(saved_output_, intrusive_ptr<Node>::share(const_cast<OpNodeBase*>(this)));
}

CaptureWatch::CaptureWatch() : outer_(current_), began_(next_sequence.load(std::memory_order_relaxed)) {
  current_ = this;
}

CaptureWatch::~CaptureWatch() { current_ = outer_; }

void CaptureWatch::note(std::span<const Variable* const> inputs) {
  for (const Variable* v : inputs) {
    const VariableImpl& in = *Access::impl(*v);
    if (!in.node || in.node->sequence() >= began_) continue;
    const auto same = [&](const Variable& c) {
      return Access::node(c) == in.node.get() && Access::impl(c)->output_number == in.output_number;
    };
    if (std::none_of(captured_.begin(), captured_.end(), same)) captured_.push_back(*v);
  }
  if (outer_) outer_->note(inputs);
}

bool must_record(std::span<const Variable* const> inputs) {
  if (CaptureWatch* watch = CaptureWatch::current()) watch->note(inputs);
  if (!grad_enabled()) return false;
  for (const Variable* v : inputs) {
    if (Access::node(*v) != nullptr) return true;
  }
  return false;
}

void check_defined(const char* op, std::span<const Variable* const> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]->defined()) {
      throw GraphError("[" + std::string(op) + "] input " + std::to_string(i) + " is undefined");
    }
  }
}

}  // namespace xgrad::detail
