// SPDX-License-Identifier: BSD-3-Clause
// The checks that every program must pass.
#include "check.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

#include <xgrad/autograd/compile.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/node.h>

#include "../tolerance.h"

namespace xgrad::test {

namespace {

/// The sum of all outputs that have a gradient; undefined when none has.
Variable total(const Variables& outputs) {
  Variable sum_of_all;
  for (const Variable& y : outputs) {
    if (!y.requires_grad()) continue;
    const Variable term = sum(astype(y, DType::float64));
    sum_of_all = sum_of_all.defined() ? sum_of_all + term : term;
  }
  return sum_of_all;
}

Variables differentiable(const Variables& inputs) {
  Variables some;
  std::ranges::copy_if(inputs, std::back_inserter(some), [](const Variable& x) { return x.requires_grad(); });
  return some;
}

Variables gradients(const Program& program, const Variables& inputs, const Variables& wanted) {
  const Variable y = total(program(inputs));
  if (!y.defined()) return {};
  return grad({y}, wanted, {}, {.allow_unused = true, .materialize_zeros = true});
}

/// How `got` differs from `expected`, relative to the largest number in it and to 1.
std::string difference(const std::string& what, const Variable& got, const Variable& expected, double tolerance) {
  const auto e = expected.array().to_vector<double>();
  const auto g = got.array().to_vector<double>();
  if (got.shape() != expected.shape()) return what + ": shape " + to_string(got.shape());
  double scale = 1.0;
  for (const double v : e) scale = std::max(scale, std::abs(v));
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (std::abs(g[i] - e[i]) <= tolerance * scale) continue;  // false for NaN
    std::ostringstream text;
    text.precision(12);
    text << what << ": element " << i << " is " << g[i] << " instead of " << e[i];
    return text.str();
  }
  return "";
}

std::string derivative_fault(const Program& program) {
  return gradcheck([&](const Variables& x) { return program(x); }, program.inputs(),
                   {.order = 2, .atol = tolerance::program_differences, .rtol = tolerance::program_differences})
      .message;
}

std::string pruning_fault(const Program& program) {
  const Variables inputs = program.inputs();
  const Variables wanted = differentiable(inputs);
  const Variables all = gradients(program, inputs, wanted);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Variable alone = gradients(program, inputs, {wanted[k]})[0];
    const std::string what = "the gradient of differentiable input " + std::to_string(k) + " alone";
    const std::string wrong = difference(what, alone, all[k], tolerance::same_formula_float64);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string precision_fault(const Program& program) {
  const auto results = [&](DType dtype) {
    const Variables inputs = program.inputs(dtype);
    Variables all = program(inputs);
    std::ranges::move(gradients(program, inputs, differentiable(inputs)), std::back_inserter(all));
    return all;
  };
  const Variables wide = results(DType::float64);
  const Variables narrow = results(DType::float32);
  for (std::size_t k = 0; k < wide.size(); ++k) {
    const std::string what = "float32, result " + std::to_string(k);
    const std::string wrong = difference(what, narrow[k], wide[k], tolerance::program_float32);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

/// The values, their gradients and those of these, of inputs without history.
Variables derivatives(const Program& program, const Variables& inputs, const std::vector<bool>& wants) {
  Variables x;
  for (std::size_t i = 0; i < inputs.size(); ++i) x.push_back(inputs[i].detach().requires_grad_(wants[i]));
  const Variables wanted = differentiable(x);
  Variables all = program(x);
  const Variable y = total(all);
  if (!y.defined() || wanted.empty()) return all;
  const Variables first = grad({y}, wanted, {}, {.create_graph = true, .materialize_zeros = true});
  std::ranges::copy(first, std::back_inserter(all));
  const Variable slope = total(first);
  if (!slope.defined()) return all;
  std::ranges::move(grad({slope}, wanted, {}, {.materialize_zeros = true}), std::back_inserter(all));
  return all;
}

std::string replay_fault(const Program& program) {
  if (to_cpp(program).find("* astype(tensor(") != std::string::npos) return "";  // refused: host data
  for (const DType dtype : {DType::float64, DType::float32}) {
    Variables inputs = program.inputs(dtype);
    std::vector<bool> wants;
    for (Variable& x : inputs) {
      wants.push_back(x.requires_grad());
      x = x.detach();
    }
    const Variables expected = derivatives(program, inputs, wants);
    Compiled step = compile([&](const Variables& in) { return derivatives(program, in, wants); });
    for (int call = 0; call < 3; ++call) {
      const Variables got = step(inputs);
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const Array &e = expected[k].array(), &g = got[k].array();
        if (g.shape() == e.shape() && g.dtype() == e.dtype() && std::memcmp(g.raw(), e.raw(), e.nbytes()) == 0)
          continue;
        return "call " + std::to_string(call) + " of the compiled program, result " + std::to_string(k) +
               ": other bits than the eager one's";
      }
    }
  }
  return "";
}

}  // namespace

std::string fault(const Program& program) {
  const auto nodes = detail::Node::live_count();
  for (const auto check : {derivative_fault, pruning_fault, precision_fault, replay_fault}) {
    try {
      const std::string wrong = check(program);
      if (!wrong.empty()) return wrong;
    } catch (const std::exception& e) {
      return std::string("threw ") + e.what();
    }
  }
  const auto left = detail::Node::live_count() - nodes;
  return left == 0 ? "" : std::to_string(left) + " nodes outlive their graph";
}

std::string report(const Program& program) {
  const Program small = shrink(program, [](const Program& p) { return !fault(p).empty(); });
  return fault(small) + "\n" + to_cpp(small);
}

}  // namespace xgrad::test
