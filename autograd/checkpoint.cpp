// SPDX-License-Identifier: BSD-3-Clause
// checkpoint: a node that keeps its inputs only and runs its function again in the reverse sweep.
#include <xgrad/autograd/capture_watch.h>
#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/shape.h>
#include <xgrad/autograd/partial_grad.h>
#include <xgrad/autograd/random.h>

namespace xgrad {

namespace {

using detail::Access;
using detail::Node;
using MultiFunction = std::function<Variables(const Variables&)>;

/// Draws the same random numbers as at the first run, and puts the stream back afterwards.
class ReplayRandom {
 public:
  explicit ReplayRandom(Generator::State then) : now_(default_generator().state()) {
    default_generator().set_state(then);
  }
  ~ReplayRandom() { default_generator().set_state(now_); }
  ReplayRandom(const ReplayRandom&) = delete;
  ReplayRandom& operator=(const ReplayRandom&) = delete;

 private:
  Generator::State now_;
};

class CheckpointNode final : public Node {
 public:
  CheckpointNode(const Layout& layout, MultiFunction f, const Variables& inputs, const Variables& captured,
                 const Variables& outputs, Generator::State random)
      : Node(layout), function_(std::move(f)), n_inputs_(inputs.size()), random_(random) {
    const auto list = edges();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      list[i] = edge(inputs[i]);
    }
    for (std::size_t i = 0; i < captured.size(); ++i) {
      list[inputs.size() + i] = edge(captured[i]);
    }
    for (std::size_t k = 1; k < outputs.size(); ++k) add_output(outputs[k].array());
  }

  const char* name() const noexcept override { return "checkpoint"; }

  void free_saved() noexcept override {
    function_ = nullptr;
    Node::free_saved();
  }

  void backward(std::span<const Variable> output_grads, std::span<const char> wanted,
                std::span<Variable> input_grads) override {
    if (released()) {
      throw GraphError(
          "[checkpoint] its inputs were freed by an earlier sweep; pass {.retain_graph = true} to the first");
    }
    const bool create_graph = grad_enabled();
    const EnableGradGuard recording;
    // With create_graph the inputs keep their history, so that the gradients can be differentiated through them. The
    // copies are nodes of their own, at which the sweep below stops.
    Variables inputs;
    for (std::size_t i = 0; i < n_inputs_; ++i) {
      const detail::Edge& e = edges()[i];
      if (e.node && create_graph) {
        inputs.push_back(clone(e.saved));
      } else {
        inputs.push_back(Variable(e.saved.array(), static_cast<bool>(e.node)));
      }
    }
    Variables outputs;
    {
      const ReplayRandom replay(random_);
      const detail::CaptureWatch watch;
      outputs = function_(inputs);
      check_unchanged(watch.captured());
    }
    Variables ys;
    Variables gs;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (!output_grads[k].defined() || !outputs[k].requires_grad()) continue;
      ys.push_back(outputs[k]);
      gs.push_back(output_grads[k]);
    }
    if (ys.empty()) return;
    Variables targets;
    std::vector<std::size_t> slots;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i]) continue;
      targets.push_back(i < n_inputs_ ? inputs[i] : edges()[i].saved);
      slots.push_back(i);
    }
    Variables found = detail::partial_grad(ys, targets, gs, create_graph);
    for (std::size_t k = 0; k < slots.size(); ++k) input_grads[slots[k]] = std::move(found[k]);
  }

 private:
  static detail::Edge edge(const Variable& input) {
    const detail::VariableImpl& in = *Access::impl(input);
    return {.node = in.node, .output_number = in.output_number, .saved = Access::snapshot(input)};
  }

  /// f reads what it captured through its own handles; had one been updated, this would be another function's gradient.
  void check_unchanged(const Variables& now) const {
    for (const Variable& v : now) {
      for (const detail::Edge& e : edges().subspan(n_inputs_)) {
        if (e.node.get() != Access::node(v) || e.output_number != Access::impl(v)->output_number) continue;
        if (e.saved.array().shares_buffer_with(v.array())) continue;
        throw GraphError(
            "[checkpoint] a captured Variable of shape " + to_string(v.shape()) +
            " was changed since the forward run; update parameters after backward, or pass it as an input");
      }
    }
  }

  MultiFunction function_;
  std::size_t n_inputs_;
  Generator::State random_;
};

}  // namespace

Variables checkpoint(const MultiFunction& f, const Variables& inputs) {
  if (!grad_enabled()) return f(inputs);
  const Generator::State random = default_generator().state();
  Variables separate;
  bool record = false;
  for (const Variable& x : inputs) {
    separate.push_back(x.detach());
    record = record || x.requires_grad();
  }
  Variables values;
  detail::CaptureWatch watch;
  {
    const NoGradGuard unrecorded;
    values = f(separate);
  }
  if (values.empty() || (!record && watch.captured().empty())) return values;
  for (Variable& y : values) y = y.detach();
  const auto node = Node::make<CheckpointNode>(inputs.size() + watch.captured().size(), values[0].array(), f, inputs,
                                               watch.captured(), values, random);
  Variables outputs;
  for (std::size_t k = 0; k < values.size(); ++k) {
    outputs.push_back(is_floating(values[k].dtype())
                          ? Access::make(Array(values[k].array()), node, static_cast<std::uint32_t>(k))
                          : values[k]);
  }
  return outputs;
}

Variable checkpoint(const std::function<Variable(const Variable&)>& f, const Variable& input) {
  return checkpoint([f](const Variables& x) { return Variables{f(x[0])}; }, Variables{input})[0];
}

}  // namespace xgrad
