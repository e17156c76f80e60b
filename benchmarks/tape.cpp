// SPDX-License-Identifier: BSD-3-Clause
// What recording and sweeping cost: chains of one-element ops, where arithmetic is free.
#include <xgrad/autograd/engine.h>

#include "workloads.h"

namespace bench {
namespace {

using namespace xgrad;

/// y = x; then y * a and y + b in turn.
Variable chain(const Variable& x, const Variable& a, const Variable& b, int n) {
  Variable y = x;
  for (int i = 0; i < n; ++i) y = i % 2 == 0 ? y * a : y + b;
  return y;
}

Variable one_element(double value) { return full({1}, value); }

Step tape_overhead() {
  return {[x = one_element(0.999).requires_grad_()](const Variables&) -> Variables {
    const Variable y = chain(x, x, x, 1000);
    return {y, grad(y, x)};
  }};
}

Step tape_overhead_const() {
  return {[x = one_element(0.999).requires_grad_(), a = one_element(0.999),
           b = one_element(0.001)](const Variables&) -> Variables {
    const Variable y = chain(x, a, b, 1000);
    return {y, grad(y, x)};
  }};
}

Step tape_overhead_grad2() {
  return {[x = one_element(0.999).requires_grad_()](const Variables&) -> Variables {
    const Variable y = chain(x, x, x, 200);
    const Variable dy = grad(y, x, {.create_graph = true});
    const Variable d2y = grad(dy, x);
    return {y, dy, d2y};
  }};
}

}  // namespace

Catalogue tape_workloads() {
  return {{"tape_overhead", tape_overhead},
          {"tape_overhead_const", tape_overhead_const},
          {"tape_overhead_grad2", tape_overhead_grad2}};
}

}  // namespace bench
