// SPDX-License-Identifier: BSD-3-Clause
// gradcheck: directional derivatives against central differences, order by order.
#include <xgrad/autograd/gradcheck.h>

#include <cmath>
#include <cstring>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/random.h>
#include <xgrad/autograd/text.h>

namespace xgrad {

namespace {

using MultiFunction = std::function<Variables(const Variables&)>;

double inner(const Variable& a, const Variable& b) { return sum(astype(a, DType::float64) * b).item(); }

/// The differentiable outputs of f(x), recorded.
Variables floating_outputs(const MultiFunction& f, const Variables& x) {
  const EnableGradGuard recording;
  Variables y;
  for (Variable& v : f(x)) {
    if (is_floating(v.dtype())) y.push_back(std::move(v));
  }
  return y;
}

/// <u, f(x)>
double evaluate(const MultiFunction& f, const Variables& x, const Variables& u) {
  const Variables y = floating_outputs(f, x);  // recorded, because f may itself take gradients
  double total = 0.0;
  for (std::size_t k = 0; k < y.size(); ++k) total += inner(y[k].detach(), u[k].detach());
  return total;
}

/// (x, u) -> J(x)^T u over the inputs that require gradients; itself differentiable in x and in u.
Variables pullback(const MultiFunction& f, const Variables& x, const Variables& u) {
  const EnableGradGuard recording;
  const Variables y = floating_outputs(f, x);
  Variables live;
  Variables cotangents;
  for (std::size_t k = 0; k < y.size(); ++k) {
    if (!y[k].requires_grad()) continue;
    live.push_back(y[k]);
    cotangents.push_back(astype(u[k], y[k].dtype()));
  }
  Variables inputs;
  for (const Variable& v : x) {
    if (v.requires_grad()) inputs.push_back(v);
  }
  if (!live.empty()) return grad(live, inputs, cotangents, {.create_graph = true, .materialize_zeros = true});
  Variables none;
  for (const Variable& v : inputs) none.push_back(zeros_like(v));
  return none;
}

Variables fresh(const Variables& x, double step, const Variables& direction) {
  Variables moved;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool moves = direction.size() > i && direction[i].defined();
    const NoGradGuard unrecorded;
    const Variable value = moves ? x[i].detach() + direction[i] * step : x[i].detach();
    moved.push_back(Variable(value.array(), x[i].requires_grad()));
  }
  return moved;
}

bool same_bits(const Variable& a, const Variable& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::memcmp(a.array().raw(), b.array().raw(), a.array().nbytes()) == 0;
}

/// One order: the pullback of f by u along random directions against central differences of <u, f>.
GradcheckResult check_once(const MultiFunction& f, const Variables& inputs, const Variables& u,
                           const GradcheckOptions& options, int order, Generator& generator) {
  const auto fail = [&](const std::string& what) {
    return GradcheckResult{false, "[gradcheck] order " + std::to_string(order) + ": " + what};
  };
  const Variables x = fresh(inputs, 0.0, {});
  const Variables g = pullback(f, x, u);
  const Variables again = pullback(f, fresh(inputs, 0.0, {}), u);
  for (std::size_t i = 0, k = 0; i < x.size(); ++i) {
    if (!x[i].requires_grad()) continue;
    if (g[k].shape() != x[i].shape()) {
      return fail("the gradient of input " + std::to_string(i) + " has shape " + to_string(g[k].shape()) +
                  ", the input " + to_string(x[i].shape()));
    }
    if (!same_bits(g[k], again[k])) return fail("two runs gave different gradients of input " + std::to_string(i));
    for (int d = 0; d < options.directions; ++d) {
      Variables direction(x.size());
      direction[i] = normal(x[i].shape(), 0.0, 1.0, DType::float64, generator);
      const double analytic = inner(g[k].detach(), direction[i]);
      const double above = evaluate(f, fresh(inputs, options.eps, direction), u);
      const double below = evaluate(f, fresh(inputs, -options.eps, direction), u);
      const double numeric = (above - below) / (2.0 * options.eps);
      if (!(std::abs(analytic - numeric) <= options.atol + options.rtol * std::abs(numeric))) {
        return fail(
            "input " + std::to_string(i) +
            detail::formatted(": the reverse sweep gives %.12g, central differences give %.12g", analytic, numeric));
      }
    }
    ++k;
  }
  return {};
}

}  // namespace

GradcheckResult gradcheck(const std::function<Variables(const Variables&)>& f, const Variables& inputs,
                          const GradcheckOptions& options) {
  bool any = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].requires_grad()) continue;
    any = true;
    if (inputs[i].dtype() != DType::float64) {
      throw DTypeError("[gradcheck] input " + std::to_string(i) + " must be float64, got " +
                       name_of(inputs[i].dtype()) + ": differences of float32 values are too coarse");
    }
  }
  if (!any) throw GraphError("[gradcheck] no input requires a gradient");
  Generator generator(options.seed);
  // Each order differentiates the one before, in its inputs and in its cotangents.
  MultiFunction current = f;
  Variables x = inputs;
  for (int order = 1; order <= options.order; ++order) {
    Variables u;
    for (const Variable& y : floating_outputs(current, fresh(x, 0.0, {}))) {
      u.push_back(Variable(normal(y.shape(), 0.0, 1.0, DType::float64, generator).array(), true));
    }
    GradcheckResult result = check_once(current, x, u, options, order, generator);
    if (!result) return result;
    current = [former = current, n = x.size()](const Variables& xu) {
      const auto middle = xu.begin() + static_cast<std::ptrdiff_t>(n);
      return pullback(former, Variables(xu.begin(), middle), Variables(middle, xu.end()));
    };
    x.insert(x.end(), u.begin(), u.end());
  }
  return {};
}

GradcheckResult gradcheck(const std::function<Variable(const Variables&)>& f, const Variables& inputs,
                          const GradcheckOptions& options) {
  return gradcheck([&f](const Variables& x) { return Variables{f(x)}; }, inputs, options);
}

}  // namespace xgrad
