// SPDX-License-Identifier: BSD-3-Clause
// to_dot: the graph as Graphviz text, every op once, arrows from inputs to results.
#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/graphviz.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

int occurrences(const std::string& text, const std::string& piece) {
  int n = 0;
  for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("a small graph, exactly") {
  const Variable x = leaf({1, 2}, {2});
  CHECK(to_dot(sum(x * x)) ==
        "digraph xgrad {\n  rankdir=TB;\n"
        "  n0 [shape=box, label=\"sum\\n()\"];\n"
        "  n1 [shape=box, label=\"mul\\n(2,)\"];\n"
        "  n2 [shape=ellipse, style=filled, fillcolor=lightblue, label=\"leaf\\n(2,)\"];\n"
        "  n1 -> n0;\n  n2 -> n1;\n  n2 -> n1;\n}\n");
}

TEST_CASE("shared values are drawn once, constants that nothing made are left out") {
  const Variable x = leaf({1, 2}, {2});
  const Variable h = tanh(x);
  const std::string dot = to_dot(h * h + exp(h) * constant({3, 4}, {2}));
  CHECK(occurrences(dot, "label=\"tanh") == 1);
  CHECK(occurrences(dot, "label=\"leaf") == 1);
  CHECK(occurrences(dot, " -> ") == 7);  // mul twice, exp, mul, add twice, tanh
}

TEST_CASE("the graph of a gradient can be drawn, and so can a constant") {
  const Variable x = leaf({1, 2}, {2});
  const std::string dot = to_dot(grad(sum(exp(x)), x, {.create_graph = true}));
  CHECK(occurrences(dot, "label=\"exp") == 1);
  CHECK(occurrences(dot, "label=\"leaf") == 1);
  CHECK(to_dot(constant({1, 2}, {2})).find("constant\\n(2,)") != std::string::npos);
}
