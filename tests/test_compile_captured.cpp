// SPDX-License-Identifier: BSD-3-Clause
// What a compiled step holds between calls: Variables and optimisers captured, modes, nesting, threads, exceptions.
#include <xgrad/autograd/compile.h>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

#include "compile_support.h"

using namespace xgrad;
using namespace xgrad::test;

TEST_CASE("compile: what captured Variables hold is read at each replay, and written to where they are") {
  Variable w = leaf({3}, 1);
  Variable running = batch({3}, 2);
  Compiled step = compile([&](const Variables& in) {
    const Variable y = w * in[0];
    running.set_array((0.5 * running + 0.5 * y.detach()).array());
    return Variables{y, running * 2.0};
  });
  Variable expected = Variable(running.array().clone());
  for (int call = 0; call < 4; ++call) {
    const Variable x = batch({3}, 10 + call);
    if (call == 2) w.set_array(batch({3}, 20).array());  // as load_state_dict does
    const Variable held = running.detach();
    const Array before = held.array().clone();
    const Variables got = step({x});
    expected = 0.5 * expected + 0.5 * (w * x).detach();
    CHECK(same_bits(got[0].array(), (w * x).array()));
    CHECK(same_bits(running.array(), expected.array()));
    CHECK(same_bits(got[1].array(), (expected * 2.0).array()));
    CHECK(same_bits(held.array(), before));  // whoever holds the old value keeps it
  }
}

TEST_CASE("compile: an input is what it was at the call, even when the step updates the Variable given") {
  Variable w = batch({3}, 3);
  Compiled step = compile([&](const Variables& in) {
    w.set_array((w + in[0]).array());
    return Variables{w * in[0], in[0]};
  });
  for (int call = 0; call < 3; ++call) {
    const Variable given = Variable(w.array().clone());
    const Variables got = step({w});
    CHECK(same_bits(w.array(), (given + given).array()));
    CHECK(same_bits(got[0].array(), ((given + given) * given).array()));
    CHECK(same_bits(got[1].array(), given.array()));
  }
}

TEST_CASE("compile: a parameter that a live graph holds is updated in fresh memory") {
  Variable w = leaf({3}, 4);
  optim::SGD sgd({w}, {.lr = 0.5});
  Compiled step = compile([&](const Variables& in) {
    sgd.step(grad(sum(w * in[0]), Variables{w}));
    return Variables{};
  });
  const Variable x = batch({3}, 5);
  step({x});
  const Variable y = sum(square(w));
  const Array then = w.array().clone();
  step({x});
  CHECK(same_bits(grad(y, w).array(), (2.0 * Variable(then)).array()));
  CHECK_FALSE(same_bits(w.array(), then));
}

TEST_CASE("compile: the learning rate and the count of steps are the optimiser's own at each replay") {
  const auto run = [](bool compiled) {
    Variable w = leaf({5}, 6);
    optim::Adam adam({w}, {.lr = 0.1});
    optim::LRScheduler schedule(adam, optim::StepLR{.step_size = 2, .gamma = 0.5});
    const Compiled::Function f = [&](const Variables& in) {
      const Variable loss = sum(square(w - in[0]));
      adam.step(grad(loss, Variables{w}));
      return Variables{loss};
    };
    Compiled step = compile(f);
    for (int call = 0; call < 6; ++call) {
      const Variables in{batch({5}, call)};
      compiled ? step(in) : f(in);
      schedule.step();
    }
    return w.array().clone();
  };
  CHECK(same_bits(run(true), run(false)));
}

TEST_CASE("compile: a module in evaluation mode is another step") {
  nn::Sequential net(nn::Linear(3, 3), nn::Dropout(0.5));
  Compiled step = compile([&](const Variables& in) { return Variables{net(in[0])}; });
  const Variable x = batch({16, 3}, 8);
  step({x});
  net.eval();
  CHECK(same_bits(step({x})[0].array(), net(x).array()));
  CHECK(same_bits(step({x})[0].array(), net(x).array()));
  net.train();
  CHECK_FALSE(same_bits(step({x})[0].array(), net(x).array()));
  CHECK(step.reports().size() == 2);
}

TEST_CASE("compile: a captured parameter that is converted or frozen makes another step") {
  Variable w = leaf({3}, 7), v = leaf({3}, 8);
  const Compiled::Function f = [&](const Variables&) {
    const Variable y = sum(square(w) * w);
    return Variables{y, w.requires_grad() ? grad(y, w) : zeros_like(w), v * 2.0};
  };
  Compiled step = compile(f);
  const auto check = [&](std::size_t recordings) {
    for (int call = 0; call < 2; ++call) {
      const Variables got = step({}), expected = f({});
      for (std::size_t i = 0; i < got.size(); ++i) CHECK(same_bits(got[i].array(), expected[i].array()));
    }
    CHECK(step.reports().size() == recordings);
  };
  check(1);
  struct Both : nn::Module {
    Both(const Variable& a, const Variable& b) {
      register_parameter("a", a);
      register_parameter("b", b);
    }
  } module(w, v);
  module.to(DType::float64);
  check(2);
  w.requires_grad_(false);
  check(3);
  w.requires_grad_();
  check(3);
  module.to(DType::float32);
  check(3);
}

TEST_CASE("compile: a gradient is that of the Variable, also when it has been frozen for a while") {
  Variable w = leaf({3}, 7);
  Compiled step = compile([&](const Variables& in) {
    w.zero_grad();
    backward(sum(w * in[0]));
    return Variables{};
  });
  for (const double value : {2.0, 3.0, 5.0}) {
    const Variable x = full({3}, value, w.dtype());
    step({x});
    REQUIRE(w.grad().defined());
    CHECK(same_bits(w.grad().array(), x.array()));
    w.requires_grad_(false);
    w.requires_grad_();
  }
  CHECK(step.reports().size() == 1);
}

TEST_CASE("compile: what no result needs is not replayed, element-wise chains are one pass") {
  const Variable w = leaf({64, 32}, 11);
  Compiled step = compile([&](const Variables& in) {
    const Variable unused = matmul(in[0], w, true);
    return Variables{tanh(in[0] * w + 1.0) * 3.0};
  });
  const Variable x = batch({64, 32}, 12);
  step({x});
  REQUIRE(step.reports().size() == 1);
  const CompileReport r = step.reports()[0];
  CHECK(r.recorded == 5);
  CHECK(r.replayed == 1);
  CHECK(r.fused == 3);
  CHECK(r.bytes_planned == 0);
  CHECK(contains(to_string(r), "5 pieces of work recorded, 1 replayed"));
  CHECK(same_bits(step({x})[0].array(), (tanh(x * w + 1.0) * 3.0).array()));
}

TEST_CASE("compile: the same bits at one thread and at two") {
  const auto run = [](int threads) {
    const int before = num_threads();
    set_num_threads(threads);
    manual_seed(3);
    const Variable w = leaf({300, 500}, 13);
    Compiled step = compile([&](const Variables& in) {
      const Variable y = tanh(in[0] * w + in[1]);
      return Variables{y, grad(sum(y), w)};
    });
    Variables got;
    for (int call = 0; call < 2; ++call) got = step({batch({300, 500}, call), batch({500}, call, 1)});
    set_num_threads(before);
    return got;
  };
  const Variables one = run(1), two = run(2);
  for (std::size_t k = 0; k < one.size(); ++k) CHECK(same_bits(one[k].array(), two[k].array()));
}

TEST_CASE("compile: an exception in a replay leaves the step as usable as before") {
  const Variable w = leaf({4, 3}, 14);
  Compiled step = compile([&](const Variables& in) { return Variables{nn::cross_entropy(matmul(in[0], w), in[1])}; });
  const Variable x = batch({2, 4}, 15);
  const Variable labels = tensor(std::vector<std::int64_t>{0, 2}, {2}),
                 wrong = tensor(std::vector<std::int64_t>{0, 3}, {2});
  const Array first = step({x, labels})[0].array();
  CHECK_THROWS_AS(step({x, wrong}), ValueError);
  CHECK(same_bits(step({x, labels})[0].array(), first));
}

TEST_CASE("compile: within another step a step is a part of it, in anomaly mode it runs op by op") {
  const Variable w = leaf({3}, 16);
  Compiled inner = compile([&](const Variables& in) { return Variables{in[0] * w}; });
  Compiled outer = compile([&](const Variables& in) { return Variables{grad(sum(inner(in)[0]), w)}; });
  const Variable x = batch({3}, 17);
  for (int call = 0; call < 3; ++call) CHECK(same_bits(outer({x})[0].array(), x.array()));
  CHECK(inner.reports().empty());
  const DetectAnomalyGuard guard;
  CHECK_THROWS_AS(compile([](const Variables& in) { return Variables{log(in[0] * 0.0 - 1.0)}; })({x}), AnomalyError);
}

TEST_CASE("compile: Variables that share memory are parted before they are trusted") {
  Variable w = leaf({3}, 18);
  const Variable old = w.detach();  // the same memory, until w is updated
  Compiled step = compile([&](const Variables& in) { return Variables{w * in[0] - old}; });
  const Variable x = batch({3}, 19);
  for (int call = 0; call < 4; ++call) {
    CHECK(same_bits(step({x})[0].array(), (w * x - old).array()));
    w.set_array((w + 1.0).array());
  }
}
