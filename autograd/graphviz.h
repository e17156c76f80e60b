// SPDX-License-Identifier: BSD-3-Clause
// The recorded graph as Graphviz text.
#pragma once

#include <string>

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// A `digraph` of everything that `root` depends on: ops as boxes with their output shapes, leaves as ellipses.
std::string to_dot(const Variable& root);

}  // namespace xgrad
