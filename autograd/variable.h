// SPDX-License-Identifier: BSD-3-Clause
// Variable: a handle to an Array that remembers, when asked to, how it was computed.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/array_watch.h>
#include <xgrad/autograd/intrusive_ptr.h>

namespace xgrad {

class Variable;
using Variables = std::vector<Variable>;

/// Sees a gradient when it is complete; a defined return value replaces it.
using GradHook = std::function<Variable(const Variable&)>;

namespace detail {
class Node;
struct VariableImpl;
struct Access;

/// What a handle points to, as far as its users see it; the rest is VariableImpl's.
struct VariableBase : RefCounted {
  static void destroy(VariableBase* base) noexcept;
  Array value;

 protected:
  explicit VariableBase(Array&& v) noexcept : value(std::move(v)) {}
  ~VariableBase() = default;
};

[[noreturn]] void throw_undefined(const char* what);

/// The recorder (array_watch.h) hears of all that handles do.
void note_made(const VariableImpl* v);
void note_freed(const VariableImpl* v) noexcept;
void note_read(const Variable& v);
}  // namespace detail

/// Copies are handles to the same value, gradient and history. A default-constructed Variable is undefined and stands
/// for "no gradient".
class Variable {
 public:
  Variable() = default;
  /// A leaf holding `value`. @throws DTypeError when an int64 value is asked to require a gradient.
  Variable(Array value, bool requires_grad = false);
  /// A constant leaf copied from any xtensor expression. Include <xgrad/autograd/xtensor.h>.
  template <class E>
  Variable(const xt::xexpression<E>& expression) : Variable(Array(expression)) {}

  bool defined() const noexcept { return static_cast<bool>(impl_); }
  /// The value. @throws GraphError on an undefined Variable (all other accessors likewise).
  const Array& array() const {
    if (!impl_) detail::throw_undefined("array");
    if (detail::recorder) [[unlikely]]
      detail::note_read(*this);
    return impl_->value;
  }
  const Shape& shape() const { return array().shape(); }
  std::size_t rank() const { return array().rank(); }
  std::int64_t size() const { return array().size(); }
  /// Extent of one axis; negative axes count from the end.
  std::int64_t size(std::int64_t axis) const { return shape()[normalize_axis(axis, rank(), "size")]; }
  DType dtype() const { return array().dtype(); }
  /// The only element. @throws ShapeError when there is not exactly one.
  template <class T = double>
  T item() const {
    return array().item<T>();
  }

  /// Replaces a leaf's value. Graphs recorded earlier keep the old one.
  /// @throws GraphError on a computed Variable, ShapeError or DTypeError when the new value is of another kind.
  void set_array(Array value);
  /// The value of a leaf for writing in place: copied first when a live graph (or anyone else) holds it.
  Array& mutable_array();

  bool requires_grad() const;
  /// Turns recording on or off for a leaf. @throws GraphError on a computed Variable, DTypeError on int64.
  Variable& requires_grad_(bool on = true);
  /// True for values that no recorded op made.
  bool is_leaf() const;
  /// The same value without history; shares the buffer.
  Variable detach() const;

  /// The gradient that `backward` accumulated, or undefined.
  Variable grad() const;
  void set_grad(Variable g);
  /// Drops the gradient (as PyTorch's zero_grad(set_to_none=True)).
  void zero_grad();

  /// Accumulates d(this)/d(leaf) into every leaf's grad(). See xgrad::backward.
  void backward() const;

  /// Calls `hook` whenever the gradient of this Variable has been computed. Returns a number for remove_hook.
  /// The graph keeps the hook: what the hook captures by value must not lead back to this Variable, or neither is
  /// freed until the hook is removed. @throws GraphError when the Variable needs no gradient, or the hook holds it.
  std::size_t register_hook(GradHook hook);
  void remove_hook(std::size_t handle);

  /// The recorded op that made this Variable, e.g. "tanh"; "leaf" otherwise.
  const char* op_name() const;

  /// True when both handles name the same Variable.
  bool is_same(const Variable& other) const noexcept { return impl_ == other.impl_; }

 private:
  friend struct detail::Access;
  explicit Variable(intrusive_ptr<detail::VariableBase> impl) noexcept : impl_(std::move(impl)) {}
  detail::VariableImpl& impl(const char* what) const;

  intrusive_ptr<detail::VariableBase> impl_;
};

std::string to_string(const Variable& v);
std::ostream& operator<<(std::ostream& os, const Variable& v);

}  // namespace xgrad
