// SPDX-License-Identifier: BSD-3-Clause
// Compiled steps that clip gradients and that play games: the bits of the eager ones.
#include <xgrad/autograd/compile.h>

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <memory>
#include <type_traits>

#include <xgrad/autograd/autograd.h>
#include <xgrad/optim/optim.h>

#include "compile_support.h"

using namespace xgrad;
using namespace xgrad::optim;
using namespace xgrad::test;

TEST_CASE("compile: gradients are clipped by norms of any order and by value, as in eager mode") {
  // Small gradients in even calls, which stay as they are, and large ones in odd calls.
  const auto data = [](int call) { return (call % 2 == 0 ? 1e-3 : 10.0) * batch({4, 3}, call); };
  const auto run = [&](const std::function<Variable(Variables&)>& clip, bool compiled) {
    Variable w = leaf({3, 2}, 1), b = leaf({2}, 2);
    Adam adam({w, b}, {.lr = 0.1});
    const Compiled::Function f = [&](const Variables& in) {
      const Variable loss = sum(square(matmul(in[0], w) + b)) + 1e-3 * sum(w);
      Variables grads = grad(loss, adam.parameters());
      const Variable norm = clip(grads);
      adam.step(grads);
      return Variables{norm, grads[0], grads[1]};
    };
    Compiled step = compile(f);
    Variables all;
    for (int call = 0; call < 6; ++call) {
      for (const Variable& y : compiled ? step({data(call)}) : f({data(call)}))
        all.push_back(Variable(y.array().clone()));
      all.push_back(Variable(w.array().clone()));
      all.push_back(Variable(b.array().clone()));
    }
    return all;
  };
  const auto check = [&](const std::function<Variable(Variables&)>& clip) {
    const Variables got = run(clip, true), wanted = run(clip, false);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(same_bits(got[i].array(), wanted[i].array()));
  };
  for (const double order : {2.0, 3.0, std::numeric_limits<double>::infinity()}) {
    CAPTURE(order);
    check([&](Variables& g) { return clip_norm_(g, 0.5, order); });
  }
  check([](Variables& g) {
    clip_value_(g, 0.25);
    return total_norm(g);
  });
  Variable w = leaf({5}, 3);
  const Compiled::Function stored = [&](const Variables& in) {
    w.zero_grad();
    sum(w * in[0]).backward();
    const Variable norm = clip_grad_norm_({w}, 0.5);
    clip_grad_value_({w}, 0.2);
    return Variables{norm, w.grad() * 1.0};
  };
  Compiled step = compile(stored);
  for (int call = 0; call < 4; ++call) {
    const Variable x = batch({5}, call) * (call % 2 == 0 ? 0.01 : 1.0);
    const Variables got = step({x});
    const Array left = w.grad().array().clone();
    const Variables wanted = stored({x});
    CHECK(same_bits(got[0].array(), wanted[0].array()));
    CHECK(same_bits(left, w.grad().array()));
  }
}

TEST_CASE("compile: a norm that is not finite stops a replay too, if asked for") {
  Variable w = leaf({3}, 4);
  SGD sgd({w}, {.lr = 0.1});
  Compiled step = compile([&](const Variables& in) {
    Variables g = grad(sum(w * in[0]), sgd.parameters());
    const Variable norm = clip_norm_(g, 1.0, 2.0, true);
    sgd.step(g);
    return Variables{norm};
  });
  step({batch({3}, 5)});
  step({batch({3}, 6)});
  const Array before = w.array().clone();
  CHECK_THROWS_WITH_AS(step({full({3}, std::numeric_limits<double>::infinity())}),
                       doctest::Contains("the gradients' norm is inf"), ValueError);
  CHECK(same_bits(w.array(), before));
  step({batch({3}, 7)});
  CHECK_FALSE(same_bits(w.array(), before));
}

TEST_CASE("compile: game methods move the players as in eager mode, at learning rates that change") {
  using Make = std::function<std::unique_ptr<GameOptimizer>(Optimizer&, Optimizer&)>;
  const auto make = []<class Method>(std::type_identity<Method>, auto... options) -> Make {
    return [=](Optimizer& x, Optimizer& y) { return std::make_unique<Method>(x, y, options...); };
  };
  using std::type_identity;
  const Make methods[] = {
      make(type_identity<SimultaneousDescent>()),
      make(type_identity<AlternatingDescent>()),
      make(type_identity<Extragradient>()),
      make(type_identity<OptimisticDescent>()),
      make(type_identity<ConsensusOptimization>(), 0.5),
      make(type_identity<SymplecticGradientAdjustment>()),
      make(type_identity<SymplecticGradientAdjustment>(), SymplecticOptions{.align = true}),
      make(type_identity<UnrolledDescent>(), UnrollingOptions{.steps = 2}),
      make(type_identity<LinearizedCompetitiveDescent>()),
      make(type_identity<CompetitiveDescent>()),
      make(type_identity<CompetitiveDescent>(), CompetitiveOptions{.solver = {.tolerance = 1e-3, .max_iterations = 4}}),
      make(type_identity<AdaptiveCompetitiveDescent>()),
  };
  const Variable coupling = batch({3, 2}, 8);
  const auto run = [&](const Make& method, bool compiled) {
    Variable x = leaf({1, 3}, 9), y = leaf({2, 1}, 10);
    SGD of_x({x}, {.lr = 0.1}), of_y({y}, {.lr = 0.05});
    const auto optimizer = method(of_x, of_y);
    const Compiled::Function f = [&](const Variables& in) {
      const Losses losses = optimizer->step([&](const Variables& a, const Variables& b) -> Losses {
        const Variable pull = sum(matmul(matmul(a[0], coupling * in[0]), sin(b[0])));
        return {pull + 0.1 * sum(square(a[0])), 0.2 * sum(square(square(b[0]))) - pull};
      });
      return Variables{losses.f, losses.g};
    };
    Compiled step = compile(f);
    Variables all;
    for (int call = 0; call < 6; ++call) {
      if (call == 4) of_x.set_lr(0.02);
      const Variables in{batch({3, 2}, 20 + call)};
      for (const Variable& loss : compiled ? step(in) : f(in)) all.push_back(Variable(loss.array().clone()));
      all.push_back(Variable(x.array().clone()));
      all.push_back(Variable(y.array().clone()));
    }
    for (const auto& [name, value] : optimizer->state_dict()) all.push_back(Variable(value));
    return all;
  };
  for (std::size_t m = 0; m < std::size(methods); ++m) {
    CAPTURE(m);
    const Variables got = run(methods[m], true), wanted = run(methods[m], false);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(same_bits(got[i].array(), wanted[i].array()));
  }
}
