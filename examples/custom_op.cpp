// SPDX-License-Identifier: BSD-3-Clause
// Two ways to add an op of your own, both differentiable to any order: a function object, and an OpDef.
#include <cmath>
#include <cstdio>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/common.h>

using namespace xgrad;

// First way: a CustomFunction, made anywhere, at run time. The forward may compute as it likes, here without
// overflow; the rule is written in xgrad's ops on what the context gives, so that it can be differentiated again.
static Variable log_cosh(const Variable& x) {
  static const CustomFunction f{
      .name = "log_cosh",
      .forward = [](const Variables& in) -> Variables {
        return {abs(in[0]) + log1p(exp(-2.0 * abs(in[0]))) - std::log(2.0)};
      },
      .rule = [](const CustomContext& ctx, const Variables& g) -> Variables { return {g[0] * tanh(ctx.input(0))}; }};
  return apply(f, {x})[0];
}

/// f(element) for every element; float32 and float64.
template <class F>
static void map(const Array& in, Array& out, F f) {
  const auto loop = [&]<class T>(T) {
    const T* from = in.data<T>();
    T* to = out.mutable_data<T>();
    for (std::int64_t i = 0; i < in.size(); ++i) to[i] = f(from[i]);
  };
  in.dtype() == DType::float32 ? loop(0.0F) : loop(0.0);
}

// Second way: an OpDef, as all of xgrad's own ops are written: no type erasure, no allocation of its own, and only what
// the rule reads is kept alive. snake(x) = x + sin(x)^2 (Ziyin et al., 2020).
static Variable snake(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "snake",
      .infer = infer::floating,
      .run = [](const NoAttrs&, Operands in,
                Array& out) { map(in[0], out, [](auto v) { return v + std::sin(v) * std::sin(v); }); },
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * (1.0 + sin(2.0 * op.input(0))); }};
  return apply(op, x);
}

/// Orders 1 and 2 against central differences, and the third derivative at a point against its closed form.
static bool check(const char* name, Variable (*f)(const Variable&), double third_at_half) {
  manual_seed(1);
  const Variables inputs = {normal({3, 4}, 0.0, 1.0, DType::float64).requires_grad_()};
  const GradcheckResult result = gradcheck([f](const Variables& x) { return f(x[0]); }, inputs, {.order = 2});

  Variable d(Array::scalar(0.5, DType::float64), true);
  const Variable x = d;
  d = f(x);
  for (int order = 1; order <= 3; ++order) d = grad(d, x, {.create_graph = true});
  std::printf("%-8s gradcheck to order 2: %s; third derivative at 0.5: %.12f, expected %.12f\n", name,
              result ? "passed" : result.message.c_str(), d.item(), third_at_half);
  return result && std::abs(d.item() - third_at_half) < 1e-12;
}

int main() {
  const double t = std::tanh(0.5);
  const double s = 1.0 - t * t;
  const bool first = check("log_cosh", log_cosh, -2.0 * t * s);     // (tanh x)'' = -2 tanh x (1 - tanh(x)^2)
  const bool second = check("snake", snake, -4.0 * std::sin(1.0));  // (1 + sin 2x)'' = -4 sin 2x
  const Variable huge = log_cosh(Variable(Array::scalar(1e4, DType::float64)));  // cosh(1e4) is not a double
  std::printf("log_cosh(10000) = %.12g\n", huge.item());
  return first && second && std::abs(huge.item() - (1e4 - std::log(2.0))) < 1e-9 ? 0 : 1;
}
