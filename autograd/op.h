// SPDX-License-Identifier: BSD-3-Clause
// How an op is written: what shape it gives, what kernel it runs, and a rule made of other ops, all in one place.
//
// Variable tanh(const Variable& x) {
//   static constexpr OpDef<> op{
//       .name = "tanh",
//       .infer = infer::floating,
//       .run = run::unary<Unary::tanh>,
//       .uses = {uses::output},
//       .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * (1 - square(op.output())); }};
//   return apply(op, x);
// }
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <utility>

#include <xgrad/autograd/anomaly.h>
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/naming.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/variable.h>
#include <xgrad/autograd/watched.h>

namespace xgrad {

using detail::Spec;

/// The arrays an op works on.
class Operands {
 public:
  explicit Operands(std::span<const Variable* const> inputs) noexcept : inputs_(inputs) {}
  std::size_t size() const noexcept { return inputs_.size(); }
  const Array& operator[](std::size_t i) const noexcept { return detail::Access::impl(*inputs_[i])->value; }

 private:
  std::span<const Variable* const> inputs_;
};

/// Which values the rule for one input reads; others are not kept alive.
namespace uses {
inline constexpr std::uint32_t nothing = 0;
inline constexpr std::uint32_t output = 1u << 31;
constexpr std::uint32_t input(std::size_t i) { return 1u << i; }
/// Of an input with which the output does not vary: no rule is called, and whatever led only there is not computed.
inline constexpr std::uint32_t never = 1u << 30;
}  // namespace uses

struct NoAttrs {};

template <class Attrs>
class Op;

/// What runs an op: a function that computes into `out`, and for element-wise ops the loop that it is.
template <class Attrs>
struct Kernel {
  using Function = void (*)(const Attrs&, Operands in, Array& out);
  using Describe = kernels::Elementwise (*)(const Attrs&);

  constexpr Kernel(std::nullptr_t = nullptr) noexcept {}
  template <std::convertible_to<Function> F>
  constexpr Kernel(F f, Describe describe = nullptr) noexcept : function(f), elementwise(describe) {}

  Function function = nullptr;
  Describe elementwise = nullptr;
};

/// Static description of an op. `Attrs` holds its plain parameters (axes, slopes), never Variables.
template <class Attrs = NoAttrs>
struct OpDef {
  const char* name;
  /// Shape and dtype of the output from those of the inputs; checks the arguments. Reads no element.
  Spec (*infer)(const char* name, const Attrs&, Operands);
  /// Computes into `out`, which has the inferred spec and aliases no input. Null: the output is input 0 reshaped.
  Kernel<Attrs> run;
  /// uses[i]: what rule(op, g, i) reads. Inputs past the third share the third entry.
  std::array<std::uint32_t, 3> uses{};
  /// Gradient for input i given that of the output; only called when wanted. Written in public ops, so that it can
  /// be differentiated again. An undefined result means that no gradient flows. Null: not differentiable.
  Variable (*rule)(const Op<Attrs>&, const Variable& g, std::size_t i) = nullptr;
  /// The inputs broadcast against each other: the engine sums the rule's result back to the input's shape.
  bool broadcasts = false;
};

namespace detail {

/// What every recorded op has, whatever its attributes.
class OpNodeBase : public Node {
 public:
  using Node::Node;
  void free_saved() noexcept override;
  const Variable& input(std::size_t i) const;
  Variable output() const;
  /// Links the inputs and keeps the values that the rules of those which need a gradient read.
  void save(std::span<const Variable* const> inputs, std::span<const std::uint32_t, 3> uses, const Array& output);

 protected:
  /// @throws GraphError when the values that the rules read have been freed.
  void check_not_released() const;

 private:
  bool saves_ = false;  ///< some rule reads a value
  intrusive_ptr<Buffer> saved_output_;
};

/// A recorded op: its definition, its attributes and its edges.
template <class Attrs>
class OpNode final : public OpNodeBase {
 public:
  OpNode(const Layout& layout, const OpDef<Attrs>& def, const Attrs& attrs)
      : OpNodeBase(layout), def_(def), attrs_(attrs) {}
  const char* name() const noexcept override { return def_.name; }
  bool broadcasts() const noexcept override { return def_.broadcasts; }
  const Attrs& attrs() const noexcept { return attrs_; }

  void backward(std::span<const Variable> output_grads, std::span<const char> wanted,
                std::span<Variable> input_grads) override {
    check_not_released();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i]) input_grads[i] = def_.rule(Op<Attrs>(*this), output_grads[0], i);
    }
  }

 private:
  const OpDef<Attrs>& def_;
  [[no_unique_address]] Attrs attrs_;
};

[[noreturn]] void throw_undefined_input(const char* op, std::size_t i);
inline void check_defined(const char* op, std::span<const Variable* const> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]->defined()) [[unlikely]]
      throw_undefined_input(op, i);
  }
}

void note_captured(std::span<const Variable* const> inputs);
/// True when grad mode is on and some input requires a gradient.
inline bool must_record(std::span<const Variable* const> inputs) {
  if (watch::on & watch::capture) [[unlikely]]
    note_captured(inputs);
  if (!grad_enabled()) return false;
  for (const Variable* v : inputs) {
    if (Access::node(*v) != nullptr) return true;
  }
  return false;
}

// Each of these makes one Array, where the caller wants it: an Array is 88 bytes, and moving one about shows in the
// cost of an op.
template <class Attrs>
Array run_kernel(const OpDef<Attrs>& def, const Attrs& attrs, Operands operands, const Spec& spec) {
  Array out(spec.shape, spec.dtype);
  def.run.function(attrs, operands, out);
  return out;
}

template <class Attrs>
Array run_recorded(const OpDef<Attrs>& def, const Attrs& attrs, std::span<const Variable* const> inputs,
                   const Spec& spec) {
  const Work work = [run = def.run.function, attrs](auto in, auto outs) { run(attrs, Operands(in), *outs[0]); };
  Array out = record_op(def.name, work, inputs, spec.shape, spec.dtype);
  if (def.run.elementwise) record_elementwise(def.run.elementwise(attrs));
  return out;
}

template <class Attrs>
Array run_op(const OpDef<Attrs>& def, const Attrs& attrs, std::span<const Variable* const> inputs, const Spec& spec) {
  if (!def.run.function) return Operands(inputs)[0].reshape(spec.shape);
  if (recorder) [[unlikely]]
    return run_recorded(def, attrs, inputs, spec);
  return run_kernel(def, attrs, Operands(inputs), spec);
}

template <class Attrs>
Array run_watched(const OpDef<Attrs>& def, const Attrs& attrs, std::span<const Variable* const> inputs,
                  const Spec& spec) {
  WatchedOp watched(def.name, inputs);
  Array out = run_op(def, attrs, inputs, spec);
  watched.made(out, def.run.function != nullptr);
  return out;
}

template <class Attrs>
Variable apply(const OpDef<Attrs>& def, const Attrs& attrs, std::span<const Variable* const> inputs) try {
  check_defined(def.name, inputs);
  const Spec spec = def.infer(def.name, attrs, Operands(inputs));
  Array out = watch::on == 0 ? run_op(def, attrs, inputs, spec) : run_watched(def, attrs, inputs, spec);
  if (!is_floating(spec.dtype) || !def.rule || !must_record(inputs)) return Access::make(std::move(out), nullptr);
  auto node = Node::make<OpNode<Attrs>>(inputs.size(), out, def, attrs);
  node->save(inputs, def.uses, out);
  return Access::make(std::move(out), std::move(node));
} catch (...) {
  rethrow_named(def.name);
}

}  // namespace detail

/// What a rule sees of the op it belongs to.
template <class Attrs = NoAttrs>
class Op {
 public:
  explicit Op(const detail::OpNode<Attrs>& node) noexcept : node_(node) {}
  /// Input i as a differentiable Variable; `uses` must list it.
  const Variable& input(std::size_t i) const { return node_.input(i); }
  /// The output as a differentiable Variable; `uses` must list it.
  Variable output() const { return node_.output(); }
  const Attrs& attrs() const noexcept { return node_.attrs(); }
  std::size_t n_inputs() const noexcept { return node_.edges().size(); }
  /// Shape of input i, which must require a gradient.
  Shape input_shape(std::size_t i) const {
    const detail::Edge& e = node_.edges()[i];
    return e.node->output_spec(e.output_number).shape;
  }
  DType input_dtype(std::size_t i) const noexcept {
    const detail::Edge& e = node_.edges()[i];
    return e.node->output_dtype(e.output_number);
  }
  Shape output_shape() const { return node_.output_shape(); }

 private:
  const detail::OpNode<Attrs>& node_;
};

/// Runs an op on its inputs and records it when one of them requires a gradient.
template <class Attrs, class... Inputs>
Variable apply(const OpDef<Attrs>& def, const Attrs& attrs, const Inputs&... inputs) {
  const Variable* const list[] = {&inputs...};
  return detail::apply(def, attrs, std::span<const Variable* const>(list));
}
template <class... Inputs>
Variable apply(const OpDef<NoAttrs>& def, const Variable& first, const Inputs&... rest) {
  const Variable* const list[] = {&first, &rest...};
  return detail::apply(def, NoAttrs{}, std::span<const Variable* const>(list));
}

}  // namespace xgrad
