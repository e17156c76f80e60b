// SPDX-License-Identifier: BSD-3-Clause
// Ops with a user's own rule, and recomputation in the reverse sweep.
#pragma once

#include <functional>

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// What a custom rule sees. input(i) and output(k) are differentiable.
class CustomContext {
 public:
  virtual ~CustomContext() = default;
  virtual Variable input(std::size_t i) const = 0;
  virtual Variable output(std::size_t k = 0) const = 0;
  /// True when the gradient for input i is wanted; the rule may leave the others undefined.
  virtual bool wants(std::size_t i) const = 0;
};

struct CustomFunction {
  std::string name;
  /// Values of the outputs; nothing inside is recorded.
  std::function<Variables(const Variables& inputs)> forward;
  /// Gradients of the inputs (undefined: none) from those of the outputs (never undefined). Write it in xgrad ops on
  /// ctx.input and ctx.output, and it can be differentiated to any order; capture no Variable.
  std::function<Variables(const CustomContext& ctx, const Variables& output_grads)> rule;
};

/// Runs `f` and records it as one op.
Variables apply(const CustomFunction& f, const Variables& inputs);

/// f(inputs), keeping none of its intermediate values: each reverse sweep that comes by runs f again (Chen et al.,
/// 2016). Gradients flow to the inputs and to the Variables that f captures.
///
/// f is kept until the graph is freed or swept, so capture by value (a Variable is a handle, a module goes into a
/// std::shared_ptr) unless what it refers to lives as long. A sweep with create_graph keeps the values of that run for
/// the second order, as if there were no checkpoint. While backward with create_graph has left a gradient in grad() of
/// a Variable that f holds by value, each keeps the other: call zero_grad(), or pass that Variable as an input.
///
/// What f does besides computing happens once, and a later run sees what the first one saw: draws from any Generator,
/// modules' modes, running statistics and other leaves that it assigns, hooks, and values that a SubstitutionGuard put
/// in the place of parameters. The first run records nothing (inside of it use vjp, jvp or hvp instead of grad), a
/// xgrad::compile'd step in f runs as plain code, and backward and Optimizer::step in f are refused. State that f holds
/// by value begins anew at each run; what it refers to is its own matter.
/// @throws GraphError in the sweep when the later run goes another way: when a captured Variable has been updated or
/// replaced, when f draws otherwise, or when its outputs are not bit for bit those of the first run.
Variables checkpoint(const std::function<Variables(const Variables&)>& f, const Variables& inputs);
Variable checkpoint(const std::function<Variable(const Variable&)>& f, const Variable& input);

}  // namespace xgrad
