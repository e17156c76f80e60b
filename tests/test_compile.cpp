// SPDX-License-Identifier: BSD-3-Clause
// Steps that are recorded once and replayed: bit for bit what the eager step does, or a CompileError that says why not.
#include <xgrad/autograd/compile.h>

#include <doctest/doctest.h>

#include <functional>
#include <memory>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/op.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

#include "compile_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

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

TEST_CASE("compile: chains over arrays larger than the caches") {
  struct Case {
    Shape shape, row;
  };
  // An odd size, long rows and rows shorter than a tile: cut, fetched and written differently.
  for (const Case& c : {Case{{4200011}, {4200011}}, Case{{2051, 2064}, {2064}}, Case{{37500, 112}, {112}}}) {
    CAPTURE(to_string(c.shape));
    check_replay(
        [&] {
          const auto w = std::make_shared<Variable>(leaf(c.shape, 31));
          return Study{[w](const Variables& in) {
                         const Variable product = in[0] * *w, y = tanh(product + in[1]);
                         return Variables{product, y, grad(sum(y * sigmoid(product)), *w)};
                       },
                       [w] { return Variables{*w}; }};
        },
        [&](int call) {
          return Variables{batch(c.shape, call), batch(c.row, call, 1)};
        },
        2);
  }
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
