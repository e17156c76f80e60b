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

/// f(inputs), keeping none of its intermediate values: the reverse sweep runs f again (Chen et al., 2016). f must be
/// a pure function of its inputs and of Variables that it captures (whose gradients are found too). Random numbers
/// drawn from the default generator are drawn again alike.
Variables checkpoint(const std::function<Variables(const Variables&)>& f, const Variables& inputs);
Variable checkpoint(const std::function<Variable(const Variable&)>& f, const Variable& input);

}  // namespace xgrad
