// SPDX-License-Identifier: BSD-3-Clause
// to_dot: a walk over the tape that writes Graphviz.
#include <xgrad/autograd/graphviz.h>

#include <unordered_map>
#include <vector>

#include <xgrad/autograd/node.h>

namespace xgrad {

std::string to_dot(const Variable& root) {
  using detail::Node;
  std::string nodes;
  std::string arrows;
  std::unordered_map<const Node*, std::size_t> ids;
  std::vector<const Node*> queue;
  const auto id_of = [&](const Node* node) {
    const auto [it, added] = ids.emplace(node, ids.size());
    if (added) queue.push_back(node);
    return "n" + std::to_string(it->second);
  };
  if (const Node* node = detail::Access::node(root)) {
    id_of(node);
  } else {
    nodes += "  n0 [shape=ellipse, label=\"constant\\n" + to_string(root.shape()) + "\"];\n";
  }
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const Node* node = queue[i];
    const std::string id = id_of(node);
    nodes += "  " + id + " [shape=" + (node->is_leaf() ? "ellipse, style=filled, fillcolor=lightblue" : "box") +
             ", label=\"" + node->name();
    for (std::size_t k = 0; k < node->n_outputs(); ++k) nodes += "\\n" + to_string(node->output_spec(k).shape);
    nodes += "\"];\n";
    for (const detail::Edge& e : node->edges()) {
      if (e.node) arrows += "  " + id_of(e.node.get()) + " -> " + id + ";\n";
    }
  }
  return "digraph xgrad {\n  rankdir=TB;\n" + nodes + arrows + "}\n";
}

}  // namespace xgrad
