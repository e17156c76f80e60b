// SPDX-License-Identifier: BSD-3-Clause
// Loops in compiled steps: as many turns as the values of each call ask for, and the bits of eager mode.
#include <xgrad/autograd/compile.h>

#include <doctest/doctest.h>

#include <functional>

#include <xgrad/autograd/autograd.h>
#include <xgrad/optim/krylov.h>

#include "compile_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

Variable number(double x) { return full({}, x, DType::float32); }

/// Both results are those of the function, for inputs that want different numbers of turns.
void check_loop(const Compiled::Function& f, const std::vector<Variables>& inputs) {
  Compiled step = compile(f);
  for (const Variables& in : inputs) {
    const Variables got = step(in), wanted = f(in);
    REQUIRE(got.size() == wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(same_bits(got[i].array(), wanted[i].array()));
  }
  CHECK(step.reports().size() == 1);
}

/// Collatz's numbers down to 1, counted.
Variables collatz(const Variables& in) {
  return repeat_while({in[0] > number(1.0), in[0], number(0.0)}, 200, [](const Variables& at) -> Variables {
    const Variable half = 0.5 * at[1];
    const Variable next = where(equal(half, astype(astype(half, DType::int64), half.dtype())), half, 3.0 * at[1] + 1.0);
    return {next > number(1.0), next, at[2] + 1.0};
  });
}

}  // namespace

TEST_CASE("loops turn while their condition holds, and not more often than allowed") {
  CHECK(collatz({number(1.0)})[2].item() == 0.0);
  CHECK(collatz({number(6.0)})[2].item() == 8.0);
  CHECK(collatz({number(27.0)})[2].item() == 111.0);
  const Variables limited = repeat_while({number(1.0), number(0.0)}, 5, [](const Variables& at) {
    return Variables{at[0], at[1] + 1.0};
  });
  CHECK(limited[1].item() == 5.0);
  CHECK(repeat_while({number(1.0)}, 0, [](const Variables& at) { return at; })[0].item() == 1.0);
  const Variable w = leaf({3}, 1);
  CHECK_FALSE(repeat_while({number(1.0), w}, 2,
                           [&](const Variables& at) {
                             return Variables{at[0], w * at[1]};
                           })[1]
                  .requires_grad());
}

TEST_CASE("compile: a loop turns as often as each call's values ask for, the first call's none too") {
  check_loop(collatz, {{number(6.0)}, {number(27.0)}, {number(1.0)}, {number(7.0)}, {number(2.0)}});
  Compiled step = compile(collatz);
  CHECK(step({number(1.0)})[2].item() == 0.0);
  CHECK(step.reports().empty());  // there was no turn to record
  CHECK(step({number(6.0)})[2].item() == 8.0);
  CHECK(step.reports().size() == 1);
  CHECK(step({number(27.0)})[2].item() == 111.0);
}

TEST_CASE("compile: loops within loops, states that change places, and values from around them") {
  const Variable w = leaf({4, 4}, 2), b = leaf({4, 1}, 3);
  const Compiled::Function f = [&](const Variables& in) -> Variables {
    const Variable wide = 0.1 * (in[0] + b);  // read in each turn
    const Variables outer =
        repeat_while({number(1.0), in[0], b, number(0.0)}, 3, [&](const Variables& at) -> Variables {
          const Variable same = tanh(matmul(w, w)) + wide;  // the same in each turn
          const Variables inner =
              repeat_while({max(abs(at[1])) > number(0.5), at[1]}, 10, [&](const Variables& x) -> Variables {
                const Variable y = 0.6 * matmul(same, x[1]) * at[2];
                return {max(abs(y)) > number(0.5), y};
              });
          return {at[0], at[2] + 0.0 * inner[1], inner[1] + 1.0, at[3] + 1.0};
        });
    const Variables swapped = repeat_while({number(1.0), outer[1], outer[2]}, 3, [](const Variables& at) -> Variables {
      return {at[0], at[2], at[1]};
    });
    return {outer[1], outer[2], outer[3], swapped[1], swapped[2], wide * 2.0, exp(outer[2])};
  };
  std::vector<Variables> inputs;
  for (int call = 0; call < 6; ++call) inputs.push_back({(1.0 + call) * batch({4, 1}, call)});
  check_loop(f, inputs);
}

TEST_CASE("compile: derivatives in a loop's body, and solvers") {
  const Variable a = batch({5, 5}, 4);
  const Compiled::Function f = [&](const Variables& in) -> Variables {
    const Variable x = in[0].detach().requires_grad_();
    const Variable slope = grad(sum(exp(0.1 * matmul(a, x))) + 0.5 * sum(square(x)), x, {.create_graph = true});
    const optim::LinearMap hessian = [&](const Variables& v) { return grad({slope}, {x}, v, {.retain_graph = true}); };
    const optim::KrylovSolution cg = optim::conjugate_gradients(hessian, {slope.detach()});
    const optim::KrylovSolution stab = optim::bicgstab(hessian, {slope.detach()}, {in[0]}, {.max_iterations = 3});
    return {cg.x[0], cg.iterations, cg.residual, stab.x[0], stab.iterations, stab.residual};
  };
  std::vector<Variables> inputs;
  for (const double size : {1.0, 1e-3, 5.0, 0.0, 1.0}) inputs.push_back({size * batch({5, 1}, 6)});
  check_loop(f, inputs);
}

TEST_CASE("compile: what is the same in each turn is done once") {
  const Variable w = batch({6, 6}, 7);
  Compiled step = compile([&](const Variables& in) {
    return repeat_while({number(1.0), in[0]}, 50, [&](const Variables& at) {
      return Variables{at[0], matmul(exp(sin(w)), at[1])};
    });
  });
  step({0.1 * batch({6, 6}, 8)});
  Profile profile;
  {
    const ProfilerGuard guard(profile);
    step({0.1 * batch({6, 6}, 9)});
  }
  for (const auto& op : profile.ops()) {
    CAPTURE(op.name);
    CHECK(op.calls == (op.name == "matmul" || op.name == "turn" ? 50 : 1));
  }
}

TEST_CASE("loops refuse states that are not what they were, and in steps what a replay could not repeat") {
  const auto keeps = [](const Variables& at) { return at; };
  CHECK_THROWS_WITH_AS(repeat_while({}, 3, keeps), doctest::Contains("first entry"), ValueError);
  CHECK_THROWS_WITH_AS(repeat_while({ones({2})}, 3, keeps), doctest::Contains("one number"), ValueError);
  CHECK_THROWS_WITH_AS(repeat_while({number(1.0)}, 3, [](const Variables&) { return Variables{}; }),
                       doctest::Contains("makes 0 entries of a state of 1"), ShapeError);
  CHECK_THROWS_WITH_AS(repeat_while({number(1.0), ones({2})}, 3,
                                    [](const Variables& at) {
                                      return Variables{at[0], ones({3})};
                                    }),
                       doctest::Contains("makes (3,) of entry 1"), ShapeError);
  CHECK_THROWS_WITH_AS(
      repeat_while({number(1.0)}, 3, [](const Variables&) { return Variables{ones({}, DType::float64)}; }),
      doctest::Contains("makes float64"), DTypeError);
  const auto refused = [](const std::function<Variables(const Variables&)>& body) {
    Compiled step = compile([&](const Variables& in) { return repeat_while({in[0], in[0]}, 3, body); });
    try {
      step({number(1.0)});
    } catch (const CompileError& e) {
      return std::string(e.what());
    }
    return std::string("nothing was refused");
  };
  Variable kept = number(2.0);
  CHECK(contains(refused([](const Variables& at) {
                   return Variables{at[0], at[1] + normal({})};
                 }),
                 "[normal] in the body of a loop"));
  CHECK(contains(refused([&](const Variables& at) {
                   kept.set_array((at[1] * 2.0).array());
                   return at;
                 }),
                 "[set_array] in the body of a loop"));
  Variable inside;
  Compiled leaks = compile([&](const Variables& in) {
    const Variables out = repeat_while({in[0]}, 1, [&](const Variables& at) {
      inside = at[0] * 2.0;
      return at;
    });
    const Variable y = out[0] + inside;
    inside = Variable();
    return Variables{y};
  });
  CHECK_THROWS_WITH_AS(leaks({number(1.0)}), doctest::Contains("only its state comes out"), CompileError);
}
