// SPDX-License-Identifier: BSD-3-Clause
// The examples that headers give in their comments, as they stand there; docs.examples sees that none is missing.
#include <cmath>
#include <filesystem>
#include <iostream>
#include <sstream>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/compile.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/autograd/repeat.h>
#include <xgrad/autograd/substitution.h>
#include <xgrad/nn/nn.h>
#include <xgrad/nn/spectral_norm.h>
#include <xgrad/nn/upsample.h>
#include <xgrad/optim/game/game.h>
#include <xgrad/optim/optim.h>

#include "temporary_folder.h"

using namespace xgrad;

namespace {

/// Keeps what is printed out of the test's output while it lives.
class Printed {
 public:
  Printed() : before_(std::cout.rdbuf(text_.rdbuf())) {}
  ~Printed() { std::cout.rdbuf(before_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

using kernels::Unary;
Variable own_tanh(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "tanh",
      .infer = infer::floating,
      .run = run::unary<Unary::tanh>,
      .uses = {uses::output},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * (1 - square(op.output())); }};
  return apply(op, x);
}

}  // namespace

TEST_CASE("op.h: an op") {
  const Variable x(Array::full({2}, 0.5, DType::float64), true);
  CHECK(own_tanh(x).array().to_vector<double>() == tanh(x).array().to_vector<double>());
}

TEST_CASE("repeat.h: the largest eigenvector") {
  const Variable a = tensor<double>({2, 1, 1, 2}, {2, 2}), v = tensor<double>({1, 0}, {2, 1});
  const Variable one = ones({}, DType::float64);
  // the largest eigenvector of A, until it moves by less than 1e-6
  const Variables found = repeat_while({one, v}, 100, [&](const Variables& state) -> Variables {
    const Variable product = matmul(a, state[1]), y = product / norm(product);
    return {norm(y - state[1]) > 1e-6, y};
  });
  CHECK(found[1].array().to_vector<double>()[0] == doctest::Approx(std::sqrt(0.5)));
}

TEST_CASE("substitution.h: a network as a function of its parameters") {
  using nn::mse_loss;
  nn::Linear net(2, 1);
  const Variable x = ones({3, 2}), y = ones({3, 1});
  auto loss = [&](const Variables& w) {
    SubstitutionGuard guard(net.parameters(), w);
    return mse_loss(net(x), y);
  };
  CHECK(loss({zeros({1, 2}), zeros({1})}).item() == 1.0);
}

TEST_CASE("profiler.h: where the time goes") {
  const Printed printed;
  const tests::TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto train_step = [] { square(ones({2})); };
  Profile profile;
  {
    ProfilerGuard guard(profile);
    train_step();
  }
  std::cout << profile.table();
  profile.chrome_trace("trace.json");  // for chrome://tracing or ui.perfetto.dev
  CHECK(std::filesystem::exists("trace.json"));
  std::filesystem::current_path(before);
  CHECK(printed.text().find("square") != std::string::npos);
}

TEST_CASE("compile.h: a step") {
  using nn::mse_loss;
  const Printed printed;
  nn::Linear net(2, 1);
  optim::Adam adam(net.parameters(), {.lr = 1e-2});
  const Variable x = ones({3, 2}), y = ones({3, 1});
  auto step = xgrad::compile([&](const Variables& in) {
    const Variable loss = mse_loss(net(in[0]), in[1]);
    adam.step(grad(loss, net.parameters()));
    return Variables{loss};
  });
  for (int i = 0; i < 1000; ++i) std::cout << step({x, y})[0].item();
  CHECK(step({x, y})[0].item() < 1e-3);
}

TEST_CASE("spectral_norm.h, upsample.h, module.h: layers") {
  nn::Sequential critic(nn::spectral_norm(nn::Linear(784, 128)), nn::LeakyReLU(0.2));
  CHECK(critic(ones({1, 784})).shape() == Shape{1, 128});
  nn::Upsample twice(2.0);
  nn::Upsample to_28(Extents2d(28, 28), {.mode = nn::UpsampleMode::bilinear});
  CHECK(to_28(twice(ones({1, 1, 7, 7}))).shape() == Shape{1, 1, 28, 28});
  struct Critic : nn::Module {
    nn::Linear& hidden = register_module("hidden", nn::Linear(784, 128));
    nn::Linear& score = register_module("score", nn::Linear(128, 1));
    Variable forward(const Variable& x) override { return score(relu(hidden(x))); }
  };
  Critic own;
  CHECK(own(ones({1, 784})).shape() == Shape{1, 1});
}

TEST_CASE("game.h: two networks as a game") {
  using namespace xgrad::optim;
  nn::Linear generator(2, 3), discriminator(3, 1);
  const Variable z = ones({4, 2}), real = ones({4, 3});
  const auto g_loss = [](const Variable& fake) { return -mean(fake); };
  const auto d_loss = [](const Variable& r, const Variable& f) { return mean(f) - mean(r); };
  Game game = [&](const Variables& x, const Variables& y) -> Losses {
    SubstitutionGuard of_g(generator.parameters(), x), of_d(discriminator.parameters(), y);
    Variable fake = generator(z);
    return {g_loss(discriminator(fake)), d_loss(discriminator(real), discriminator(fake))};
  };
  const Losses losses = game(generator.parameters(), discriminator.parameters());
  CHECK(losses.f.defined());
  CHECK(losses.g.defined());
}
