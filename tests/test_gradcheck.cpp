// SPDX-License-Identifier: BSD-3-Clause
// gradcheck as a tool: what it refuses and what its messages say. (That it catches wrong rules: test_op_table.cpp.)
#include <doctest/doctest.h>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/gradcheck.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;
using OneOutput = std::function<Variable(const Variables&)>;
using ManyOutputs = std::function<Variables(const Variables&)>;

TEST_CASE("gradcheck passes what is right, at any order and for several inputs and outputs") {
  const ManyOutputs f = [](const Variables& x) { return Variables{sin(x[0]) * x[1], exp(x[1]), argmax(x[0])}; };
  for (int order = 1; order <= 4; ++order) {
    CHECK(gradcheck(f, {random_leaf({3}, 1), random_leaf({2, 1}, 2)}, {.order = order}));
  }
  CHECK(gradcheck(f, {random_leaf({3}, 1), random_leaf({2, 1}, 2).detach()}));
  const NoGradGuard off;
  CHECK(gradcheck(f, {random_leaf({3}, 1), random_leaf({2, 1}, 2)}, {.order = 2}));
}

TEST_CASE("gradcheck says where and by how much a derivative is wrong") {
  // A value that depends on x behind the tape's back.
  const OneOutput hidden = [](const Variables& x) { return x[0] * x[0].detach(); };
  const GradcheckResult result = gradcheck(hidden, {leaf(3.0)});
  CHECK(!result);
  CHECK(result.message.find("[gradcheck] order 1: input 0: the reverse sweep gives") == 0);
  CHECK(result.message.find("central differences give") != std::string::npos);
}

TEST_CASE("gradcheck notices results that change from run to run") {
  int calls = 0;
  const OneOutput unsteady = [&](const Variables& x) { return x[0] * (1.0 + 1e-12 * ++calls); };
  CHECK(gradcheck(unsteady, {leaf(3.0)}).message.find("two runs gave different gradients") != std::string::npos);
}

TEST_CASE("gradcheck needs float64 inputs of which one requires a gradient") {
  const OneOutput f = [](const Variables& x) { return square(x[0]); };
  CHECK_THROWS_WITH_AS((void)gradcheck(f, {Variable(Array::zeros({2}), true)}), Contains("input 0 must be float64"),
                       DTypeError);
  CHECK_THROWS_WITH_AS((void)gradcheck(f, {constant({1}, {1})}), Contains("no input requires a gradient"), GraphError);
}
