// SPDX-License-Identifier: BSD-3-Clause
// Functional transforms, all from the one reverse sweep.
#include <xgrad/autograd/functional.h>

#include <string>

#include <xgrad/autograd/capture_watch.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>

namespace xgrad {

namespace detail {

Variables grad_or_zeros(const Variables& outputs, const Variables& inputs, const Variables& cotangents,
                        bool create_graph) {
  Variables live;
  Variables live_cotangents;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k].requires_grad()) continue;
    live.push_back(outputs[k]);
    live_cotangents.push_back(cotangents[k]);
  }
  if (live.empty()) {
    Variables zeros;
    for (const Variable& x : inputs) zeros.push_back(zeros_like(x));
    return zeros;
  }
  return grad(live, inputs, live_cotangents,
              {.retain_graph = true, .create_graph = create_graph, .materialize_zeros = true});
}

}  // namespace detail

using detail::grad_or_zeros;

namespace {

/// Inputs for f. Ones that carry history keep it, so that transforms nest; others become fresh leaves.
Variables tracked(const Variables& x) {
  Variables out;
  out.reserve(x.size());
  for (const Variable& v : x) out.push_back(v.requires_grad() && grad_enabled() ? clone(v) : Variable(v.array(), true));
  return out;
}

void check_like(const char* name, const char* what, const Variables& given, const Variables& wanted) {
  if (given.size() != wanted.size()) {
    throw ShapeError("[" + std::string(name) + "] " + std::to_string(given.size()) + " vectors given for " +
                     std::to_string(wanted.size()) + " " + what);
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].shape() != wanted[i].shape()) {
      throw ShapeError("[" + std::string(name) + "] vector " + std::to_string(i) + " has shape " +
                       to_string(given[i].shape()) + ", the " + what + " " + to_string(wanted[i].shape()));
    }
  }
}

void check_scalar(const char* name, const Variable& y) {
  if (y.size() != 1) {
    throw ShapeError("[" + std::string(name) + "] f must give one element, got shape " + to_string(y.shape()));
  }
}

MultiFunction lift(const Function& f) {
  return [&f](const Variables& x) { return Variables{f(x[0])}; };
}

/// A result of a transform keeps its history only where the caller is recording.
Variables finish(Variables v, bool keep) {
  if (!keep) {
    for (Variable& x : v) x = x.detach();
  }
  return v;
}

/// Whether results must stay differentiable: the caller records, and something with history is read, be it an input of
/// the transform or a Variable that f captures (a critic's weights, when its gradient for the images is taken).
class Nesting {
 public:
  explicit Nesting(const Variables& vectors = {}) : recording_(grad_enabled()) {
    for (const Variable& v : vectors) given_ = given_ || v.requires_grad();
  }
  /// Asked after f has run.
  bool keep() const { return recording_ && (given_ || !watch_.captured().empty()); }

 private:
  bool recording_;
  bool given_ = false;
  detail::CaptureWatch watch_;  // begun before the inputs are tracked: it notes those with history too
};

Shape joined(const Shape& a, const Shape& b) {
  Shape out = a;
  for (const std::int64_t d : b) out.push_back(d);
  return out;
}

}  // namespace

std::pair<Variables, Variables> vjp(const MultiFunction& f, const Variables& x, const Variables& v) {
  const Nesting nesting(v);
  const Variables in = tracked(x);
  const EnableGradGuard recording;
  const Variables y = f(in);
  const bool keep = nesting.keep();
  check_like("vjp", "outputs", v, y);
  return {finish(y, keep), finish(grad_or_zeros(y, in, v, keep), keep)};
}

std::pair<Variable, Variable> vjp(const Function& f, const Variable& x, const Variable& v) {
  const auto [y, g] = vjp(lift(f), Variables{x}, Variables{v});
  return {y[0], g[0]};
}

std::pair<Variables, Variables> jvp(const MultiFunction& f, const Variables& x, const Variables& v) {
  check_like("jvp", "inputs", v, x);
  const Nesting nesting(v);
  const Variables in = tracked(x);
  const EnableGradGuard recording;
  const Variables y = f(in);
  const bool keep = nesting.keep();
  // u -> u^T J is linear in u, and its own transpose applied to v is J v. The value of u does not matter.
  Variables u;
  for (const Variable& out : y) u.push_back(Variable(Array::zeros(out.shape(), out.dtype()), true));
  const Variables pulled = grad_or_zeros(y, in, u, true);
  return {finish(y, keep), finish(grad_or_zeros(pulled, u, v, keep), keep)};
}

std::pair<Variable, Variable> jvp(const Function& f, const Variable& x, const Variable& v) {
  const auto [y, t] = jvp(lift(f), Variables{x}, Variables{v});
  return {y[0], t[0]};
}

std::pair<Variable, Variables> hvp(const MultiFunction& f, const Variables& x, const Variables& v) {
  check_like("hvp", "inputs", v, x);
  const Nesting nesting(v);
  const Variables in = tracked(x);
  const EnableGradGuard recording;
  const Variables y = f(in);
  const bool keep = nesting.keep();
  if (y.size() != 1) throw ShapeError("[hvp] f must give one output, got " + std::to_string(y.size()));
  check_scalar("hvp", y[0]);
  const Variables g = grad_or_zeros(y, in, {ones_like(y[0])}, true);
  return {finish(y, keep)[0], finish(grad_or_zeros(g, in, v, keep), keep)};
}

std::pair<Variable, Variable> hvp(const Function& f, const Variable& x, const Variable& v) {
  const auto [y, h] = hvp(lift(f), Variables{x}, Variables{v});
  return {y, h[0]};
}

std::vector<Variables> jacobian(const MultiFunction& f, const Variables& x) {
  const Nesting nesting;
  const Variables in = tracked(x);
  const EnableGradGuard recording;
  std::vector<Variables> result;
  const Variables outputs = f(in);
  const bool keep = nesting.keep();
  for (const Variable& y : outputs) {
    // One sweep an output element, each with a unit cotangent.
    std::vector<Variables> rows(x.size());
    for (std::int64_t k = 0; k < y.size(); ++k) {
      const Variable u =
          reshape(astype(equal(arange(y.size()), full({}, static_cast<double>(k))), y.dtype()), y.shape());
      const Variables g = grad_or_zeros({y}, in, {u}, keep);
      for (std::size_t j = 0; j < x.size(); ++j) rows[j].push_back(reshape(g[j], Shape{g[j].size()}));
    }
    Variables blocks;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const Shape shape = joined(y.shape(), x[j].shape());
      blocks.push_back(rows[j].empty() ? zeros(shape, x[j].dtype()) : reshape(stack(rows[j]), shape));
    }
    result.push_back(finish(std::move(blocks), keep));
  }
  return result;
}

Variable jacobian(const Function& f, const Variable& x) { return jacobian(lift(f), Variables{x})[0][0]; }

Variable hessian(const Function& f, const Variable& x) {
  return jacobian(
      [&f](const Variable& in) {
        const Variable y = f(in);
        check_scalar("hessian", y);
        return grad_or_zeros({y}, {in}, {ones_like(y)}, true)[0];
      },
      x);
}

std::function<std::pair<Variable, Variables>(const Variables&)> value_and_grad(
    std::function<Variable(const Variables&)> f) {
  return [f = std::move(f)](const Variables& x) -> std::pair<Variable, Variables> {
    const Nesting nesting;
    const Variables in = tracked(x);
    const EnableGradGuard recording;
    const Variable y = f(in);
    const bool keep = nesting.keep();
    check_scalar("value_and_grad", y);
    return {finish({y}, keep)[0], finish(grad_or_zeros({y}, in, {ones_like(y)}, keep), keep)};
  };
}

std::function<std::pair<Variable, Variable>(const Variable&)> value_and_grad(Function f) {
  return [g = value_and_grad([f = std::move(f)](const Variables& x) { return f(x[0]); })](
             const Variable& x) -> std::pair<Variable, Variable> {
    const auto [y, grads] = g(Variables{x});
    return {y, grads[0]};
  };
}

}  // namespace xgrad
