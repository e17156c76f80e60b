// SPDX-License-Identifier: BSD-3-Clause
// Losses with gradient penalties against PyTorch, by hand and through models/: values and parameter gradients, which
// differentiate a gradient.
#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/penalty.h>
#include <xgrad/nn/loss.h>

#include "pytorch_fixture.h"

using namespace xgrad;
using xgrad::testing::difference;
using xgrad::testing::pytorch_tolerance;
using xgrad::testing::PyTorchFixture;

namespace {

using Activation = Variable (*)(const Variable&);

Variable leaky(const Variable& x) { return leaky_relu(x, 0.2); }
Variable identity(const Variable& x) { return x; }

Variable mlp(const Variables& parameters, Variable x, Activation hidden, Activation last) {
  for (std::size_t i = 0; i < parameters.size(); i += 2) {
    x = linear(x, parameters[i], parameters[i + 1]);
    x = i + 2 < parameters.size() ? hidden(x) : last(x);
  }
  return x;
}

/// A small GAN in the state of the fixture, in one precision.
struct Game {
  Game(const std::string& activation, DType dtype)
      : prefix(activation + "/"), precision(dtype), hidden(activation == "tanh" ? Activation(tanh) : leaky) {
    for (const char* net : {"g", "d"}) {
      Variables& parameters = *net == 'g' ? g : d;
      while (file().has(prefix + net + std::to_string(parameters.size()))) {
        parameters.push_back(leaf(net + std::to_string(parameters.size()), true));
      }
    }
    x = leaf("x", true);
    z = leaf("z", true);
    u = leaf("u", false);
    fake = generate(z).detach();
  }

  static const PyTorchFixture& file() {
    static const PyTorchFixture fixture("penalties.safetensors");
    return fixture;
  }
  Variable leaf(const std::string& name, bool requires_grad) const {
    return file().leaf(prefix + name, precision, requires_grad);
  }

  Variable generate(const Variable& noise) const { return mlp(g, noise, leaky, tanh); }
  Variable score(const Variable& data) const { return mlp(d, data, hidden, identity); }
  /// The discriminator's loss without penalty.
  Variable standard_loss() const { return nn::bce_with_logits(score(x), 1) + nn::bce_with_logits(score(fake), 0); }

  /// What models/ sees of the game.
  models::Round round() const {
    const Variable samples = generate(z);
    return {.discriminator = [this](const Variable& data) { return score(data); },
            .real = x,
            .r = score(x),
            .z = z,
            .fake = samples,
            .f = score(samples)};
  }

  /// Holds a penalised loss, and its gradients for its player's parameters, against PyTorch's.
  void check_loss(const std::string& loss, const Variable& value, const Variables& player) const {
    check(loss + "/value", value);
    const Variables gradients = grad({value}, player, {}, {.materialize_zeros = true});
    for (std::size_t i = 0; i < gradients.size(); ++i) check(loss + "/grad" + std::to_string(i), gradients[i]);
  }
  void check(const std::string& name, const Variable& got) const {
    const std::string wrong = difference(got.array(), file()[prefix + name], pytorch_tolerance(precision));
    CHECK_MESSAGE(wrong.empty(), prefix, name, " in ", std::string(name_of(precision)), ": ", wrong);
  }

  std::string prefix;
  DType precision;
  Activation hidden;
  Variables g, d;
  Variable x, z, u, fake;
};

/// grad_at sum(scores), differentiable again.
Variable slope(const Variable& scores, const Variable& at) { return grad(sum(scores), at, {.create_graph = true}); }

Variable mean_square_norm(const Variable& gradient) { return mean(sum(square(gradient), {1})); }

template <class Check>
void for_each_game(Check check) {
  for (DType dtype : {DType::float64, DType::float32}) {
    for (const char* activation : {"leaky_relu", "tanh"}) check(Game(activation, dtype));
  }
}

}  // namespace

TEST_CASE("the WGAN-GP critic's loss and gradients are PyTorch's") {
  for_each_game([](const Game& game) {
    const Variable mixed = (game.u * game.x + (1 - game.u) * game.fake).detach().requires_grad_();
    const Variable by_hand = mean(square(norm(slope(game.score(mixed), mixed), {1}, false, 1e-12) - 1));
    for (const Variable& penalty : {by_hand, models::unit_norm_penalty(game.score(mixed), mixed)}) {
      game.check("wgan-gp/penalty", penalty);
      const Variable wasserstein = mean(game.score(game.fake)) - mean(game.score(game.x));
      game.check_loss("wgan-gp", wasserstein + 10 * penalty, game.d);
    }
  });
}

TEST_CASE("the R1 discriminator's loss and gradients are PyTorch's") {
  for_each_game([](const Game& game) {
    const Variable penalty = mean_square_norm(slope(game.score(game.x), game.x));
    game.check("r1/penalty", penalty);
    game.check_loss("r1", game.standard_loss() + 5 * penalty, game.d);
    game.check_loss("r1", game.standard_loss() + models::r1(10)(game.round(), default_generator()), game.d);
  });
}

TEST_CASE("the generator's loss with a z-gradient penalty and its gradients are PyTorch's") {
  const models::Penalty latent = models::latent_gradient(0.1, models::Penalty::Player::both);
  for_each_game([&](const Game& game) {
    const models::Round round = game.round();
    const Variable penalty = mean_square_norm(slope(round.f, game.z));
    game.check("g-gan/penalty", penalty);
    game.check_loss("g-gan", nn::bce_with_logits(round.f, 1) + 0.1 * penalty, game.g);

    const models::Round again = game.round();
    game.check_loss("g-gan", nn::bce_with_logits(again.f, 1) + latent(again, default_generator()), game.g);
  });
}

TEST_CASE("the discriminator's loss with a z-gradient penalty and its gradients are PyTorch's") {
  const models::Penalty latent = models::latent_gradient(0.1, models::Penalty::Player::both);
  for_each_game([&](const Game& game) {
    const models::Round round = game.round();
    const Variable penalty = mean_square_norm(slope(round.f, game.z));
    game.check("atgp/penalty", penalty);
    game.check_loss("atgp", game.standard_loss() + 0.1 * penalty, game.d);
    game.check_loss("atgp", game.standard_loss() + latent(game.round(), default_generator()), game.d);
  });
}
