// SPDX-License-Identifier: BSD-3-Clause
// Whole training steps of DCGAN and of the convolutional WGAN-GP against PyTorch, and the trainer's against these.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/benchmarks/streams.h>
#include <xgrad/models/trainer.h>
#include <xgrad/nn/nn.h>

#include "pytorch_fixture.h"

using namespace xgrad;
using xgrad::testing::difference;
using xgrad::testing::PyTorchFixture;

namespace {

// As in make_step_fixtures.py.
constexpr std::int64_t batch = 5, latent = 7, side = 12, quarter = side / 4, few = 5, many = 6;
constexpr int n_steps = 2;
constexpr nn::ConvOptions halving{.stride = 2, .padding = 1};

std::shared_ptr<nn::Module> generator() {
  return std::make_shared<nn::Sequential>(nn::Linear(latent, many * quarter * quarter),
                                          nn::Unflatten({many, quarter, quarter}), nn::BatchNorm2d(many), nn::ReLU(),
                                          nn::ConvTranspose2d(many, few, 4, halving), nn::BatchNorm2d(few), nn::ReLU(),
                                          nn::ConvTranspose2d(few, 1, 4, halving), nn::Tanh());
}

std::shared_ptr<nn::Module> discriminator(bool batch_norm) {
  auto net = std::make_shared<nn::Sequential>(nn::Conv2d(1, few, 4, halving), nn::LeakyReLU(0.2),
                                              nn::Conv2d(few, many, 4, halving));
  if (batch_norm) net->append(nn::BatchNorm2d(many));
  net->append(nn::LeakyReLU(0.2));
  net->append(nn::Flatten());
  net->append(nn::Linear(many * quarter * quarter, 1));
  return net;
}

Variable values(std::uint64_t stream, double scale, const Shape& shape) {
  std::vector<double> v(static_cast<std::size_t>(shape.numel()));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = scale * static_cast<double>(bench::u11(stream, i));
  return tensor(v, shape);
}

/// In float64; the j-th parameter from stream base + j, those of batch normalisation at their defaults.
std::shared_ptr<nn::Module> initialised(std::shared_ptr<nn::Module> net, std::uint64_t base) {
  net->to(DType::float64);
  double scale = 1.0;
  for (auto& [name, parameter] : net->named_parameters()) {
    const bool is_weight = name.ends_with("weight");
    const bool normalises = parameter.rank() == 1 && is_weight;
    if (is_weight)
      scale = normalises ? 0.0 : 1.0 / std::sqrt(static_cast<double>(parameter.size() / parameter.size(0)));
    if (scale > 0.0) parameter.set_array(values(base, scale, parameter.shape()).array());
    ++base;
  }
  return net;
}

/// What one step draws.
struct Draws {
  Variable real, z, mixing;  ///< mixing: the weight of the real sample in each interpolated one
};

/// Those of the fixture's step k.
Draws formula_draws(std::uint64_t k) {
  const auto streams = [k](std::uint64_t base) { return base + k; };
  const Shape one_per_sample{batch, 1, 1, 1};
  return {.real = values(streams(bench::streams::data), 1.0, {batch, 1, side, side}),
          .z = values(streams(bench::streams::noise), std::sqrt(3.0), {batch, latent}),
          .mixing = 0.5 * values(streams(bench::streams::mixing), 1.0, one_per_sample) + 0.5};
}

/// What one step yields.
struct Yield {
  Variable d_loss, g_loss, penalty;
  Variables d_gradients, g_gradients;
};

/// A game, its steps written out in public functions.
class Game {
 public:
  explicit Game(const std::string& preset_name)
      : preset(models::find_preset(preset_name)),
        g(initialised(generator(), bench::streams::generator)),
        d(initialised(discriminator(!preset.penalty), bench::streams::critic)) {
    preset.schedule = models::alternating();
    if (preset.penalty) preset.optimizer = {.lr = 1e-4, .beta1 = 0.0, .beta2 = 0.9};
    d_optimizer = preset.optimizer.make(d->parameters());
    g_optimizer = preset.optimizer.make(g->parameters());
  }

  Yield step(const Draws& draws) {
    Yield y;
    const Variable fake = (*g)(draws.z);
    const Variable constant_fake = fake.detach();
    const Variable r = (*d)(draws.real);
    y.d_loss = preset.objective.d_loss(r, (*d)(constant_fake));
    if (preset.penalty) {
      const Variable mixed = draws.mixing * draws.real + (1.0 - draws.mixing) * constant_fake;
      const Variable at = mixed.detach().requires_grad_();
      y.penalty = models::unit_norm_penalty((*d)(at), at);
      y.d_loss = y.d_loss + preset.penalty->weight * y.penalty;
    }
    y.d_gradients = grad(y.d_loss, d->parameters());
    d_optimizer->step(y.d_gradients);
    y.g_loss = preset.objective.g_loss(Variable(), (*d)(fake));
    y.g_gradients = grad(y.g_loss, g->parameters());
    g_optimizer->step(y.g_gradients);
    return y;
  }

  /// Parameters, buffers and moments by the fixture's names.
  StateDict state() const {
    StateDict all;
    const auto add = [&](const std::string& prefix, const StateDict& state) {
      for (const auto& [name, array] : state) all.emplace_back(prefix + name, array);
    };
    add("G.", g->state_dict());
    add("D.", d->state_dict());
    add("optG.", g_optimizer->state_dict());
    add("optD.", d_optimizer->state_dict());
    return all;
  }

  models::Preset preset;
  std::shared_ptr<nn::Module> g, d;
  std::unique_ptr<optim::Optimizer> g_optimizer, d_optimizer;
};

/// Holds values against one game of the fixture, and counts them.
class Against {
 public:
  explicit Against(std::string game) : game_(std::move(game)) {}

  void check(const std::string& name, const Array& got) {
    ++checked_;
    REQUIRE_MESSAGE(file().has(game_ + name), game_, name);
    const std::string wrong = difference(got, file()[game_ + name], tolerance::pytorch_step);
    CHECK_MESSAGE(wrong.empty(), game_, name, ": ", wrong);
  }
  void check(const std::string& prefix, const nn::Module& net, const Variables& gradients) {
    const auto named = net.named_parameters();
    REQUIRE(named.size() == gradients.size());
    for (std::size_t i = 0; i < named.size(); ++i) check(prefix + named[i].first, gradients[i].array());
  }
  /// Nothing in the fixture was left out.
  void check_all_seen() const { CHECK(checked_ == file().count(game_)); }

 private:
  static const PyTorchFixture& file() {
    static const PyTorchFixture fixture("steps.safetensors");
    return fixture;
  }

  std::string game_;
  std::size_t checked_ = 0;
};

void play_against_pytorch(const std::string& preset) {
  Game game(preset);
  Against pytorch(preset + "/");
  for (int k = 0; k < n_steps; ++k) {
    const std::string step = std::to_string(k) + "/";
    const Yield y = game.step(formula_draws(static_cast<std::uint64_t>(k)));
    pytorch.check(step + "d_loss", y.d_loss.array());
    pytorch.check(step + "g_loss", y.g_loss.array());
    if (y.penalty.defined()) pytorch.check(step + "penalty", y.penalty.array());
    pytorch.check(step + "D.", *game.d, y.d_gradients);
    pytorch.check(step + "G.", *game.g, y.g_gradients);
  }
  for (const auto& [name, array] : game.state()) {
    if (name.ends_with("lr") || name.ends_with(".step")) continue;  // PyTorch keeps these elsewhere
    pytorch.check("end/" + name, array);
  }
  pytorch.check_all_seen();
}

/// The trainer draws z and mixing weights from its streams; a game fed with the same draws must stay level with it.
void play_against_trainer(const std::string& preset) {
  constexpr std::uint64_t seed = 3;
  Game by_hand(preset);
  Game trained(preset);
  std::uint64_t batches = 0;
  const auto source = [&batches] { return formula_draws(batches++).real; };
  models::Trainer trainer(trained.preset, {.generator = trained.g, .discriminator = trained.d}, latent, source, seed);
  Generator noise = models::stream(seed, models::Stream::noise);
  Generator mixing = models::stream(seed, models::Stream::penalty);
  for (std::uint64_t k = 0; k < n_steps; ++k) {
    const models::RoundReport report = trainer.step();
    const Yield y = by_hand.step({.real = formula_draws(k).real,
                                  .z = normal({batch, latent}, 0.0, 1.0, DType::float64, noise),
                                  .mixing = uniform({batch, 1, 1, 1}, 0.0, 1.0, DType::float64, mixing)});
    CHECK(report.at("d_loss") == y.d_loss.item());
    CHECK(report.at("g_loss") == y.g_loss.item());
  }
  const models::Checkpoint checkpoint = trainer.save();
  for (const auto& entry : by_hand.state()) {
    const std::string& name = entry.first;
    CAPTURE(name);
    const auto dot = name.find('.');
    const StateDict section = checkpoint.section(name.substr(0, dot));
    const Array* trained_value = find(section, name.substr(dot + 1));
    REQUIRE(trained_value != nullptr);
    CHECK(trained_value->to_vector<double>() == entry.second.to_vector<double>());
  }
}

}  // namespace

TEST_CASE("two steps of DCGAN are PyTorch's: losses, gradients, parameters, moments, running statistics") {
  play_against_pytorch("dcgan");
}

TEST_CASE("two steps of the convolutional WGAN-GP are PyTorch's: penalty, losses, gradients, parameters, moments") {
  play_against_pytorch("wgan-gp");
}

TEST_CASE("the trainer takes the steps that are PyTorch's") {
  for (const char* preset : {"dcgan", "wgan-gp"}) play_against_trainer(preset);
}
