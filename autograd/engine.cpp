// SPDX-License-Identifier: BSD-3-Clause
// The reverse sweep: reachable nodes in descending creation number, each once, without recursion.
#include <xgrad/autograd/engine.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <xgrad/autograd/anomaly.h>
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/node_index.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/autograd/partial_grad.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/autograd/rerun.h>
#include <xgrad/autograd/watched.h>

namespace xgrad {

namespace {

using detail::Access;
using detail::Edge;
using detail::LeafNode;
using detail::Node;
using detail::Spec;

std::string describe(const Spec& s) { return name_of(s.dtype) + to_string(s.shape); }
Spec spec_of(const Variable& v) { return {v.shape(), v.dtype()}; }

/// A node as one sweep sees it.
struct Visit {
  std::uint32_t first_edge;  ///< of its edges in `parents`
  std::uint32_t first_grad;  ///< of its outputs in `grads`
  bool target;               ///< its gradient is asked for
  bool expand;               ///< some gradient below it is asked for
  bool barrier;              ///< the sweep ends here
  bool silent;               ///< its hooks do not run: another sweep goes on from here
};

/// A visit's place in the sweep.
struct Place {
  std::uint64_t sequence;  ///< the node's creation number
  std::uint32_t visit;
};

/// Scratch memory of a sweep; kept by the thread, so that a sweep in steady state allocates nothing.
struct Workspace {
  detail::NodeIndex index;
  std::vector<Visit> visits;           ///< by the node's number in `index`, and one past the last
  std::vector<std::uint32_t> parents;  ///< visit of each edge's node
  std::vector<Place> order;            ///< by descending creation number, the leaves last
  std::vector<Place> leaves;           ///< in order of discovery
  Variables grads;                     ///< accumulated gradient of each output
  std::vector<char> wanted;
  Variables input_grads;  ///< undefined between ops

  void clear() noexcept {
    index.clear();
    visits.clear();
    parents.clear();
    order.clear();
    leaves.clear();
    grads.clear();
    std::fill(input_grads.begin(), input_grads.end(), Variable());  // after an error they may hold something
  }
};

/// Borrows a workspace; sweeps inside rules (checkpoint) borrow another.
class WorkspaceLease {
 public:
  WorkspaceLease() {
    if (spare().empty()) {
      workspace_ = std::make_unique<Workspace>();
    } else {
      workspace_ = std::move(spare().back());
      spare().pop_back();
    }
  }
  ~WorkspaceLease() {
    workspace_->clear();
    try {
      spare().push_back(std::move(workspace_));
    } catch (const std::bad_alloc&) {  // then it is simply not kept
    }
  }
  WorkspaceLease(const WorkspaceLease&) = delete;
  WorkspaceLease& operator=(const WorkspaceLease&) = delete;
  Workspace& operator*() const noexcept { return *workspace_; }

 private:
  static std::vector<std::unique_ptr<Workspace>>& spare() {
    thread_local std::vector<std::unique_ptr<Workspace>> list;
    return list;
  }
  std::unique_ptr<Workspace> workspace_;
};

class Sweep {
 public:
  explicit Sweep(const GradOptions& options)
      : create_graph_(options.create_graph),
        retain_(options.retain_graph.value_or(options.create_graph)),
        w_(*lease_) {}

  /// Finds everything that the outputs depend on.
  void discover(const Variables& outputs) {
    std::uint32_t n_grads = 0;
    for (const Variable& y : outputs) w_.index.find_or_add(Access::node(y));
    for (std::uint32_t v = 0; v < w_.index.size(); ++v) {  // breadth first; the list grows while we walk it
      const Node* node = w_.index[v];
      w_.visits.push_back({static_cast<std::uint32_t>(w_.parents.size()), n_grads, false, false, false, false});
      n_grads += static_cast<std::uint32_t>(node->n_outputs());
      for (const Edge& e : node->edges()) {
        const std::uint32_t parent = e.node ? w_.index.find_or_add(e.node.get()).first : none;
        w_.parents.push_back(e.flat ? none : parent);  // found, so that its gradient is 0 and not an error
      }
      (node->is_leaf() ? w_.leaves : w_.order).push_back({node->sequence(), v});
    }
    w_.visits.push_back({static_cast<std::uint32_t>(w_.parents.size()), n_grads, false, false, false, false});
    w_.grads.resize(n_grads);
    const auto descending = [](const Place& a, const Place& b) { return a.sequence > b.sequence; };
    const auto sort = [&](auto begin, auto end) {
      if (!std::is_sorted(begin, end, descending)) std::sort(begin, end, descending);
    };
    sort(w_.order.begin(), w_.order.end());
    const auto first_leaf = w_.order.insert(w_.order.end(), w_.leaves.begin(), w_.leaves.end());
    sort(first_leaf, w_.order.end());
  }

  bool reaches(const Node* node) const { return w_.index.find(node) != none; }
  void aim_at(const Node* node) { w_.visits[w_.index.find(node)].target = true; }
  void stop_at(const Node* node, bool hooks) {
    Visit& v = w_.visits[w_.index.find(node)];
    v.target = v.barrier = true;
    v.silent = !hooks;
  }
  void aim_at_leaves() {
    for (const Place& leaf : w_.leaves) w_.visits[leaf.visit].target = true;
  }

  void seed(const Variable& output, const Variable& g) { accumulate(slot(output), g); }

  /// Carries the gradients down to the targets, stopping at nodes below which nothing was asked for.
  void run() {
    mark_needed();
    const GradModeGuard mode(create_graph_);
    const ProfileScope scope("backward");
    for (std::size_t k = 0; k < w_.order.size(); ++k) {
      if (k + ahead < w_.order.size()) prefetch(w_.index[w_.order[k + ahead].visit]);
      const std::uint32_t v = w_.order[k].visit;
      const Visit& visit = w_.visits[v];
      if (!visit.target && !visit.expand) continue;
      const std::span<Variable> grads{w_.grads.data() + visit.first_grad,
                                      w_.visits[v + 1].first_grad - visit.first_grad};
      if (std::none_of(grads.begin(), grads.end(), [](const Variable& g) { return g.defined(); })) continue;
      Node& node = *w_.index[v];
      if (!visit.silent) run_hooks(node, grads);
      if (!visit.expand) continue;
      expand(node, parents_of(v), grads);
      if (!visit.target) std::fill(grads.begin(), grads.end(), Variable());
    }
  }

  /// The gradient that arrived at a target, or zeros if none did.
  Variable result(const Variable& input) {
    const Variable& g = slot(input);
    return g.defined() ? g : zeros_like(input);
  }

  /// The gradient that arrived at a target, or undefined.
  const Variable& arrived(const Variable& input) { return slot(input); }

  /// Adds the results to the leaves' stored gradients, one thread at a time: graphs may share leaves.
  void store() {
    const std::lock_guard lock(LeafNode::gradient_mutex());
    // Sums that need fresh memory are made first: if there is none, no gradient has changed.
    w_.wanted.assign(w_.leaves.size(), 0);  // here: whose sum is made
    for (std::size_t i = 0; i < w_.leaves.size(); ++i) {
      LeafNode& leaf = leaf_at(w_.leaves[i]);
      Variable& g = w_.grads[w_.visits[w_.leaves[i].visit].first_grad];
      if (!leaf.has_owner()) g = Variable();  // nobody could read it
      if (!g.defined()) continue;
      // A leaf's own handle, as a cotangent may be, would be its owner's to write, or hold the leaf that holds it.
      if (!Access::impl(g)->fixed && Access::impl(g)->use_count() > 1) g = Access::snapshot(g);
      if (detail::recorder) [[unlikely]]
        detail::record_accumulation(leaf);
      if (!leaf.grad.defined() || adds_in_place(leaf.grad)) continue;
      const GradModeGuard mode(create_graph_);
      g = add(leaf.grad, g);
      w_.wanted[i] = 1;
    }
    for (std::size_t i = 0; i < w_.leaves.size(); ++i) {
      Variable& g = w_.grads[w_.visits[w_.leaves[i].visit].first_grad];
      if (!g.defined()) continue;
      Variable& stored = leaf_at(w_.leaves[i]).grad;
      if (stored.defined() && !w_.wanted[i]) {
        kernels::add_in_place(Access::impl(stored)->value, g.array());
      } else {
        std::swap(stored, g);  // the former one is freed after the lock
      }
    }
  }

 private:
  static constexpr std::uint32_t none = detail::NodeIndex::none;

  /// How many nodes before its turn one is fetched: nodes of a giant tape come from memory.
  static constexpr std::size_t ahead = 8;
  static void prefetch(const Node* node) {
    __builtin_prefetch(node, 1);
    __builtin_prefetch(reinterpret_cast<const char*>(node) + 64);
  }

  LeafNode& leaf_at(const Place& place) const { return static_cast<LeafNode&>(*w_.index[place.visit]); }

  /// Visits of the inputs' nodes.
  std::span<const std::uint32_t> parents_of(std::uint32_t v) const {
    return {w_.parents.data() + w_.visits[v].first_edge, w_.parents.data() + w_.visits[v + 1].first_edge};
  }
  bool is_wanted(std::uint32_t parent) const {
    return parent != none && (w_.visits[parent].target || w_.visits[parent].expand);
  }

  Variable& slot(const Variable& v) {
    const Visit& visit = w_.visits[w_.index.find(Access::node(v))];
    return w_.grads[visit.first_grad + Access::impl(v)->output_number];
  }

  void mark_needed() {
    for (auto it = w_.order.rbegin(); it != w_.order.rend(); ++it) {
      Visit& visit = w_.visits[it->visit];
      const auto parents = parents_of(it->visit);
      visit.expand =
          !visit.barrier && std::any_of(parents.begin(), parents.end(), [&](std::uint32_t p) { return is_wanted(p); });
    }
  }

  void expand(Node& node, std::span<const std::uint32_t> parents, std::span<const Variable> grads) {
    const auto edges = node.edges();
    if (edges.size() > w_.wanted.size()) w_.wanted.resize(edges.size());
    if (edges.size() > w_.input_grads.size()) w_.input_grads.resize(edges.size());
    const std::span wanted(w_.wanted.data(), edges.size());
    const std::span input_grads(w_.input_grads.data(), edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i) wanted[i] = is_wanted(parents[i]);
    try {
      const detail::WatchedRule watched(node);
      node.backward(grads, wanted, input_grads);
    } catch (const AnomalyError& e) {  // an op inside the rule: say whose rule
      throw AnomalyError("[" + std::string(node.name()) + "] in its rule: " + e.what() + recorded_at(node));
    }
    for (std::size_t i = 0; i < edges.size(); ++i) {
      Variable g = std::move(input_grads[i]);
      if (!wanted[i] || !g.defined()) continue;
      const Visit& parent = w_.visits[parents[i]];
      conform(node, i, g);
      accumulate(w_.grads[parent.first_grad + edges[i].output_number], std::move(g));
    }
    if (!retain_) node.free_saved();
  }

  /// The place that anomaly mode noted when the op was recorded.
  static std::string recorded_at(const Node& node) {
    const auto* extras = node.extras_if_any();
    if (!extras || extras->where.empty()) return "";
    return "\n[" + std::string(node.name()) + "] was recorded at\n" + extras->where;
  }

  static bool fits(const Variable& g, const Edge& e) { return e.node->has_shape_of(e.output_number, g.array()); }

  /// Undoes broadcasting and checks shape and dtype; the one place for both.
  static void conform(const Node& node, std::size_t i, Variable& g) {
    const Edge& e = node.edges()[i];
    bool fit = fits(g, e);
    if (!fit && node.broadcasts()) {
      g = sum_to(g, e.node->output_spec(e.output_number).shape);
      fit = fits(g, e);
    }
    if (!fit || g.dtype() != e.node->output_dtype(e.output_number)) {
      throw GraphError("[" + std::string(node.name()) + "] its rule gave a gradient of " + describe(spec_of(g)) +
                       " for input " + std::to_string(i) + ", which is " +
                       describe(e.node->output_spec(e.output_number)));
    }
    if (anomaly_enabled() && !kernels::all_finite(g.array())) {
      throw AnomalyError("[" + std::string(node.name()) + "] its gradient for input " + std::to_string(i) +
                         " holds a NaN or an infinity" + recorded_at(node));
    }
  }

  void accumulate(Variable& into, Variable g) const {
    if (!into.defined()) {
      into = std::move(g);
      return;
    }
    if (adds_in_place(into)) {
      kernels::add_in_place(Access::impl(into)->value, g.array());
    } else {
      const GradModeGuard mode(create_graph_);
      into = add(into, g);
    }
  }

  /// True when nobody else can see the sum being written.
  bool adds_in_place(const Variable& into) const {
    const detail::VariableImpl* impl = Access::impl(into);
    // A recorded step sees sums as ops.
    return !detail::recorder && !create_graph_ && !impl->node && impl->use_count() == 1 && impl->value.unique();
  }

  static void run_hooks(const Node& node, std::span<Variable> grads) {
    const auto* extras = node.extras_if_any();
    if (!extras) return;
    for (const auto& [handle, hook] : std::vector(extras->hooks)) {  // a hook may remove itself
      Variable& g = grads[hook.first];
      if (!g.defined()) continue;
      Variable replaced = hook.second(g);
      if (!replaced.defined()) continue;
      if (spec_of(replaced) != spec_of(g)) {
        throw GraphError("[hook] a gradient of " + describe(spec_of(g)) + " was replaced by one of " +
                         describe(spec_of(replaced)));
      }
      g = std::move(replaced);
    }
  }

  bool create_graph_;
  bool retain_;
  WorkspaceLease lease_;
  Workspace& w_;
};

/// What flows into output k: the given cotangent, or 1.
Variable cotangent(const Variables& outputs, const Variables& grad_outputs, std::size_t k, const char* caller) {
  const Variable& y = outputs[k];
  if (k >= grad_outputs.size() || !grad_outputs[k].defined()) {
    if (y.size() != 1) {
      throw ShapeError("[" + std::string(caller) + "] output " + std::to_string(k) + " has shape " +
                       to_string(y.shape()) + "; only one-element outputs need no grad_outputs: reduce it, say with " +
                       "sum, or pass a cotangent");
    }
    return ones_like(y);
  }
  const Variable& g = grad_outputs[k];
  if (g.shape() != y.shape() || g.dtype() != y.dtype()) {
    throw ShapeError("[" + std::string(caller) + "] grad_outputs[" + std::to_string(k) + "] is " +
                     describe(spec_of(g)) + ", the output " + describe(spec_of(y)));
  }
  return g;
}

/// What to add to an error in the first run of a checkpoint's function.
std::string unrecorded_run() {
  return detail::run == nullptr || detail::runs_again()
             ? ""
             : " (the first run of a checkpoint's function records nothing: inside of one use vjp, hvp or jacobian)";
}

void check_outputs(const Variables& outputs, const Variables& grad_outputs, const char* caller) {
  if (!grad_outputs.empty() && grad_outputs.size() != outputs.size()) {
    throw ShapeError("[" + std::string(caller) + "] " + std::to_string(outputs.size()) + " outputs but " +
                     std::to_string(grad_outputs.size()) + " grad_outputs");
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k].requires_grad()) {
      throw GraphError("[" + std::string(caller) + "] output " + std::to_string(k) +
                       " has no history: nothing it was computed from requires a gradient, or it was computed under "
                       "NoGradGuard" +
                       unrecorded_run());
    }
  }
}

}  // namespace

Variables grad(const Variables& outputs, const Variables& inputs, const Variables& grad_outputs,
               const GradOptions& options) {
  check_outputs(outputs, grad_outputs, "grad");
  Sweep sweep(options);
  sweep.discover(outputs);
  const bool allow_unused = options.allow_unused || options.materialize_zeros;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Node* node = Access::node(inputs[i]);
    if (node && sweep.reaches(node)) {
      sweep.aim_at(node);
    } else if (!allow_unused) {
      throw GraphError("[grad] input " + std::to_string(i) +
                       (node ? " is not used by the outputs; pass {.allow_unused = true} or {.materialize_zeros = true}"
                             : " requires no gradient; call requires_grad_() before using it" + unrecorded_run()));
    }
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) sweep.seed(outputs[k], cotangent(outputs, grad_outputs, k, "grad"));
  sweep.run();

  Variables results;
  results.reserve(inputs.size());
  for (const Variable& x : inputs) {
    const Node* node = Access::node(x);
    if (node && sweep.reaches(node)) {
      results.push_back(sweep.result(x));
    } else {
      results.push_back(options.materialize_zeros ? zeros_like(x) : Variable());
    }
  }
  return results;
}

Variables grad(const Variable& output, const Variables& inputs, const GradOptions& options) {
  return grad(Variables{output}, inputs, Variables{}, options);
}

Variable grad(const Variable& output, const Variable& input, const GradOptions& options) {
  return grad(Variables{output}, Variables{input}, Variables{}, options)[0];
}

Variables detail::partial_grad(const Variables& outputs, const Variables& inputs, const Variables& grad_outputs,
                               std::size_t n_own, bool create_graph) {
  Sweep sweep({.create_graph = create_graph});
  sweep.discover(outputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Node* node = Access::node(inputs[i]);
    if (sweep.reaches(node)) sweep.stop_at(node, i < n_own);
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) sweep.seed(outputs[k], grad_outputs[k]);
  sweep.run();
  Variables results;
  for (const Variable& x : inputs) {
    results.push_back(sweep.reaches(Access::node(x)) ? sweep.arrived(x) : Variable());
  }
  return results;
}

void backward(const Variables& outputs, const Variables& grad_outputs, const GradOptions& options) {
  detail::refuse_in_checkpoint("backward", "use grad or vjp, or call it outside");
  check_outputs(outputs, grad_outputs, "backward");
  Sweep sweep(options);
  sweep.discover(outputs);
  sweep.aim_at_leaves();
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    sweep.seed(outputs[k], cotangent(outputs, grad_outputs, k, "backward"));
  }
  sweep.run();
  sweep.store();
}

void backward(const Variable& output, const GradOptions& options) { backward(Variables{output}, Variables{}, options); }

}  // namespace xgrad
