// SPDX-License-Identifier: BSD-3-Clause
// checkpoint: a node that keeps its inputs only and runs its function again in the reverse sweep.
#include <algorithm>
#include <cstring>
#include <utility>

#include <xgrad/autograd/capture_watch.h>
#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/shape.h>
#include <xgrad/autograd/partial_grad.h>
#include <xgrad/autograd/rerun.h>

namespace xgrad {

namespace {

using detail::Access;
using detail::Journal;
using detail::Node;
using MultiFunction = std::function<Variables(const Variables&)>;

/// Tells outputs apart without keeping them: 64 bits of all bytes.
std::uint64_t fingerprint(const Variables& outputs) {
  std::uint64_t h = 0x9e3779b97f4a7c15;
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    const std::uint64_t m = (a ^ b) * 0xd6e8feb86659fd93;
    return m ^ (m >> 32);
  };
  for (const Variable& y : outputs) {
    const Array& a = Access::impl(y)->value;
    const auto* bytes = static_cast<const unsigned char*>(a.raw());
    const std::size_t n = a.nbytes();
    std::uint64_t lanes[4] = {h, h + 1, h + 2, h + 3};  // side by side, for speed
    std::size_t i = 0;
    for (; i + sizeof(lanes) <= n; i += sizeof(lanes)) {
      std::uint64_t words[4];
      std::memcpy(words, bytes + i, sizeof(words));
      for (int k = 0; k < 4; ++k) lanes[k] = mix(lanes[k], words[k]);
    }
    for (; i < n; ++i) lanes[0] = mix(lanes[0], bytes[i]);
    for (const std::uint64_t lane : lanes) h = mix(h, lane);
    h = mix(h, n);
  }
  return h;
}

class CheckpointNode final : public Node {
 public:
  CheckpointNode(const Layout& layout, MultiFunction f, const Variables& inputs, const Variables& captured,
                 const Variables& outputs, Journal journal)
      : Node(layout),
        function_(std::move(f)),
        n_inputs_(inputs.size()),
        fingerprint_(fingerprint(outputs)),
        journal_(std::move(journal)) {
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
    journal_ = {};
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
    Variables inputs;
    Variables outputs;
    {
      const detail::Run again(std::as_const(journal_));
      // What the function drops when it is left goes before leaves are put back.
      outputs = run_again(create_graph, inputs);
    }
    if (outputs.size() != n_outputs() || fingerprint(outputs) != fingerprint_) {
      throw GraphError(
          "[checkpoint] at its second run the function gave other values than at its first: it depends on something "
          "besides its inputs that has changed (a captured constant, a counter, a random engine that is no Generator); "
          "pass that as an input, or run the function without checkpoint");
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
    std::size_t n_own = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i]) continue;
      targets.push_back(i < n_inputs_ ? inputs[i] : edges()[i].saved);
      slots.push_back(i);
      n_own += i < n_inputs_;
    }
    Variables found = detail::partial_grad(ys, targets, gs, n_own, create_graph);
    for (std::size_t k = 0; k < slots.size(); ++k) input_grads[slots[k]] = std::move(found[k]);
  }

 private:
  static detail::Edge edge(const Variable& input) {
    const detail::VariableImpl& in = *Access::impl(input);
    return {.node = in.node, .output_number = in.output_number, .saved = Access::snapshot(input)};
  }

  Variables run_again(bool create_graph, Variables& inputs) const {
    // With create_graph the inputs keep their history, so that the gradients can be differentiated through them. The
    // copies are nodes of their own, at which the sweep below stops.
    for (std::size_t i = 0; i < n_inputs_; ++i) {
      const detail::Edge& e = edges()[i];
      if (e.node && create_graph) {
        inputs.push_back(clone(e.saved));
      } else {
        inputs.push_back(Variable(e.saved.array(), static_cast<bool>(e.node)));
      }
    }
    const detail::CaptureWatch watch;
    const MultiFunction f = function_;  // a copy: the next run begins with the same state again
    Variables outputs = f(inputs);
    check_captured(watch.captured(), inputs);
    return outputs;
  }

  /// f reads what it captured through its own handles; were they other ones now, or had one been updated, this would be
  /// another function's gradient.
  void check_captured(const Variables& now, const Variables& inputs) const {
    const auto same = [](const Variable& a, const Variable& b) {
      return Access::node(a) == Access::node(b) && Access::impl(a)->output_number == Access::impl(b)->output_number;
    };
    for (const Variable& v : now) {
      if (std::any_of(inputs.begin(), inputs.end(), [&](const Variable& x) { return same(x, v); })) continue;
      const auto captured = edges().subspan(n_inputs_);
      const auto then =
          std::find_if(captured.begin(), captured.end(), [&](const detail::Edge& e) { return same(e.saved, v); });
      if (then != captured.end() && then->saved.array().shares_buffer_with(v.array())) continue;
      throw GraphError(
          "[checkpoint] a captured Variable of shape " + to_string(v.shape()) +
          (then != captured.end()
               ? " was changed since the forward run; update parameters after backward, or pass it as an input"
               : " was not read in the forward run, so its gradient would be lost: a handle names another Variable "
                 "now; pass it as an input"));
    }
  }

  MultiFunction function_;
  std::size_t n_inputs_;
  std::uint64_t fingerprint_;
  Journal journal_;
};

}  // namespace

Variables checkpoint(const MultiFunction& f, const Variables& inputs) {
  if (!grad_enabled()) return f(inputs);
  Variables separate;
  bool record = false;
  for (const Variable& x : inputs) {
    separate.push_back(x.detach());
    record = record || x.requires_grad();
  }
  Variables values;
  Journal journal;
  MultiFunction kept = f;  // before it runs: its own state, too, is what the first run found
  detail::CaptureWatch watch;
  {
    const NoGradGuard unrecorded;
    const detail::Run first(&journal);
    values = f(separate);
  }
  if (values.empty() || (!record && watch.captured().empty())) return values;
  for (Variable& y : values) y = y.detach();
  const auto node = Node::make<CheckpointNode>(inputs.size() + watch.captured().size(), values[0].array(),
                                               std::move(kept), inputs, watch.captured(), values, std::move(journal));
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
