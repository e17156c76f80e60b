// SPDX-License-Identifier: BSD-3-Clause
// Variable: handles, leaves, stored gradients and hooks.
#include <xgrad/autograd/variable.h>

#include <ostream>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/rerun.h>

namespace xgrad {

using detail::LeafNode;
using detail::Node;
using detail::VariableImpl;

void detail::throw_undefined(const char* what) {
  throw GraphError("[" + std::string(what) + "] the Variable is undefined");
}

namespace {

intrusive_ptr<LeafNode> new_leaf(const Array& value) {
  if (!is_floating(value.dtype())) {
    throw DTypeError(std::string("[requires_grad] only float32 and float64 are differentiable, got ") +
                     name_of(value.dtype()));
  }
  return LeafNode::make(value);
}

LeafNode* leaf_of(const VariableImpl& v) noexcept {
  return v.node && v.node->is_leaf() ? static_cast<LeafNode*>(v.node.get()) : nullptr;
}

/// True when a copy of the hook is one more owner of v. Asked three times: other threads may copy handles meanwhile.
bool holds(const GradHook& hook, const VariableImpl& v) {
  for (int i = 0; i < 3; ++i) {
    const auto owners = v.use_count();
    const GradHook copy = hook;
    if (v.use_count() <= owners) return false;
  }
  return true;
}

/// True while a checkpoint's function runs again, of what was there before: done to it once, it stays done.
bool happened_at_first_run(const Node& node) noexcept {
  const detail::Run* again = detail::run ? detail::Run::again() : nullptr;
  return again && again->precedes(node);
}

}  // namespace

Variable::Variable(Array value, bool requires_grad) {
  if (!value.defined()) detail::throw_undefined("Variable");
  intrusive_ptr<LeafNode> leaf;
  if (requires_grad) leaf = new_leaf(value);
  auto* made = new VariableImpl(std::move(value), nullptr, 0);
  impl_ = intrusive_ptr<detail::VariableBase>::adopt(made);
  if (leaf) made->set_leaf(std::move(leaf));
  if (detail::recorder) [[unlikely]]
    detail::note_made(detail::Access::impl(*this));
}

VariableImpl& Variable::impl(const char* what) const {
  if (!impl_) detail::throw_undefined(what);
  return *detail::Access::impl(*this);
}

void Variable::set_array(Array value) {
  VariableImpl& v = impl("set_array");
  if (!is_leaf()) {
    throw GraphError("[set_array] only a leaf's value can be replaced; this one was computed by " +
                     std::string(op_name()) + ": use detach() first");
  }
  if (value.shape() != v.value.shape()) {
    throw ShapeError("[set_array] the Variable has shape " + to_string(v.value.shape()) + ", the new value " +
                     to_string(value.shape()));
  }
  if (value.dtype() != v.value.dtype()) {
    throw DTypeError(std::string("[set_array] the Variable holds ") + name_of(v.value.dtype()) + ", the new value " +
                     name_of(value.dtype()) + "; convert with astype");
  }
  if (detail::run) [[unlikely]]
    detail::Run::writing(*this);
  v.value = std::move(value);
  if (detail::recorder) [[unlikely]]
    detail::record_assignment(*this);
}

Array& Variable::mutable_array() {
  VariableImpl& v = impl("mutable_array");
  if (!is_leaf()) {
    throw GraphError("[mutable_array] only a leaf can be written in place; this one was computed by " +
                     std::string(op_name()));
  }
  if (detail::run) [[unlikely]]
    detail::Run::writing(*this);
  v.value.mutable_raw();
  return v.value;
}

bool Variable::requires_grad() const { return static_cast<bool>(impl("requires_grad").node); }

Variable& Variable::requires_grad_(bool on) {
  VariableImpl& v = impl("requires_grad_");
  if (on && !v.node) {
    v.set_leaf(new_leaf(v.value));
  } else if (!on && v.node) {
    if (!is_leaf()) {
      throw GraphError("[requires_grad_] only a leaf can stop requiring a gradient; use detach() on the result of " +
                       std::string(op_name()));
    }
    v.set_leaf(nullptr);
  }
  return *this;
}

bool Variable::is_leaf() const {
  const VariableImpl& v = impl("is_leaf");
  return !v.node || v.node->is_leaf();
}

Variable Variable::detach() const { return Variable(array()); }

Variable Variable::grad() const {
  const LeafNode* leaf = leaf_of(impl("grad"));
  if (detail::recorder && leaf && leaf->grad.defined()) [[unlikely]]
    detail::check_own_gradient(*leaf);
  return leaf ? leaf->grad : Variable();
}

void Variable::set_grad(Variable g) {
  LeafNode* leaf = leaf_of(impl("set_grad"));
  if (!leaf) throw GraphError("[set_grad] only leaves that require a gradient hold one");
  if (g.defined() && (g.shape() != shape() || g.dtype() != dtype())) {
    throw ShapeError("[set_grad] the Variable is " + std::string(name_of(dtype())) + to_string(shape()) +
                     ", the gradient " + name_of(g.dtype()) + to_string(g.shape()));
  }
  if (happened_at_first_run(*leaf)) return;
  // Another leaf's handle would keep that leaf, and be kept by it where each is the other's gradient.
  leaf->grad = g.defined() && g.requires_grad() ? detail::Access::snapshot(g) : std::move(g);
  if (detail::recorder) [[unlikely]]
    detail::record_gradient(*leaf);
}

void Variable::zero_grad() {
  LeafNode* leaf = leaf_of(impl("zero_grad"));
  if (!leaf || happened_at_first_run(*leaf)) return;
  leaf->grad = Variable();
  if (detail::recorder) [[unlikely]]
    detail::record_gradient(*leaf);
}

void Variable::backward() const { xgrad::backward(*this); }

std::size_t Variable::register_hook(GradHook hook) {
  VariableImpl& v = impl("register_hook");
  // The first run of a checkpoint's function records nothing; at the second, hooks from outside are there already.
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  if (!v.node && detail::run && !grad_enabled()) return none;
  if (!v.node) throw GraphError("[register_hook] the Variable requires no gradient");
  if (happened_at_first_run(*v.node)) return none;
  if (holds(hook, v)) {
    throw GraphError(
        "[register_hook] the hook holds the very Variable that it is registered on, so that neither would ever be "
        "freed; capture it by reference, or capture what the hook needs of it (its array(), its detach())");
  }
  detail::NodeExtras& extras = v.node->extras();
  const std::size_t handle = extras.next_hook++;
  extras.hooks.emplace_back(handle, std::pair(v.output_number, std::move(hook)));
  return handle;
}

void Variable::remove_hook(std::size_t handle) {
  VariableImpl& v = impl("remove_hook");
  if (v.node && !happened_at_first_run(*v.node))
    std::erase_if(v.node->extras().hooks, [&](const auto& h) { return h.first == handle; });
}

const char* Variable::op_name() const {
  const VariableImpl& v = impl("op_name");
  return v.node ? v.node->name() : "leaf";
}

std::string to_string(const Variable& v) {
  if (!v.defined()) return "Variable(undefined)";
  std::string s = to_string(v.array());
  if (v.requires_grad()) s += v.is_leaf() ? " requires_grad" : std::string(" from ") + v.op_name();
  return s;
}

std::ostream& operator<<(std::ostream& os, const Variable& v) { return os << to_string(v); }

}  // namespace xgrad
