// SPDX-License-Identifier: BSD-3-Clause
// Custom functions: a user's forward and rule as one node.
#include <xgrad/autograd/custom.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/create.h>

namespace xgrad {

namespace {

using detail::Access;
using detail::Node;

/// Keeps every input and output, since it cannot know which of them the rule reads.
class CustomNode final : public Node {
 public:
  CustomNode(const Layout& layout, const CustomFunction& f, const Variables& inputs, const Variables& outputs)
      : Node(layout), function_(f) {
    const auto list = edges();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const detail::VariableImpl& in = *Access::impl(inputs[i]);
      list[i] = {.node = in.node, .output_number = in.output_number, .saved = Access::snapshot(inputs[i])};
    }
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (k > 0) add_output(outputs[k].array());
      outputs_.push_back(outputs[k].array());
    }
    if (detail::watch::on != 0) detail::note_recorded(*this);
  }

  const char* name() const noexcept override { return function_.name.c_str(); }

  void free_saved() noexcept override {
    outputs_.clear();
    Node::free_saved();
  }

  void backward(std::span<const Variable> output_grads, std::span<const char> wanted,
                std::span<Variable> input_grads) override {
    if (released()) {
      throw GraphError("[" + function_.name +
                       "] its saved values were freed by an earlier sweep; pass {.retain_graph = true} to the first");
    }
    Variables g(output_grads.begin(), output_grads.end());
    for (std::size_t k = 0; k < g.size(); ++k) {
      if (!g[k].defined()) g[k] = zeros(output_spec(k).shape, output_dtype(k));
    }
    Variables result = function_.rule(Context(*this, wanted), g);
    if (result.size() != wanted.size()) {
      throw GraphError("[" + function_.name + "] its rule gave " + std::to_string(result.size()) + " gradients for " +
                       std::to_string(wanted.size()) + " inputs");
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i]) input_grads[i] = std::move(result[i]);
    }
  }

 private:
  class Context final : public CustomContext {
   public:
    Context(CustomNode& node, std::span<const char> wanted) noexcept : node_(node), wanted_(wanted) {}
    Variable input(std::size_t i) const override { return node_.edges()[i].saved; }
    Variable output(std::size_t k) const override {
      return Access::make(Array(node_.outputs_.at(k)), intrusive_ptr<Node>::share(&node_),
                          static_cast<std::uint32_t>(k));
    }
    bool wants(std::size_t i) const override { return wanted_[i] != 0; }

   private:
    CustomNode& node_;
    std::span<const char> wanted_;
  };

  CustomFunction function_;
  std::vector<Array> outputs_;
};

}  // namespace

Variables apply(const CustomFunction& f, const Variables& inputs) {
  std::vector<const Variable*> list;
  for (const Variable& x : inputs) list.push_back(&x);
  detail::check_defined(f.name.c_str(), list);
  Variables values;
  {
    const NoGradGuard unrecorded;
    values = f.forward(inputs);
  }
  if (values.empty()) throw GraphError("[" + f.name + "] its forward gave no output");
  if (anomaly_enabled()) {
    for (const Variable& y : values) detail::check_forward_anomaly(f.name.c_str(), y.array());
  }
  if (!detail::must_record(list)) {
    for (Variable& y : values) y = y.detach();
    return values;
  }
  const auto node = Node::make<CustomNode>(inputs.size(), values[0].array(), f, inputs, values);
  Variables outputs;
  for (std::size_t k = 0; k < values.size(); ++k) {
    outputs.push_back(is_floating(values[k].dtype())
                          ? Access::make(Array(values[k].array()), node, static_cast<std::uint32_t>(k))
                          : values[k].detach());
  }
  return outputs;
}

}  // namespace xgrad
