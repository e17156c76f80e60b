// SPDX-License-Identifier: BSD-3-Clause
// Gradients with the inputs taken as independent of each other. Internal to checkpoint.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad::detail {

/// As grad, but the sweep stops at every input: what reaches one does not flow on to another that it depends on.
/// An input that the outputs do not depend on gets an undefined gradient. Hooks run at the first n_own inputs only:
/// at the others the sweep that asks goes on with the whole gradient.
Variables partial_grad(const Variables& outputs, const Variables& inputs, const Variables& grad_outputs,
                       std::size_t n_own, bool create_graph);

}  // namespace xgrad::detail
