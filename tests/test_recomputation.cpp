// SPDX-License-Identifier: BSD-3-Clause
// What a checkpoint's function does besides computing happens once, and its later runs see what the first one saw.
#include <memory>
#include <optional>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include <xgrad/autograd/compile.h>
#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/functional.h>
#include <xgrad/autograd/substitution.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;

namespace {

using Block = std::function<Variable(const Variable&)>;

/// Of y = x mask at x = 1 the gradient of sum(y) is y itself: 0 when the sweep saw the mask of the first run.
double mismatches(const Block& f, std::int64_t n = 100) {
  const Variable x(Array::full({n}, 1.0), true);
  const Variable y = checkpoint(f, x);
  return sum(not_equal(grad(sum(y), x), y.detach())).item();
}

Variable mask(Generator& g) { return bernoulli({100}, 0.5, DType::float32, g); }

/// Values, gradients and buffers after three sweeps over one graph, one of them recorded.
Variables three_sweeps(const std::function<Variable(const Variable&)>& f, const Variable& x, const Variables& buffers) {
  const Variable y = sum(square(f(x)));
  Variables all{grad(y, x, {.retain_graph = true}), grad(y, x, {.create_graph = true}).detach(), grad(y, x)};
  for (const Variable& b : buffers) all.push_back(b.detach());
  return all;
}

void check_same(const Variables& a, const Variables& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    CHECK(distance(a[i].array(), b[i].array()) == 0.0);
  }
}

}  // namespace

TEST_CASE("draws from any generator are the first run's, and no stream moves in a sweep") {
  nn::Dropout dropout(0.5);
  Generator own(7);
  CHECK(mismatches([](const Variable& v) { return v * bernoulli({100}, 0.5); }) == 0.0);
  CHECK(mismatches([&](const Variable& v) { return dropout(v); }) == 0.0);
  CHECK(mismatches([&](const Variable& v) { return v * mask(own); }) == 0.0);
  CHECK(mismatches([&](const Variable& v) { return v * mask(own) * mask(default_generator()); }) == 0.0);
  CHECK(mismatches([](const Variable& v) {
          Generator local(3);
          return v * mask(local);
        }) == 0.0);
  CHECK(mismatches([](const Variable& v) {
          Generator split = default_generator().split(1);
          manual_seed(5);
          return v * mask(split) * mask(default_generator());
        }) == 0.0);
  CHECK(mismatches([&](const Variable& v) {
          Block inner = [&](const Variable& u) { return u * mask(own); };
          const Variable h = checkpoint(inner, v * mask(own));
          return h * mask(own);
        }) == 0.0);
  const auto before = own.state();
  const Variable x(Array::full({100}, 1.0), true);
  const Variable y = checkpoint(Block([&](const Variable& v) { return v * mask(own); }), x);
  const auto after = own.state();
  CHECK(!(before == after));
  for (int sweep = 0; sweep < 3; ++sweep) {
    own.take(sweep + 1, DType::float32);  // moved on by somebody else
    const auto now = own.state();
    CHECK(distance(grad(sum(y), x, {.retain_graph = true}), y.detach()) == 0.0);
    CHECK(own.state() == now);
  }
}

TEST_CASE("generators that were seeded, assigned or destroyed since, and other threads, change no draw") {
  const Variable x(Array::full({100}, 1.0), true);
  auto stream = std::make_unique<Generator>(7);
  const Variable y = checkpoint(Block([&](const Variable& v) { return v * mask(*stream); }), x);
  *stream = Generator(8);
  CHECK(distance(grad(sum(y), x, {.retain_graph = true}), y.detach()) == 0.0);
  stream = std::make_unique<Generator>(9);
  CHECK(distance(grad(sum(y), x, {.retain_graph = true}), y.detach()) == 0.0);
  const Variable z = checkpoint(Block([](const Variable& v) { return v * mask(default_generator()); }), x);
  Variable g;
  std::thread([&] { g = grad(sum(z), x); }).join();
  CHECK(distance(g, z.detach()) == 0.0);
}

TEST_CASE("a later run that reseeds leaves the streams as they are") {
  Generator own(1);
  const Variable x(Array::full({100}, 1.0), true);
  const Variable y = checkpoint(Block([&](const Variable& v) {
                                  own.manual_seed(3);
                                  manual_seed(4);
                                  return v * mask(own) * mask(default_generator());
                                }),
                                x);
  own.manual_seed(10);
  manual_seed(11);
  grad(sum(y), x);
  CHECK(own.state() == Generator(10).state());
  CHECK(default_generator().state() == Generator(11).state());
}

TEST_CASE("a function that draws otherwise, or from another engine, is refused") {
  const Variable x(Array::full({100}, 1.0), true);
  int run = 0;
  const auto refused = [&](const Block& f, const char* message) {
    run = 0;
    const Variable y = sum(checkpoint(f, x));
    CHECK_THROWS_WITH_AS(grad(y, x), Contains(message), GraphError);
  };
  refused([&](const Variable& v) { return ++run == 1 ? v * 2.0 : v * mask(default_generator()); },
          "[checkpoint] at its second run the function draws more random numbers");
  refused([&](const Variable& v) { return v * sum(uniform({10 + run++})); },
          "[checkpoint] at its second run the function draws 11 random numbers where it drew 10");
  refused([&](const Variable& v) { return v * static_cast<double>(++run); },
          "[checkpoint] at its second run the function gave other values");
  const Variable stateful = sum(checkpoint([n = 1.0](const Variable& v) mutable { return v * ++n; }, x));
  CHECK(grad(stateful, x, {.retain_graph = true}).array().data<float>()[0] == 2.0f);
  CHECK(grad(stateful, x).array().data<float>()[0] == 2.0f);
  std::mt19937 engine(1);
  refused([&](const Variable& v) { return v * std::uniform_real_distribution<double>()(engine); },
          "[checkpoint] at its second run the function gave other values");
}

TEST_CASE("captured handles that name something else by the sweep are refused") {
  const Variable x = leaf({1, 2}, {2});
  Variable constant = tensor<double>({3, 4}, {2});
  const Variable y = sum(checkpoint(Block([&](const Variable& v) { return v * constant; }), x));
  constant.set_array(Array::from<double>({5, 6}, {2}));
  CHECK_THROWS_WITH_AS(grad(y, x), Contains("[checkpoint]"), GraphError);
  Variable w = leaf({3, 4}, {2});
  const Variable z = sum(checkpoint(Block([&](const Variable& v) { return v * w; }), x));
  w = leaf({3, 4}, {2});  // the same numbers, but the gradient would go elsewhere
  CHECK_THROWS_WITH_AS(grad(z, x), Contains("[checkpoint] a captured Variable of shape (2,) was not read"), GraphError);
}

TEST_CASE("substitutions in force at the first run, and those in force at the sweep") {
  const Variable p = leaf({2}, {1}), w = leaf({3}, {1}), x = leaf({5}, {1});
  const auto f = [&](const Variables& in) -> Variables { return {p * p * in[0]}; };
  Variable y;
  {
    const SubstitutionGuard guard({p}, {w});
    y = checkpoint(f, {x})[0];
  }
  const Variables g = grad(y, {w, x}, {.retain_graph = true});
  CHECK(g[0].item() == 30.0);
  CHECK(g[1].item() == 9.0);
  CHECK(p.item() == 2.0);
  const Variable z = checkpoint(f, {x})[0];
  {
    const SubstitutionGuard guard({p}, {w});
    CHECK(grad(z, x).item() == 4.0);
    CHECK(p.item() == 3.0);
    const Variables again = grad(y, {w, x}, {.create_graph = true});
    CHECK(again[0].item() == 30.0);
    CHECK(grad(again[0], w).item() == 10.0);  // d(2 w x)/dw
  }
  CHECK(p.item() == 2.0);
  // Of checkpoints within a checkpoint.
  Variable nested;
  {
    const SubstitutionGuard guard({p}, {w});
    nested = checkpoint([&](const Variables& in) -> Variables { return {checkpoint(f, {in[0] * p})[0] * p}; }, {x})[0];
  }
  CHECK(grad(nested, w).item() == 540.0);  // 4 w^3 x
  // One that the function makes itself.
  const Variable own = checkpoint(
      [&](const Variables& in) -> Variables {
        const SubstitutionGuard guard({p}, {w});
        return {p * p * in[0]};
      },
      {x})[0];
  CHECK(grad(own, w).item() == 30.0);
}

TEST_CASE("running statistics are updated once, in a compiled step too") {
  const Variable x = random_leaf({8, 3}, 1).detach();
  const auto run = [&](bool again, bool compiled) {
    nn::BatchNorm1d norm(3, {.dtype = DType::float64});
    const Block f = [&](const Variable& v) { return norm(v * 2.0) * v; };
    const auto step = [&](const Variables& in) -> Variables {
      Variable leaf = in[0].detach();
      leaf.requires_grad_();
      const Variable y = sum(square(again ? checkpoint(f, leaf) : f(leaf)));
      return {grad(y, leaf)};
    };
    auto program = compile(step);
    Variables all;
    for (int i = 0; i < 3; ++i) all.push_back((compiled ? program({x}) : step({x}))[0]);
    for (const Variable& b : norm.buffers()) all.push_back(b.detach());
    return all;
  };
  check_same(run(true, false), run(false, false));
  check_same(run(true, true), run(false, true));
}

TEST_CASE("the vectors of a spectral norm move on once, and the sweep sees those of its forward") {
  const Variable x = random_leaf({4, 3}, 1);
  const auto run = [&](bool again) {
    Generator g(1);
    auto layer = nn::spectral_norm(nn::Linear(3, 5, {.dtype = DType::float64}, g), {}, g);
    const Block f = [&](const Variable& v) { return layer(v); };
    return three_sweeps([&](const Variable& v) { return again ? checkpoint(f, v) : f(v); }, x, layer.buffers());
  };
  check_same(run(true), run(false));
  // Applied again before the sweep.
  Generator g(1);
  auto layer = nn::spectral_norm(nn::Linear(3, 5, {.dtype = DType::float64}, g), {}, g);
  const Block f = [&](const Variable& v) { return layer(v); };
  const Variable y = sum(square(checkpoint(f, x)));
  Generator h(1);
  auto twin = nn::spectral_norm(nn::Linear(3, 5, {.dtype = DType::float64}, h), {}, h);
  const Variable plain = sum(square(twin(x)));
  layer(x);
  twin(x);
  CHECK(distance(grad(y, x), grad(plain, x)) == 0.0);
  check_same(layer.buffers(), twin.buffers());
}

TEST_CASE("modules are in the mode of the first run, and stay in that of now") {
  nn::Dropout dropout(0.5, Generator(3));
  const Variable x(Array::full({100}, 1.0), true);
  const Variable y = checkpoint(Block([&](const Variable& v) { return dropout(v); }), x);
  dropout.eval();
  CHECK(distance(grad(sum(y), x, {.retain_graph = true}), y.detach()) == 0.0);
  CHECK(!dropout.is_training());
  const Variable z = checkpoint(Block([&](const Variable& v) {
                                  dropout.train();
                                  return dropout(v);
                                }),
                                x);
  dropout.eval();
  CHECK(distance(grad(sum(z), x), z.detach()) == 0.0);
  CHECK(!dropout.is_training());
}

TEST_CASE("hooks run once a sweep, inside and outside") {
  const Variable x = leaf({1, 2}, {2});
  Variable w = leaf({3, 4}, {2});
  int at_w = 0, inside = 0, registered = 0;
  w.register_hook([&](const Variable&) { return ++at_w, Variable(); });
  const Variable y = sum(checkpoint(Block([&](const Variable& v) {
                                      Variable h = v * w;
                                      h.register_hook([&](const Variable&) { return ++inside, Variable(); });
                                      Variable(v).register_hook([&](const Variable&) { return ++inside, Variable(); });
                                      w.register_hook([&](const Variable&) { return ++registered, Variable(); });
                                      return h * h;
                                    }),
                                    x));
  for (int sweep = 1; sweep <= 3; ++sweep) {
    grad(y, {x, w}, {.retain_graph = true, .create_graph = sweep == 2});
    CHECK(at_w == sweep);
    CHECK(inside == 2 * sweep);
    CHECK(registered == sweep);
  }
}

TEST_CASE("transforms inside work, grad and backward inside name checkpoint") {
  const Variable x = random_leaf({3}, 1);
  const Variable w = random_leaf({3}, 2);
  const Block penalty = [&](const Variable& v) {
    return square(vjp([&](const Variable& u) { return sum(tanh(u * w)); }, v, ones({}, DType::float64)).second);
  };
  const Variable plain = sum(penalty(x)), again = sum(checkpoint(penalty, x));
  CHECK(distance(again, plain) == 0.0);
  const Variables a = grad(again, {x, w}), b = grad(plain, {x, w});
  for (std::size_t i = 0; i < 2; ++i) CHECK(distance(a[i], b[i]) <= tolerance::same_formula_float64);
  CHECK_THROWS_WITH_AS(checkpoint(Block([&](const Variable& v) { return grad(sum(v * v), v); }), x),
                       Contains("checkpoint"), GraphError);
  CHECK_THROWS_WITH_AS(checkpoint(Block([&](const Variable& v) {
                                    backward(sum(w * w));
                                    return v * w;
                                  }),
                                  x),
                       Contains("checkpoint"), GraphError);
  optim::SGD sgd({w});
  CHECK_THROWS_WITH_AS(checkpoint(Block([&](const Variable& v) {
                                    sgd.step({w.detach()});
                                    return v * w;
                                  }),
                                  x),
                       Contains("checkpoint"), GraphError);
}

TEST_CASE("stored gradients are cleared or set once, and assignments happen once") {
  Variable w = leaf({3, 4}, {2}), count = tensor<double>({0}, {});
  const Variable x = leaf({1, 2}, {2});
  const Variable y = sum(checkpoint(Block([&](const Variable& v) {
                                      w.zero_grad();
                                      count.set_array((count + 1.0).array());
                                      return v * w * count;
                                    }),
                                    x));
  CHECK(count.item() == 1.0);
  count.set_array(Array::scalar(7.0, DType::float64));
  w.set_grad(ones_like(w));
  CHECK(distance(grad(y, x), w.detach()) == 0.0);
  CHECK(w.grad().defined());
  CHECK(count.item() == 7.0);
}

TEST_CASE("draws in a compiled step: the replayed sweep sees the replayed mask") {
  nn::Dropout dropout(0.5, Generator(3));
  auto step = compile([&](const Variables& in) -> Variables {
    Variable x = in[0].detach();
    x.requires_grad_();
    const Variable y = checkpoint(Block([&](const Variable& v) { return dropout(v); }), x);
    return {y.detach(), grad(sum(y), x)};
  });
  Variable before;
  for (int i = 0; i < 3; ++i) {
    const Variables out = step({ones({100})});
    CHECK(distance(out[0], out[1]) == 0.0);
    if (i > 0) CHECK(distance(out[0], before) > 0.0);
    before = out[0];
  }
}

TEST_CASE("what checkpoint keeps goes: graphs, their function, and what it wrote") {
  const NodesComeBack check;
  for (int i = 0; i < 3; ++i) {
    const Variable x = leaf({1, 2}, {2});
    Variable w = leaf({3, 4}, {2});
    Variable state = tensor<double>({1}, {});
    const Variable y = sum(checkpoint(Block([&](const Variable& v) {
                                        state.set_array((state * 2.0).array());
                                        return exp(v * w) * state;
                                      }),
                                      x));
    backward(y, {.create_graph = true});
    CHECK(w.grad().requires_grad());
  }
}
