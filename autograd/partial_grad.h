// SPDX-License-Identifier: BSD-3-Clause
// Gradients with the inputs taken as independent of each other. Internal to checkpoint.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad::detail {

/// As grad, but the sweep stops at every input: what reaches one does not flow on to another that it depends on.
/// An input that the outputs do not depend on gets an undefined gradient.
Variables partial_grad(const Variables& outputs, const Variables& inputs, const Variables& grad_outputs,
                       bool create_graph);

}  // namespace xgrad::detail
