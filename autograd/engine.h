// SPDX-License-Identifier: BSD-3-Clause
// The reverse sweep: `grad` is the primitive, `backward` fills the leaves' .grad with it.
#pragma once

#include <optional>

#include <xgrad/autograd/variable.h>

namespace xgrad {

struct GradOptions {
  /// Keep saved values for another sweep; by default only when create_graph is set.
  std::optional<bool> retain_graph = std::nullopt;
  /// Record the sweep itself, so that its results can be differentiated again.
  bool create_graph = false;
  /// Give an undefined Variable for an input that the outputs do not depend on, instead of throwing.
  bool allow_unused = false;
  /// Give zeros for such inputs (implies allow_unused).
  bool materialize_zeros = false;
};

/// Vector-Jacobian product: sum_k grad_outputs[k]^T d outputs[k] / d inputs, one result per input, shaped like it.
/// An omitted or undefined grad_output stands for 1 and needs a one-element output.
/// @throws GraphError when an output has no history, an input does not require a gradient or is unused, or the graph
///         has been freed; ShapeError when a grad_output does not match its output.
Variables grad(const Variables& outputs, const Variables& inputs, const Variables& grad_outputs = {},
               const GradOptions& options = {});
/// One one-element output.
Variables grad(const Variable& output, const Variables& inputs, const GradOptions& options = {});
/// One one-element output, one input.
Variable grad(const Variable& output, const Variable& input, const GradOptions& options = {});

/// Accumulates the gradients of `outputs` into grad() of every leaf that requires one.
void backward(const Variables& outputs, const Variables& grad_outputs = {}, const GradOptions& options = {});
void backward(const Variable& output, const GradOptions& options = {});

}  // namespace xgrad
