// SPDX-License-Identifier: BSD-3-Clause
// Steps that are recorded once and replayed: bit for bit what the eager step does, or a CompileError that says why not.
#include <xgrad/autograd/compile.h>

#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <memory>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/op.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

using namespace xgrad;

namespace {

bool same_bits(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.nbytes()) == 0;
}

/// A step and everything that it changes.
struct Study {
  Compiled::Function step;
  std::function<Variables()> state;
};

/// Runs twins, one eagerly and one compiled, on the same inputs, and compares results and state after each call.
void check_replay(const std::function<Study()>& make, const std::function<Variables(int call)>& inputs, int calls = 5) {
  manual_seed(7);
  const Study eager = make();
  const Generator::State start = default_generator().state();
  manual_seed(7);
  const Study twin = make();
  Compiled compiled = compile(twin.step);
  Generator::State of_eager = start, of_twin = start;
  for (int call = 0; call < calls; ++call) {
    CAPTURE(call);
    const Variables in = inputs(call);
    default_generator().set_state(of_eager);
    const Variables expected = eager.step(in);
    of_eager = default_generator().state();
    default_generator().set_state(of_twin);
    const Variables got = compiled(in);
    of_twin = default_generator().state();
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(same_bits(got[i].array(), expected[i].array()));
    const Variables a = eager.state(), b = twin.state();
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(same_bits(a[i].array(), b[i].array()));
    CHECK(of_eager == of_twin);
  }
}

Variables state_of(const nn::Module& m) {
  Variables all;
  for (const auto& [name, value] : m.state_dict()) all.push_back(Variable(value));
  return all;
}

Variable batch(const Shape& shape, int call, std::uint64_t stream = 0) {
  Generator g = Generator(static_cast<std::uint64_t>(call)).split(stream);
  return normal(shape, 0.0, 1.0, DType::float32, g);
}

struct Gan {
  Gan(nn::Sequential generator, nn::Sequential critic)
      : g(std::move(generator)),
        d(std::move(critic)),
        of_g(g.parameters(), {.lr = 2e-3, .betas = {0.5, 0.999}}),
        of_d(d.parameters(), {.lr = 2e-3, .betas = {0.5, 0.999}}) {}
  nn::Sequential g, d;
  optim::Adam of_g, of_d;

  Variables state() const {
    Variables all = state_of(g);
    for (const Variable& v : state_of(d)) all.push_back(v);
    for (const optim::Optimizer* o :
         {static_cast<const optim::Optimizer*>(&of_g), static_cast<const optim::Optimizer*>(&of_d)}) {
      for (const auto& [name, value] : o->state_dict()) all.push_back(Variable(value));
    }
    return all;
  }
};

std::shared_ptr<Gan> mlp_gan() {
  return std::make_shared<Gan>(nn::Sequential{nn::Linear(5, 16), nn::LeakyReLU(0.2), nn::Linear(16, 12), nn::Tanh()},
                               nn::Sequential{nn::Linear(12, 16), nn::LeakyReLU(0.2), nn::Linear(16, 1)});
}

Study plain_gan() {
  const auto gan = mlp_gan();
  return {[gan](const Variables& in) {
            const Variable fake = gan->g(in[1]);
            const Variable of_d = nn::bce_with_logits(gan->d(in[0]), 1) + nn::bce_with_logits(gan->d(fake.detach()), 0);
            gan->of_d.step(grad(of_d, gan->d.parameters()));
            const Variable of_g = nn::bce_with_logits(gan->d(fake), 1);
            gan->of_g.step(grad(of_g, gan->g.parameters()));
            return Variables{of_d, of_g};
          },
          [gan] { return gan->state(); }};
}

Study gradient_penalty() {
  const auto gan = mlp_gan();
  return {[gan](const Variables& in) {
            const Variable fake = gan->g(in[1]);
            const Variable constant = fake.detach();
            const Variable e = uniform({in[0].size(0), 1});
            const Variable mixed = (e * in[0] + (1 - e) * constant).requires_grad_();
            const Variable slope = grad(sum(gan->d(mixed)), mixed, {.create_graph = true});
            const Variable penalty = mean(square(norm(slope, {1}, false, 1e-12) - 1));
            const Variable of_d = mean(gan->d(constant)) - mean(gan->d(in[0])) + 10 * penalty;
            gan->of_d.step(grad(of_d, gan->d.parameters()));
            const Variable of_g = -mean(gan->d(fake));
            gan->of_g.step(grad(of_g, gan->g.parameters()));
            return Variables{of_d, of_g, penalty};
          },
          [gan] { return gan->state(); }};
}

Variables gan_inputs(int call) { return {batch({6, 12}, call), batch({6, 5}, call, 1)}; }

}  // namespace

TEST_CASE("compile: a GAN step is replayed bit for bit") { check_replay(plain_gan, gan_inputs); }

TEST_CASE("compile: a gradient penalty, its draws included, is replayed bit for bit") {
  check_replay(gradient_penalty, gan_inputs);
}

TEST_CASE("compile: new shapes are recorded anew, known ones replayed") {
  check_replay(plain_gan, [](int call) {
    const std::int64_t n = call % 2 == 0 ? 6 : 3;
    return Variables{batch({n, 12}, call), batch({n, 5}, call, 1)};
  });
  const Study study = plain_gan();
  Compiled step = compile(study.step);
  CHECK(step.reports().empty());
  for (int call = 0; call < 4; ++call) step({batch({2 + call % 2, 12}, call), batch({2 + call % 2, 5}, call, 1)});
  CHECK(step.reports().size() == 2);
}

TEST_CASE("compile: convolutions, batch statistics, dropout and spectral norm") {
  check_replay(
      [] {
        const auto gan = std::make_shared<Gan>(
            nn::Sequential{nn::Linear(5, 4 * 3 * 3), nn::Unflatten({4, 3, 3}), nn::BatchNorm2d(4), nn::ReLU(),
                           nn::ConvTranspose2d(4, 1, 4, {.stride = 2, .padding = 1}), nn::Tanh()},
            nn::Sequential{nn::spectral_norm(nn::Conv2d(1, 4, 4, {.stride = 2, .padding = 1})),
                           nn::InstanceNorm2d(4, {.affine = true, .track_running_stats = true}), nn::LeakyReLU(0.2),
                           nn::Dropout(0.3), nn::Flatten(), nn::Linear(36, 1)});
        return Study{[gan](const Variables& in) {
                       const Variable fake = gan->g(in[1]);
                       const Variable of_d =
                           nn::bce_with_logits(gan->d(in[0]), 1) + nn::bce_with_logits(gan->d(fake.detach()), 0);
                       gan->of_d.step(grad(of_d, gan->d.parameters()));
                       const Variable of_g = nn::bce_with_logits(gan->d(fake), 1);
                       gan->of_g.step(grad(of_g, gan->g.parameters()));
                       return Variables{of_d, of_g};
                     },
                     [gan] { return gan->state(); }};
      },
      [](int call) {
        return Variables{batch({6, 1, 6, 6}, call), batch({6, 5}, call, 1)};
      });
}

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

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Variable leaf(const Shape& shape, int seed) { return batch(shape, seed).requires_grad_(); }

}  // namespace

TEST_CASE("compile: the PyTorch way, gradients stored in the leaves") {
  check_replay(
      [] {
        const auto net = std::make_shared<nn::Sequential>(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 1));
        const auto sgd = std::make_shared<optim::SGD>(net->parameters(), optim::SGDOptions{.lr = 0.1, .momentum = 0.9});
        return Study{[net, sgd](const Variables& in) {
                       sgd->zero_grad();
                       for (const Variable& x : in) backward(mean(square((*net)(x))));
                       sgd->step();
                       return Variables{};
                     },
                     [net] {
                       Variables all = state_of(*net);
                       for (const Variable& p : net->parameters()) {
                         if (p.grad().defined()) all.push_back(p.grad());
                       }
                       return all;
                     }};
      },
      [](int call) {
        return Variables{batch({5, 3}, call), batch({4, 3}, call, 1)};
      });
}

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

TEST_CASE("compile: a value read after its Variable's update is the old one") {
  check_replay(
      [] {
        const auto w = std::make_shared<Variable>(leaf({4}, 3));
        const auto sgd = std::make_shared<optim::SGD>(Variables{*w}, optim::SGDOptions{.lr = 0.1});
        return Study{[w, sgd](const Variables& in) {
                       const Variable before = w->detach();
                       const Variable flat = reshape(before, {2, 2});
                       sgd->step(grad(sum(square(*w * in[0])), Variables{*w}));
                       return Variables{*w - before, sum(flat, {0}), before};
                     },
                     [w] { return Variables{*w}; }};
      },
      [](int call) { return Variables{batch({4}, call)}; });
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

TEST_CASE("compile: random streams go on as in eager mode, checkpointed draws too") {
  check_replay(
      [] {
        const auto w = std::make_shared<Variable>(leaf({4}, 7));
        return Study{[w](const Variables& in) {
                       const Variable y = checkpoint(
                           [&](const Variables& x) { return Variables{x[0] * normal({4}) * *w}; }, {in[0] * *w})[0];
                       const Variable order = permutation(4);
                       const Variable g = grad(sum(y * bernoulli({4}, 0.5)), *w);
                       return Variables{y, g, order, uniform({2})};
                     },
                     [w] { return Variables{*w}; }};
      },
      [](int call) { return Variables{batch({4}, call)}; });
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

TEST_CASE("compile: derivatives of any order, hvp and jacobians are steps like others") {
  check_replay(
      [] {
        const auto w = std::make_shared<Variable>(leaf({3}, 9));
        return Study{[w](const Variables& in) {
                       const auto f = [&](const Variable& x) { return sum(tanh(x * in[0]) * square(x)); };
                       Variables all{hvp(f, *w, in[0]).second, hessian(f, *w)};
                       Variable g = f(*w);
                       for (int order = 0; order < 3; ++order) g = sum(grad(g, *w, {.create_graph = true}));
                       all.push_back(g);
                       return all;
                     },
                     [w] { return Variables{*w}; }};
      },
      [](int call) { return Variables{batch({3}, call)}; });
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

TEST_CASE("compile: replays ask for no memory and leave nothing behind") {
  const Study study = gradient_penalty();
  Compiled step = compile(study.step);
  const Variables in = gan_inputs(0);
  for (int call = 0; call < 3; ++call) step(in);
  const auto nodes = detail::Node::live_count();
  const auto before = memory::statistics();
  for (int call = 0; call < 10; ++call) step(in);
  CHECK(detail::Node::live_count() == nodes);
  CHECK(memory::statistics().bytes_in_use == before.bytes_in_use);
  if (memory::pooled()) CHECK(memory::statistics().system_requests == before.system_requests);
  const CompileReport r = step.reports()[0];
  CHECK(r.bytes_planned < r.bytes_recorded / 2);
  CHECK(r.replayed < r.recorded);
}

namespace {

/// An op of a user's, whose kernel gives an array of its own instead of writing to the one it is given.
Variable doubled(const Variable& x) {
  static constexpr OpDef<> op{.name = "doubled",
                              .infer = [](const char*, const NoAttrs&, Operands in) -> Spec {
                                return {in[0].shape(), in[0].dtype()};
                              },
                              .run =
                                  [](const NoAttrs&, Operands in, Array& out) {
                                    Array y(out.shape(), out.dtype());
                                    for (std::int64_t i = 0; i < y.size(); ++i) {
                                      y.mutable_data<float>()[i] = 2.0F * in[0].data<float>()[i];
                                    }
                                    out = y;
                                  },
                              .rule = [](const Op<>&, const Variable& g, std::size_t) { return doubled(g); }};
  return apply(op, x);
}

}  // namespace

TEST_CASE("compile: ops and functions from outside the library") {
  const CustomFunction cube{.name = "cube",
                            .forward = [](const Variables& in) { return Variables{in[0] * in[0] * in[0]}; },
                            .rule = [](const CustomContext& ctx,
                                       const Variables& g) { return Variables{g[0] * 3.0 * square(ctx.input(0))}; }};
  check_replay(
      [cube] {
        const auto w = std::make_shared<Variable>(leaf({4}, 26));
        return Study{[w, cube](const Variables& in) {
                       const Variable y = doubled(reshape(doubled(*w * in[0]), {2, 2})) + 1.0;
                       const Variable z = apply(cube, {*w})[0];
                       return Variables{y, grad(sum(y) + sum(z), *w), doubled(in[0])};
                     },
                     [w] { return Variables{*w}; }};
      },
      [](int call) { return Variables{batch({4}, call)}; });
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
    CHECK(contains(refusal([&](const Variables& in) {
                     Variables g{in[0] * w.detach()};
                     optim::clip_norm_(g, 1.0);
                     return g;
                   }),
                   "by host code"));
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
                     const Variable a = normal({2, 3});
                     manual_seed(4);
                     return Variables{in[0] + a + normal({2, 3})};
                   }),
                   "set anew"));
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
