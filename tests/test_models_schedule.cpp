// SPDX-License-Identifier: BSD-3-Clause
// Lazy penalties, accumulated gradients, phases and packs against games worked out by hand, and a load that fails.
#include <doctest/doctest.h>

#include <cmath>
#include <tuple>
#include <utility>

#include <xgrad/models/pack.h>
#include <xgrad/nn/linear.h>

#include "gan_fixture.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;
using doctest::Approx;

namespace {

double sigmoid(double t) { return 1 / (1 + std::exp(-t)); }

// Both players of a preset after three rounds of plain descent in float64, a round seeing twelve images in batches of
// 12 / accumulate.
std::vector<double> descended(Preset preset, int accumulate) {
  preset.schedule.accumulate = accumulate;
  preset.optimizer = {.kind = OptimizerSpec::Kind::sgd, .lr = 0.05};
  Generator random(3);
  const Networks nets = make_networks(preset, {side, side}, random);
  nets.generator->to(DType::float64);
  nets.discriminator->to(DType::float64);
  const Variable images = uniform({36 * preset.schedule.d_steps, side * side}, -1, 1, DType::float64, random);
  const std::int64_t batch = 12 / accumulate;
  std::int64_t at = 0;
  const auto source = [&] {
    at += batch;
    return slice(images, 0, at - batch, at);
  };
  Trainer trainer(preset, nets, 100, source, 1);
  for (int i = 0; i < 3; ++i) trainer.step();
  std::vector<double> all = values(nets.generator->state_dict());
  const std::vector<double> rest = values(nets.discriminator->state_dict());
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace

TEST_CASE("schedule: a lazy penalty is paid in every k-th update of D, k times as much") {
  constexpr double gamma = 0.3;
  DiracGan game({.d_steps = 2}, lazy(r1(gamma), 3));
  double psi = -1;
  double theta = 1;
  for (int round = 0; round < 20; ++round) {
    bool due = false;
    for (int i = 0; i < 2; ++i) {
      due = (2 * round + i) % 3 == 0;
      const double penalty = due ? 3 * gamma * psi : 0;  // by psi, of 3 gamma / 2 psi^2
      psi -= 0.1 * (sigmoid(psi * theta) * theta + penalty);
    }
    theta += 0.1 * sigmoid(psi * theta) * psi;
    CHECK(game.trainer.step().has("penalty") == due);
    CHECK(game.d->psi.item() == Approx(psi).epsilon(tolerance::same_formula_float64));
    CHECK(game.g->theta.item() == Approx(theta).epsilon(tolerance::same_formula_float64));
  }
}

TEST_CASE("schedule: accumulating equal batches is one step on all of them together") {
  for (const char* name : {"gan", "hinge", "r1", "atgp", "wgan", "r1-lazy", "gean", "gcdg"}) {
    CAPTURE(name);
    Preset preset = find_preset(name);
    const std::vector<double> whole = descended(preset, 1);
    for (const int k : {2, 3}) {
      const std::vector<double> parts = descended(preset, k);
      double worst = 0;
      for (std::size_t i = 0; i < whole.size(); ++i) worst = std::max(worst, std::abs(parts[i] - whole[i]));
      CHECK(worst < tolerance::same_formula_float64);
    }
  }
}

TEST_CASE(
    "schedule: simultaneous players meet each other's old parameters, with gradients of one batch or of several") {
  for (const int k : {1, 4}) {
    DiracGan game(simultaneous(k));
    for (double psi = -1, theta = 1; game.trainer.steps() < 20;) {
      const double s = sigmoid(psi * theta);
      std::tie(psi, theta) = std::pair(psi - 0.1 * s * theta, theta + 0.1 * s * psi);
      game.trainer.step();
      CHECK(game.d->psi.item() == Approx(psi).epsilon(tolerance::same_formula_float64));
      CHECK(game.g->theta.item() == Approx(theta).epsilon(tolerance::same_formula_float64));
    }
  }
}

TEST_CASE("schedule: an epoch's batches have to be counted by someone") {
  CHECK_THROWS_WITH_AS(DiracGan(simultaneous(whole_epoch)), doctest::Contains("set accumulate to their number"),
                       ValueError);
}

TEST_CASE("schedule: rounds with a pairing, then rounds without, and again") {
  for (const bool literal : {false, true}) {
    constexpr double w = 0.7;
    Preset preset = DiracGan::preset({.phases = {.paired = 3, .standard = 4}});
    preset.pairing = Pairing{.weight = w, .literal = literal};
    DiracGan game(preset);
    double psi = -1;
    double theta = 1;
    for (int round = 0; round < 20; ++round) {
      // r = 0 and f = psi theta: by f, sp(f - r) has the slope s(f), and sp(r - f) the slope -s(-f).
      const double with = round % 7 < 3 ? w : 0;
      const double f = psi * theta;
      psi -= 0.1 * (sigmoid(f) + with * (literal ? -sigmoid(-f) : sigmoid(f))) * theta;
      const double g = psi * theta;
      theta -= 0.1 * (-sigmoid(g) - with * sigmoid(-g)) * psi;
      game.trainer.step();
      CHECK(game.d->psi.item() == Approx(psi).epsilon(tolerance::same_formula_float64));
      CHECK(game.g->theta.item() == Approx(theta).epsilon(tolerance::same_formula_float64));
    }
  }
}

TEST_CASE("schedule: a run resumed inside either phase goes on as if it had never stopped") {
  Preset preset = find_preset("gcdg");
  preset.schedule.phases = {.paired = 3, .standard = 2};
  for (const int stop : {2, 3, 4, 5}) check_resumes(preset, stop, 6);
}

TEST_CASE("schedule: accumulation reports means, and resumes exactly") {
  Preset preset = find_preset("wgan-gp");
  preset.schedule = {.d_steps = 2, .accumulate = 3};
  Data data;
  CHECK(make_trainer(preset, data).step().at("penalty") < 10 * preset.penalty->weight);
  CHECK(data.batches == 6);
  check_resumes(preset, 1, 2);
}

TEST_CASE("packs: consecutive samples lie side by side") {
  const Variable x = reshape(arange(24, DType::float64), {4, 1, 2, 3});
  const Variable packed = pack(x, 2);
  CHECK(packed.shape() == Shape{2, 2, 2, 3});
  for (const std::int64_t i : {0, 1, 2, 3}) {
    const auto sample = select(x, 0, i).array().to_vector<double>();
    CHECK(select(select(packed, 0, i / 2), 0, i % 2).array().to_vector<double>() == sample);
  }
  CHECK(pack(reshape(x, {4, 6}), 4).shape() == Shape{1, 24});
  CHECK_THROWS_WITH_AS(pack(x, 3), doctest::Contains("(4, 1, 2, 3) does not divide into packs of 3"), ShapeError);
}

TEST_CASE("packs: penalties are of the whole pack, for every point") {
  // D(pack) = w . pack: its gradient is w everywhere, over all elements of the pack.
  constexpr std::int64_t features = 4;
  for (const std::int64_t pac : {1, 2, 3}) {
    CAPTURE(pac);
    Generator random(8);
    const auto d = std::make_shared<nn::Linear>(pac * features, 1, nn::LinearOptions{.dtype = DType::float64}, random);
    const auto g = std::make_shared<nn::Linear>(2, features, nn::LinearOptions{.dtype = DType::float64}, random);
    const double norm2 = sum(square(d->weight)).item();
    // D(G(z)) by the z of one member of the pack: its part of w through G's weight.
    const double latent2 = sum(square(matmul(reshape(d->weight, {pac, features}), g->weight))).item();
    const auto penalty_of = [&](const Penalty& penalty) {
      Preset preset = find_preset("gan");
      preset.penalty = penalty;
      preset.pac = pac;
      const auto source = [&] { return normal({12, features}, 0, 1, DType::float64, random); };
      const StateDict before = d->state_dict();
      Trainer trainer(preset, {.generator = g, .discriminator = d}, 2, source, 1);
      const double paid = trainer.step().at("penalty");
      d->load_state_dict(before);
      return paid;
    };
    const StateDict g_before = g->state_dict();
    for (const Penalty& penalty : {r1(3), r2(3)}) {
      CHECK(penalty_of(penalty) == Approx(1.5 * norm2).epsilon(tolerance::same_formula_float64));
    }
    for (const Penalty& penalty : {wgan_gp(10), dragan(10)}) {
      CHECK(penalty_of(penalty) == Approx(10 * std::pow(std::sqrt(norm2) - 1, 2)).epsilon(tolerance::printed_figure));
    }
    g->load_state_dict(g_before);
    CHECK(penalty_of(latent_gradient(2, Penalty::Player::both)) ==
          Approx(2 * latent2).epsilon(tolerance::same_formula_float64));
  }
}

TEST_CASE("packs: every network's D takes them") {
  for (const NetworkSpec& spec : network_table()) {
    CAPTURE(spec.name);
    Preset preset = find_preset("gan");
    preset.network = spec.name;
    preset.pac = 4;
    Data data;
    Trainer trainer = make_trainer(preset, data);
    CHECK(std::isfinite(trainer.step().at("g_loss")));
    preset.pac = 5;
    Data other;
    Trainer uneven = make_trainer(preset, other);
    CHECK_THROWS_WITH_AS(uneven.step(), doctest::Contains("a batch size that is a multiple"), ShapeError);
  }
}

TEST_CASE("trainer: a checkpoint that does not fit changes nothing") {
  Data data;
  Trainer trainer = make_trainer(find_preset("r1-lazy"), data);
  for (int i = 0; i < 3; ++i) trainer.step();
  const Checkpoint good = trainer.save();
  for (int i = 0; i < 2; ++i) trainer.step();
  const std::string before = bytes(trainer.save());

  std::vector<Checkpoint> bad(7, good);
  std::size_t next = 0;
  for (const char* section : {"G.", "D.", "optG.", "optD.", "sample."}) {
    Checkpoint& one = bad[next++];
    for (auto& [name, array] : one.arrays) {
      if (name.starts_with(section)) array = Array::zeros({2, 1});
    }
  }
  bad[next++].state = "{}";
  const auto comma = good.state.find("\"penalty\"");
  bad[next].state.replace(comma, 9, "\"other\"");
  for (const Checkpoint& one : bad) {
    CHECK_THROWS_AS(trainer.load(one), Error);
    CHECK(trainer.steps() == 5);
    CHECK(bytes(trainer.save()) == before);
  }
  trainer.load(good);
  CHECK(bytes(trainer.save()) == bytes(good));
}
