// SPDX-License-Identifier: BSD-3-Clause
// What a replay would not do again: a CompileError that names the place and the remedy.
#include <xgrad/autograd/compile.h>

#include <doctest/doctest.h>

#include <memory>

#include <xgrad/autograd/autograd.h>
#include <xgrad/nn/dropout.h>
#include <xgrad/optim/optim.h>

#include "compile_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

/// The message of the CompileError that a first call throws.
std::string refusal(const Compiled::Function& f, const Variables& in = {batch({2, 3}, 0)}) {
  Compiled step = compile(f);
  try {
    step(in);
  } catch (const CompileError& e) {
    CHECK(detail::recorder == nullptr);
    return e.what();
  }
  return "";
}

struct Switch : nn::Module {
  Variable forward(const Variable& x) override { return is_training() ? x * 2.0 : x; }
};

}  // namespace

TEST_CASE("compile: what a replay would not do again is refused, naming the place") {
  Variable w = leaf({2, 3}, 21);
  Variable kept;
  Array array;
  SUBCASE("values read on the host") {
    const std::string by_item = refusal([&](const Variables& in) { return Variables{in[0] * sum(in[0] * w).item()}; });
    CHECK(contains(by_item, "[compile] after piece of work 2 (sum): "));
    CHECK(contains(by_item, "return what is to be read"));
    CHECK(contains(refusal([&](const Variables& in) {
                     w.array().data<float>();
                     return in;
                   }),
                   "at the beginning of the step"));
    CHECK(contains(refusal([&](const Variables& in) {
                     in[0].array().to_vector<double>();
                     return in;
                   }),
                   "values are read"));
  }
  SUBCASE("values written on the host") {
    CHECK(
        contains(refusal([&](const Variables& in) { return Variables{in[0] + tensor(std::vector<float>{1.0F}, {1})}; }),
                 "by host code"));
    CHECK(contains(refusal([&](const Variables& in) {
                     w.mutable_array();
                     return in;
                   }),
                   "an array is written"));
    CHECK(contains(refusal([](const Variables& in) {
                     return Variables{in[0] + Variable(Array({2, 3}))};
                   }),
                   "input 1 of add was filled by host code"));
  }
  SUBCASE("results kept outside") {
    CHECK(contains(refusal([&](const Variables& in) {
                     kept = in[0] * w;
                     return Variables{sum(kept)};
                   }),
                   "keeps what it computed outside"));
    CHECK(contains(refusal([&](const Variables& in) {
                     array = exp(in[0]).array();
                     return in;
                   }),
                   "a result of exp"));
    CHECK(contains(refusal([&](const Variables& in) {
                     kept = in[0];
                     return in;
                   }),
                   "outside of itself"));
  }
  SUBCASE("gradients from before") {
    CHECK(contains(refusal([&](const Variables& in) {
                     backward(sum(in[0] * w));
                     return Variables{};
                   }),
                   "call zero_grad() in the step first"));
    backward(sum(w));
    CHECK(contains(refusal([&](const Variables&) { return Variables{w.grad() * 2.0}; }), "from before the step"));
  }
  SUBCASE("generators that a replay would not find") {
    CHECK(contains(refusal([](const Variables& in) {
                     Generator g(1);
                     return Variables{in[0] + normal({2, 3}, 0, 1, DType::float32, g)};
                   }),
                   "lives in the step itself"));
    CHECK(contains(refusal([](const Variables& in) {
                     const auto noise = std::make_unique<nn::Dropout>(0.5, Generator(1));
                     return Variables{(*noise)(in[0])};
                   }),
                   "lives in the step itself"));
    CHECK(contains(refusal([](const Variables& in) {
                     const Variable a = normal({2, 3});
                     manual_seed(4);
                     return Variables{in[0] + a + normal({2, 3})};
                   }),
                   "set anew"));
  }
  SUBCASE("modules and optimisers that a replay would not find") {
    CHECK(contains(refusal([](const Variables& in) {
                     const auto net = std::make_unique<Switch>();
                     return Variables{(*net)(in[0])};
                   }),
                   "a module or an optimiser lives in the step itself"));
    CHECK(contains(refusal([&](const Variables& in) {
                     const auto adam = std::make_unique<optim::Adam>(Variables{w}, optim::AdamOptions{});
                     adam->step(grad(sum(w * in[0]), Variables{w}));
                     return Variables{};
                   }),
                   "a module or an optimiser lives in the step itself"));
    Variable v = full({2, 3}, 0.5).requires_grad_();
    optim::SGD of_w({w}, {.lr = 0.1}), of_v({v}, {.lr = 0.1});
    CHECK(contains(refusal([&](const Variables& in) {
                     const auto method = std::make_unique<optim::CompetitiveDescent>(of_w, of_v);
                     method->step([&](const Variables& x, const Variables& y) -> optim::Losses {
                       const Variable f = sum(x[0] * y[0] * in[0]);
                       return {f, -f};
                     });
                     return Variables{};
                   }),
                   "a module or an optimiser lives in the step itself"));
    // One that no replay needs may go.
    CHECK(refusal([](const Variables& in) {
            const auto net = std::make_unique<Switch>();
            return Variables{in[0] * 2.0};
          }).empty());
  }
  SUBCASE("steps that were moved from") {
    Compiled step = compile([](const Variables& in) { return in; });
    const Compiled moved = std::move(step);
    CHECK_THROWS_AS(step({w}), CompileError);
    CHECK(step.reports().empty());
    step = compile([](const Variables& in) { return in; });
    CHECK(step({batch({2, 3}, 1)}).size() == 1);
  }
  SUBCASE("arrays from outside") {
    array = batch({2, 3}, 22).array();
    CHECK(contains(refusal([&](const Variables& in) { return Variables{in[0] + Variable(array)}; }),
                   "pass it to the step as an input"));
  }
  SUBCASE("inputs with gradients, undefined results") {
    CHECK(contains(refusal([](const Variables& in) { return in; }, {w}), "input 0 requires a gradient"));
    CHECK(contains(refusal([](const Variables&) { return Variables{Variable()}; }), "output 0 is undefined"));
  }
  SUBCASE("captured Variables that are gone") {
    auto data = std::make_unique<Variable>(batch({2, 3}, 23));
    Compiled step = compile([&](const Variables& in) { return Variables{in[0] * *data}; });
    const Variable x = batch({2, 3}, 24);
    step({x});
    step({x});
    *data = batch({2, 3}, 25);  // another Variable, which a replay would not look at
    CHECK_THROWS_AS(step({x}), CompileError);
  }
}
