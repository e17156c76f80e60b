// SPDX-License-Identifier: BSD-3-Clause
// Functional transforms: derivatives of functions of Variables, composable to any order.
#pragma once

#include <functional>
#include <utility>

#include <xgrad/autograd/variable.h>

namespace xgrad {

using Function = std::function<Variable(const Variable&)>;
using MultiFunction = std::function<Variables(const Variables&)>;

/// (f(x), v^T J) with J = df/dx; one v per output.
std::pair<Variables, Variables> vjp(const MultiFunction& f, const Variables& x, const Variables& v);
std::pair<Variable, Variable> vjp(const Function& f, const Variable& x, const Variable& v);

/// (f(x), J v): forward-mode product by differentiating v^T J in its cotangent (two reverse sweeps); one v per input.
std::pair<Variables, Variables> jvp(const MultiFunction& f, const Variables& x, const Variables& v);
std::pair<Variable, Variable> jvp(const Function& f, const Variable& x, const Variable& v);

/// (f(x), H v) for one-element f, H never formed (Pearlmutter, 1994; reverse over reverse).
std::pair<Variable, Variables> hvp(const MultiFunction& f, const Variables& x, const Variables& v);
std::pair<Variable, Variable> hvp(const Function& f, const Variable& x, const Variable& v);

/// df/dx of shape f(x).shape + x.shape.
Variable jacobian(const Function& f, const Variable& x);
/// J[i][j] = d f_i / d x_j, of shape f_i.shape + x_j.shape.
std::vector<Variables> jacobian(const MultiFunction& f, const Variables& x);
/// d2f/dx2 of shape x.shape + x.shape, for one-element f.
Variable hessian(const Function& f, const Variable& x);

/// A function giving (f(x), df/dx) for one-element f; differentiable itself.
std::function<std::pair<Variable, Variable>(const Variable&)> value_and_grad(Function f);
std::function<std::pair<Variable, Variables>(const Variables&)> value_and_grad(
    std::function<Variable(const Variables&)> f);

namespace detail {

/// sum_k <outputs_k, cotangents_k> differentiated by the inputs, the graph retained: zeros where nothing depends on
/// them, be it that no output was recorded.
Variables grad_or_zeros(const Variables& outputs, const Variables& inputs, const Variables& cotangents,
                        bool create_graph);

}  // namespace detail

}  // namespace xgrad
