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
