// SPDX-License-Identifier: BSD-3-Clause
// What every program must satisfy, and the smallest program that does not.
#pragma once

#include <string>

#include "program.h"

namespace xgrad::test {

/// What is wrong, or nothing: derivatives of orders 1 and 2 against central differences; the gradient of each input
/// alone against all at once; values and gradients in float32; values and gradients of orders 1 and 2 replayed, bit for
/// bit; nodes that outlive their graph.
std::string fault(const Program& program);

/// A program that still satisfies `fails`, and is sound, with lines, outputs, extents and elements taken away or made
/// plain until nothing more goes.
Program shrink(Program program, const std::function<bool(const Program&)>& fails);

/// What a test prints: the fault and the shrunk program as C++.
std::string report(const Program& program);

}  // namespace xgrad::test
