// SPDX-License-Identifier: BSD-3-Clause
// The tape: nodes, the edges between them, and the state behind a Variable. Internal to autograd and custom ops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::detail {

/// Shape and dtype of a value that may be gone.
struct Spec {
  Shape shape;
  DType dtype = DType::float32;
  friend bool operator==(const Spec&, const Spec&) = default;
};

class Node;

/// Input of a recorded op: who computed it, and the input itself where a rule will read it.
struct Edge {
  intrusive_ptr<Node> node;  ///< null for an input that needs no gradient
  std::uint32_t output_number = 0;
  bool flat = false;  ///< the output does not vary with it, wherever it is differentiable: nothing flows there
  Variable saved;     ///< undefined unless a rule reads it
};

/// Seldom used parts of a node, made on demand.
struct NodeExtras {
  std::vector<std::pair<std::size_t, std::pair<std::uint32_t, GradHook>>> hooks;  ///< (handle, (output, hook))
  std::size_t next_hook = 0;                                                      ///< handles are not used twice
  std::string where;             ///< anomaly mode: where it was recorded
  const char* scope = nullptr;   ///< profiling: the scope in which it was recorded
  std::vector<Spec> more_specs;  ///< of the outputs past the first
};

/// One recorded op (or leaf). Freed iteratively: a chain of a million nodes needs no stack.
///
/// A long tape is walked through memory, so a node is small and lies in one block: the object, then its edges, then the
/// extents of its first output. Two cache lines hold most ops.
class Node : public RefCounted {
 public:
  /// How the parts of a node share its block.
  struct Layout {
    std::size_t object_bytes;
    std::size_t n_edges;
    const Array& output;

    std::size_t bytes() const noexcept {
      return object_bytes + n_edges * sizeof(Edge) + output.rank() * sizeof(std::int64_t);
    }
  };

  /// Makes a node of class N, whose constructor takes a layout and `arguments`, for a first output like `output`.
  template <class N, class... Arguments>
  static intrusive_ptr<N> make(std::size_t n_edges, const Array& output, Arguments&&... arguments) {
    static_assert(sizeof(N) % alignof(Edge) == 0 && sizeof(N) <= 0xffff);
    const Layout layout{sizeof(N), n_edges, output};
    void* block = memory::allocate(layout.bytes());
    try {
      return intrusive_ptr<N>::adopt(::new (block) N(layout, std::forward<Arguments>(arguments)...));
    } catch (...) {
      memory::deallocate(block, layout.bytes());
      throw;
    }
  }
  static void destroy(Node* node) noexcept;
  virtual ~Node();

  virtual const char* name() const noexcept = 0;
  bool is_leaf() const noexcept { return leaf_; }
  /// Gradients of the inputs from those of the outputs (undefined: zero). Only entries with wanted[i] are filled;
  /// an entry left undefined means that no gradient flows there.
  virtual void backward(std::span<const Variable> output_grads, std::span<const char> wanted,
                        std::span<Variable> input_grads) = 0;
  /// True when the inputs broadcast against each other, so that the engine sums gradients back to their shapes.
  virtual bool broadcasts() const noexcept { return false; }
  /// Frees what backward reads; another sweep through this node is then an error.
  virtual void free_saved() noexcept;

  std::span<Edge> edges() noexcept {
    return {reinterpret_cast<Edge*>(reinterpret_cast<std::byte*>(this) + object_bytes_), n_edges_};
  }
  std::span<const Edge> edges() const noexcept {
    return {reinterpret_cast<const Edge*>(reinterpret_cast<const std::byte*>(this) + object_bytes_), n_edges_};
  }
  std::size_t n_outputs() const noexcept { return several_outputs_ ? 1 + extras_->more_specs.size() : 1; }
  Spec output_spec(std::size_t k) const;
  Shape output_shape() const { return output_spec(0).shape; }
  /// True when output k has the shape of `a`.
  bool has_shape_of(std::size_t k, const Array& a) const noexcept;
  DType output_dtype(std::size_t k) const noexcept { return k == 0 ? dtype_ : extras_->more_specs[k - 1].dtype; }

  std::uint64_t sequence() const noexcept { return sequence_; }
  /// The creation number of the node that is made next.
  static std::uint64_t clock() noexcept;
  bool released() const noexcept { return released_; }
  NodeExtras& extras();
  const NodeExtras* extras_if_any() const noexcept { return extras_.get(); }

  /// Nodes alive now, for leak checks.
  static std::int64_t live_count() noexcept;

 protected:
  explicit Node(const Layout& layout);
  /// Of an output past the first.
  void add_output(const Array& output);

 private:
  const std::int64_t* extents() const noexcept {
    return reinterpret_cast<const std::int64_t*>(edges().data() + n_edges_);
  }

  std::uint32_t n_edges_;
  union {
    std::uint64_t sequence_;
    Node* next_dead_;  ///< links nodes that wait to be freed
  };
  std::unique_ptr<NodeExtras> extras_;
  std::uint16_t object_bytes_;
  std::uint8_t rank_;
  DType dtype_;
  bool several_outputs_ : 1 = false;

 protected:
  bool released_ : 1 = false;
  bool leaf_ : 1 = false;
  bool orphan_ : 1 = false;
};

/// Node of a Variable that requires a gradient and that no op made. Holds the accumulated gradient as long as a handle
/// to the Variable lives: a gradient with history reaches its leaf, and without that end the two would keep each other.
class LeafNode final : public Node {
 public:
  explicit LeafNode(const Layout& layout) : Node(layout) { leaf_ = true; }
  /// False when no handle is left through which the gradient could be read.
  bool has_owner() const noexcept { return !orphan_; }
  /// The last handle is gone, or no longer names this leaf.
  void orphan() noexcept;
  /// Held by whoever adds to the gradients of leaves that graphs of other threads may share.
  static std::mutex& gradient_mutex() noexcept;
  static intrusive_ptr<LeafNode> make(const Array& value) { return Node::make<LeafNode>(0, value); }
  const char* name() const noexcept override { return "leaf"; }
  void backward(std::span<const Variable>, std::span<const char>, std::span<Variable>) override {}
  void free_saved() noexcept override {}

  Variable grad;
};

/// What a Variable handle points to.
struct VariableImpl final : VariableBase {
  static void* operator new(std::size_t size) { return memory::allocate(size); }
  static void operator delete(void* p, std::size_t size) noexcept { memory::deallocate(p, size); }
  VariableImpl(Array&& v, intrusive_ptr<Node>&& n, std::uint32_t output, bool is_fixed = false) noexcept
      : VariableBase(std::move(v)), node(std::move(n)), output_number(output), fixed(is_fixed) {}
  ~VariableImpl() {
    if (owns_leaf) [[unlikely]]
      set_leaf(nullptr);
  }
  /// Makes this the Variable of a leaf, or a constant. A snapshot of a leaf shares the node without being its Variable.
  void set_leaf(intrusive_ptr<LeafNode> leaf) noexcept;

  intrusive_ptr<Node> node;  ///< null: a constant
  std::uint32_t output_number;
  bool fixed;              ///< an op's result: what it points to never changes
  bool owns_leaf = false;  ///< the node's gradient is this Variable's
};

/// Door between handles and the tape.
struct Access {
  static VariableImpl* impl(const Variable& v) noexcept { return static_cast<VariableImpl*>(v.impl_.get()); }
  static Node* node(const Variable& v) noexcept { return v.impl_ ? impl(v)->node.get() : nullptr; }
  static Variable handle(VariableImpl& v) noexcept { return Variable(intrusive_ptr<VariableBase>::share(&v)); }
  /// A Variable holding `value`, made by output `output` of `node`.
  static Variable make(Array&& value, intrusive_ptr<Node> node, std::uint32_t output = 0) {
    const bool fixed = node && !node->is_leaf();
    auto* made = new VariableImpl(std::move(value), std::move(node), output, fixed);
    if (recorder) [[unlikely]]
      note_made(made);
    return Variable(intrusive_ptr<VariableBase>::adopt(made));
  }
  /// What v is now, whatever v's owner makes of it later.
  static Variable snapshot(const Variable& v) {
    const VariableImpl& now = *impl(v);
    return now.fixed ? v : make(Array(now.value), now.node, now.output_number);
  }
};

}  // namespace xgrad::detail
