// SPDX-License-Identifier: BSD-3-Clause
// Networks that are told labels: where the labels enter, and that a D which ignores them plays the unconditional game.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/engine.h>
#include <xgrad/models/conditioned.h>
#include <xgrad/models/pack.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>

#include "gan_fixture.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;
using doctest::Approx;

namespace {

constexpr std::int64_t classes = 3;

Variable labels_of(const std::vector<std::int64_t>& labels) {
  return one_hot(Variable(Array::from<std::int64_t>(labels, {static_cast<std::int64_t>(labels.size())})), classes,
                 DType::float64);
}

double distance(const Variable& a, const Variable& b) {
  REQUIRE(a.shape() == b.shape());
  double worst = 0;
  for (const double x : (a - b).array().to_vector<double>()) worst = std::max(worst, std::abs(x));
  return worst;
}

Networks networks_of(Preset preset, const std::string& network, Labels labels, std::int64_t pac) {
  preset.network = network;
  preset.labels = labels;
  preset.pac = pac;
  Generator random(5);
  Networks nets = make_networks(preset, {side, side, classes}, random);
  nets.discriminator->to(DType::float64);
  return nets;
}

// The state of a conditioned D that computes what the plain one does: nothing comes from the labels.
StateDict deaf(const StateDict& plain, const StateDict& conditioned) {
  StateDict state;
  std::size_t next = 0;
  for (const auto& [name, value] : conditioned) {
    if (name.starts_with("embed.")) {
      state.emplace_back(name, Array::zeros(value.shape(), value.dtype()));
      continue;
    }
    Variable same(plain[next++].second);
    const std::int64_t more = same.rank() > 1 ? value.shape()[1] - same.size(1) : 0;
    if (more > 0) {
      std::vector<std::pair<std::int64_t, std::int64_t>> amounts(same.rank());
      amounts[1] = {0, more};
      same = pad(same, amounts);
    }
    state.emplace_back(name, same.array());
  }
  REQUIRE(next == plain.size());
  return state;
}

}  // namespace

TEST_CASE("conditioned: a label stands beside features as numbers, beside channels as planes") {
  ConcatCondition net(std::make_shared<nn::Identity>());
  const Variable c = labels_of({2, 0});
  const Variable flat = net.forward(tensor<double>({1, 2, 3, 4}, {2, 2}), c);
  const double loud = std::sqrt(2.0);
  CHECK(flat.array().to_vector<double>() == std::vector<double>{1, 2, 0, 0, loud, 3, 4, loud, 0, 0});
  const Variable image = reshape(arange(8, DType::float64), {2, 1, 2, 2});
  const Variable planar = net.forward(image, c);
  CHECK(planar.shape() == Shape{2, 1 + classes, 2, 2});
  for (const std::int64_t i : {0, 1}) {
    const Variable one = select(planar, 0, i);
    CHECK(distance(select(one, 0, 0), select(select(image, 0, i), 0, 0)) == 0);
    for (std::int64_t k = 0; k < classes; ++k) {
      CHECK(distance(select(one, 0, 1 + k), full({2, 2}, k == (i == 0 ? 2 : 0), DType::float64)) == 0);
    }
  }
}

TEST_CASE("conditioned: projection is the score and the product with the label's vector") {
  Generator random(2);
  const nn::LinearOptions f64{.dtype = DType::float64};
  const auto score = std::make_shared<nn::Linear>(4, 1, f64, random);
  const auto embed =
      std::make_shared<nn::Linear>(classes, 4, nn::LinearOptions{.bias = false, .dtype = DType::float64}, random);
  ProjectedCondition net(std::make_shared<nn::Tanh>(), score, embed);
  const Variable x = normal({2, 4}, 0, 1, DType::float64, random);
  const std::vector<std::int64_t> labels = {1, 2};
  const auto y = net.forward(x, labels_of(labels)).array().to_vector<double>();
  const auto w = score->weight.array().to_vector<double>();
  const auto v = embed->weight.array().to_vector<double>();
  const auto at = x.array().to_vector<double>();
  for (std::size_t i = 0; i < 2; ++i) {
    double expected = score->bias.item();
    for (std::size_t j = 0; j < 4; ++j) {
      expected += std::tanh(at[4 * i + j]) * (w[j] + v[classes * j + static_cast<std::size_t>(labels[i])]);
    }
    CHECK(y[i] == Approx(expected).epsilon(tolerance::same_formula_float64));
  }
}

TEST_CASE("conditioned: a D that ignores the labels has the unconditional losses and penalties") {
  Generator random(6);
  for (const NetworkSpec& spec : network_table()) {
    if (spec.kind != DataKind::images) continue;
    const Shape shape = spec.layout == PixelLayout::flat ? Shape{4, side * side} : Shape{4, 1, side, side};
    const Variable real = uniform(shape, -1, 1, DType::float64, random);
    const Variable fake = uniform(shape, -1, 1, DType::float64, random);
    for (const Labels labels : {Labels::concat, Labels::projection}) {
      for (const std::int64_t pac : {1, 2}) {
        CAPTURE(spec.name);
        CAPTURE(name_of(labels));
        CAPTURE(pac);
        const Preset preset = find_preset("wgan-gp");
        const auto plain = networks_of(preset, spec.name, Labels::none, pac).discriminator;
        const auto told = networks_of(preset, spec.name, labels, pac).discriminator;
        told->load_state_dict(deaf(plain->state_dict(), told->state_dict()));
        const auto losses = [&](nn::Module& d, const Variable& condition) {
          const Variable x = pack(real, pac).requires_grad_();
          Round round{.discriminator = {}, .real = x, .r = evaluate(d, x, condition), .z = {}, .fake = {}, .f = {}};
          round.f = evaluate(d, pack(fake, pac), condition);
          Generator unused;
          std::vector<double> all = {r1(1)(round, unused).item()};
          for (const Objective& o :
               {non_saturating(), minimax(), lsgan(), wasserstein(), hinge(), relativistic(), relativistic_average()}) {
            all.push_back(o.d_loss(round.r, round.f).item());
            all.push_back(o.g_loss(round.r, round.f).item());
          }
          return all;
        };
        const auto expected = losses(*plain, {});
        const auto actual = losses(*told, pack(labels_of({0, 1, 2, 1}), pac));
        for (std::size_t i = 0; i < expected.size(); ++i) {
          CHECK(actual[i] == Approx(expected[i]).epsilon(tolerance::same_formula_float64));
        }
      }
    }
  }
}

TEST_CASE("conditioned: as made, both players listen to the label") {
  for (const NetworkSpec& spec : network_table()) {
    if (spec.kind != DataKind::images) continue;
    for (const Labels labels : {Labels::concat, Labels::projection}) {
      CAPTURE(spec.name);
      CAPTURE(name_of(labels));
      const Networks nets = networks_of(find_preset("gan"), spec.name, labels, 1);
      nets.generator->to(DType::float64);
      Generator random(3);
      const Variable z = normal({2, spec.latent}, 0, 1, DType::float64, random);
      const Variable a = generate(*nets.generator, z, labels_of({0, 1}));
      CHECK(distance(a, generate(*nets.generator, z, labels_of({0, 2}))) > 0);
      CHECK(distance(evaluate(*nets.discriminator, a, labels_of({0, 1})),
                     evaluate(*nets.discriminator, a, labels_of({2, 1}))) > 0);
    }
  }
}

TEST_CASE("conditioned: labels that are missing, or not asked for, are named") {
  Generator random;
  const Preset cgan = find_preset("cgan");
  CHECK_THROWS_WITH_AS(make_networks(cgan, {side, side}, random), doctest::Contains("the samples have no classes"),
                       ValueError);
  const auto play = [&](const Preset& preset, const Preset& data) {
    Data images;
    images.labels = data.labels != Labels::none;
    Trainer(preset, make_networks(preset, {side, side, classes}, random), 100, images.source(), 1).step();
  };
  CHECK_NOTHROW(play(cgan, cgan));
  CHECK_THROWS_WITH_AS(play(cgan, find_preset("gan")), doctest::Contains("needs a condition"), ValueError);
  CHECK_THROWS_WITH_AS(play(find_preset("gan"), cgan), doctest::Contains("takes no condition"), ValueError);
}
