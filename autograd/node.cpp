// SPDX-License-Identifier: BSD-3-Clause
// Nodes: numbering, saving, and destruction without recursion.
#include <xgrad/autograd/node.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include <xgrad/autograd/array_access.h>
#include <xgrad/autograd/capture_watch.h>
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/op.h>

namespace xgrad::detail {

namespace {
std::atomic<std::uint64_t> next_sequence{1};
std::atomic<std::uint64_t> freed_nodes{0};

/// Nodes of this thread that wait to be freed while another is being freed.
thread_local Node* dead = nullptr;
thread_local bool freeing = false;
thread_local std::uint64_t freed_here = 0;  ///< meanwhile: counted once for all of them
}  // namespace

Node::Node(const Layout& layout)
    : n_edges_(static_cast<std::uint32_t>(layout.n_edges)),
      sequence_(count(next_sequence, std::uint64_t{1})),
      object_bytes_(static_cast<std::uint16_t>(layout.object_bytes)),
      rank_(static_cast<std::uint8_t>(layout.output.rank())),
      dtype_(layout.output.dtype()) {
  std::uninitialized_default_construct_n(edges().data(), n_edges_);
  std::uninitialized_copy_n(layout.output.shape().begin(), rank_, const_cast<std::int64_t*>(extents()));
}

Node::~Node() {
  std::destroy_n(edges().data(), n_edges_);
  freeing ? ++freed_here : count(freed_nodes, std::uint64_t{1});  // alone where a constructor failed
}

void Node::destroy(Node* node) noexcept {
  node->next_dead_ = dead;
  dead = node;
  if (freeing) return;
  freeing = true;
  while (dead != nullptr) {
    Node* next = dead;
    dead = next->next_dead_;
    const std::size_t bytes = next->object_bytes_ + next->n_edges_ * sizeof(Edge) + next->rank_ * sizeof(std::int64_t);
    next->~Node();  // drops its edges, which may add to the list
    memory::deallocate(next, bytes);
  }
  freeing = false;
  count(freed_nodes, std::exchange(freed_here, 0));
}

void Node::free_saved() noexcept {
  for (Edge& e : edges()) e.saved = Variable();
  released_ = true;
}

NodeExtras& Node::extras() {
  if (!extras_) extras_ = std::make_unique<NodeExtras>();
  return *extras_;
}

std::int64_t Node::live_count() noexcept {
  const std::uint64_t freed = freed_nodes.load(std::memory_order_acquire);  // first: never more freed than made
  return static_cast<std::int64_t>(next_sequence.load(std::memory_order_relaxed) - 1 - freed);
}

std::uint64_t Node::clock() noexcept { return next_sequence.load(std::memory_order_relaxed); }

void Node::add_output(const Array& output) {
  extras().more_specs.push_back({output.shape(), output.dtype()});
  several_outputs_ = true;
}

Spec Node::output_spec(std::size_t k) const {
  if (k > 0) return extras_->more_specs[k - 1];
  return {Shape(extents(), rank_), dtype_};
}

bool Node::has_shape_of(std::size_t k, const Array& a) const noexcept {
  if (k > 0) return extras_->more_specs[k - 1].shape == a.shape();
  if (a.rank() != rank_) return false;
  const std::int64_t* mine = extents();
  for (std::size_t i = 0; i < rank_; ++i) {
    if (mine[i] != a.shape()[i]) return false;
  }
  return true;
}

std::mutex& LeafNode::gradient_mutex() noexcept {
  static std::mutex mutex;
  return mutex;
}

void LeafNode::orphan() noexcept {
  Variable dropped;  // after the lock: what it frees may be a leaf's last handle again
  const std::lock_guard lock(gradient_mutex());
  orphan_ = true;
  std::swap(dropped, grad);
}

void VariableImpl::set_leaf(intrusive_ptr<LeafNode> leaf) noexcept {
  const intrusive_ptr<Node> former = std::exchange(node, std::move(leaf));
  // When nobody else holds the node, its gradient goes with it.
  if (std::exchange(owns_leaf, static_cast<bool>(node)) && former->use_count() > 1) {
    static_cast<LeafNode&>(*former).orphan();
  }
}

void VariableBase::destroy(VariableBase* base) noexcept {
  auto* impl = static_cast<VariableImpl*>(base);
  if (recorder) [[unlikely]]
    note_freed(impl);
  delete impl;
}

// --- recorded ops ---------------------------------------------------------------------------------------------------

void OpNodeBase::save(std::span<const Variable* const> inputs, std::span<const std::uint32_t, 3> reads_of,
                      const Array& output) {
  std::uint32_t reads = 0;
  const auto list = edges();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const VariableImpl& in = *Access::impl(*inputs[i]);
    if (!in.node) continue;
    const std::uint32_t use = reads_of[i < reads_of.size() ? i : reads_of.size() - 1];
    list[i].node = in.node;
    list[i].output_number = in.output_number;
    list[i].flat = use == uses::never;
    if (!list[i].flat) reads |= use;
  }
  for (std::size_t i = 0; i < inputs.size() && i < 31; ++i) {
    if (reads & uses::input(i)) list[i].saved = Access::snapshot(*inputs[i]);
  }
  if (reads & uses::output) saved_output_ = ArrayAccess::buffer(output);
  saves_ = reads != 0;
  if (watch::on != 0) [[unlikely]]
    note_recorded(*this);
}

void OpNodeBase::free_saved() noexcept {
  saved_output_.reset();
  Node::free_saved();
}

void OpNodeBase::check_not_released() const {
  if (released_ && saves_) {
    throw GraphError("[" + std::string(name()) +
                     "] its saved values were freed by an earlier sweep; pass {.retain_graph = true} to the first");
  }
}

const Variable& OpNodeBase::input(std::size_t i) const {
  const Edge& e = edges()[i];
  if (!e.saved.defined()) {
    throw GraphError("[" + std::string(name()) + "] its rule reads input " + std::to_string(i) +
                     ", which `uses` does not list");
  }
  return e.saved;
}

Variable OpNodeBase::output() const {
  if (!saved_output_) {
    throw GraphError("[" + std::string(name()) + "] its rule reads the output, which `uses` does not list");
  }
  const Spec spec = output_spec(0);
  return Access::make(ArrayAccess::make(saved_output_, spec.shape, spec.dtype),
                      intrusive_ptr<Node>::share(const_cast<OpNodeBase*>(this)));
}

CaptureWatch::CaptureWatch() : outer_(current_), began_(Node::clock()) { current_ = this; }

CaptureWatch::~CaptureWatch() { current_ = outer_; }

void CaptureWatch::note(std::span<const Variable* const> inputs) {
  for (const Variable* v : inputs) {
    const VariableImpl& in = *Access::impl(*v);
    if (!in.node || in.node->sequence() >= began_) continue;
    const auto same = [&](const Variable& c) {
      return Access::node(c) == in.node.get() && Access::impl(c)->output_number == in.output_number;
    };
    // As it is now: a substitution may end before the watch.
    if (std::none_of(captured_.begin(), captured_.end(), same)) captured_.push_back(Access::snapshot(*v));
  }
  if (outer_) outer_->note(inputs);
}

void note_captured(std::span<const Variable* const> inputs) { CaptureWatch::current()->note(inputs); }

void throw_undefined_input(const char* op, std::size_t i) {
  throw GraphError("[" + std::string(op) + "] input " + std::to_string(i) + " is undefined");
}

}  // namespace xgrad::detail
