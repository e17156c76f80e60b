// SPDX-License-Identifier: BSD-3-Clause
// The trainer of G against D: what a round does, exact resumption, reproducibility and divergence.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/trainer.h>
#include <xgrad/nn/dropout.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/sequential.h>

#include "gan_fixture.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;
using doctest::Approx;

TEST_CASE("trainer: resnet28 resumes exactly, power iterations and batch statistics included") {
  Preset preset = find_preset("sngan");
  preset.network = "resnet28";
  check_resumes(preset, 2, 2);
}

TEST_CASE("trainer: layers that draw random numbers resume too") {
  const auto make = [](Data& data, std::uint64_t seed) {
    Generator random(4);
    Networks nets = make_networks(find_preset("gan"), {side, side}, random);
    nets.discriminator = std::make_shared<nn::Sequential>(
        nn::Linear(side * side, 8, {}, random), nn::Dropout(0.5, Generator(seed)), nn::Linear(8, 1, {}, random));
    return std::make_unique<Trainer>(find_preset("gan"), nets, 100, data.source(), seed);
  };
  check_resumes(make, 3, 3);
}

TEST_CASE("trainer: the seed names the run") {
  for (const char* name : {"gan", "wgan-gp"}) {
    const auto after = [&](std::uint64_t seed) {
      Data data;
      Trainer trainer = make_trainer(find_preset(name), data, seed);
      for (int i = 0; i < 5; ++i) trainer.step();
      return bytes(trainer.save());
    };
    CHECK(after(1) == after(1));
    CHECK(after(1) != after(2));
  }
}

TEST_CASE("trainer: a round takes a batch for each update of D, and moves both players") {
  for (const Preset& preset : gan_presets()) {
    CAPTURE(preset.name);
    Data data;
    Trainer trainer = make_trainer(preset, data);
    const Checkpoint before = trainer.save();
    const RoundReport report = trainer.step();
    CHECK(data.batches == preset.schedule.d_steps * preset.schedule.accumulate);
    CHECK(values(trainer.save().section("D")) != values(before.section("D")));
    CHECK(values(trainer.save().section("G")) != values(before.section("G")));
    CHECK((report.has("penalty") && report.at("penalty") > 0) == preset.penalty.has_value());
  }
}

namespace {

// Scores samples by their sum, and keeps those that it was asked about.
struct Watcher : nn::Module {
  Variable slope = register_parameter("slope", Array::full({1}, 0.1, DType::float32));
  std::vector<Variable> seen;
  Variable forward(const Variable& x) override {
    seen.push_back(x.detach());
    return slope * sum(x, {1}, true);
  }
};

}  // namespace

TEST_CASE("trainer: instance noise is fresh on all that D sees, and fades evenly to nothing") {
  Preset preset = find_preset("gan");
  preset.instance_noise = InstanceNoise{.sd = 2.0, .rounds = 4};
  preset.schedule = simultaneous();
  Generator random(1);
  const auto watcher = std::make_shared<Watcher>();
  const Networks networks{std::make_shared<nn::Sequential>(nn::Linear(3, 50, {}, random)), watcher};
  Trainer trainer(
      preset, networks, 3,
      [] {
        return Samples{full({400, 50}, 5.0)};
      },
      1);
  trainer.set_eager(true);  // what the watcher keeps would not be kept by a replay
  for (int round = 0; round < 6; ++round) {
    watcher->seen.clear();
    trainer.step();
    REQUIRE(watcher->seen.size() == 3);  // real ones, generated ones, and these for G
    const double sd = round < 4 ? 2.0 - 0.5 * round : 0.0;
    CAPTURE(round);
    const Variable on_real = watcher->seen[0] - 5.0;
    CHECK(stddev(on_real).item() == Approx(sd).epsilon(0.03));
    CHECK(std::abs(mean(on_real).item()) <= 0.02 * sd);
    // Twice the same fakes: their noise differs by sqrt(2) sd.
    CHECK(stddev(watcher->seen[2] - watcher->seen[1]).item() == Approx(std::sqrt(2.0) * sd).epsilon(0.03));
  }
}

TEST_CASE("trainer: looking no step ahead is simultaneous descent, with every penalty of D") {
  const Penalty penalties[] = {r1(1.0), r2(1.0), r1_and_r2(1.0), wgan_gp(), dragan()};
  for (std::size_t i = 0; i <= std::size(penalties); ++i) {
    Preset turns = find_preset("gan");
    if (i > 0) turns.penalty = penalties[i - 1];
    turns.schedule = simultaneous();
    Preset method = turns;
    method.method = GameMethod{.kind = GameMethod::Kind::unrolled, .steps = 0};
    Data turns_data;
    Data method_data;
    Trainer a = make_trainer(turns, turns_data);
    Trainer b = make_trainer(method, method_data);
    for (int k = 0; k < 3; ++k) {
      const RoundReport wanted = a.step();
      const RoundReport got = b.step();
      CHECK(got.at("d_loss") == Approx(wanted.at("d_loss")).epsilon(1e-5));
      CHECK(got.at("g_loss") == Approx(wanted.at("g_loss")).epsilon(1e-5));
      CHECK(got.has("penalty") == wanted.has("penalty"));
    }
    const auto wanted = values(a.save().section("G"));
    const auto got = values(b.save().section("G"));
    for (std::size_t k = 0; k < wanted.size(); ++k) CHECK(got[k] == Approx(wanted[k]).epsilon(1e-3));
  }
}

TEST_CASE("trainer: every game method moves both players, and is resumed with what it remembers") {
  using Kind = GameMethod::Kind;
  std::set<std::string> names;
  for (const Kind kind : {Kind::extragradient, Kind::optimistic, Kind::consensus, Kind::symplectic, Kind::unrolled,
                          Kind::linearized, Kind::competitive, Kind::adaptive}) {
    Preset preset = find_preset("gan");
    preset.method = GameMethod{.kind = kind};
    preset.optimizer = {.kind = OptimizerSpec::Kind::sgd, .lr = 1e-3};
    const std::string name = to_string(*preset.method);
    CAPTURE(name);
    names.insert(name);
    Data data;
    Trainer trainer = make_trainer(preset, data);
    const Checkpoint begun = trainer.save();
    for (int i = 0; i < 2; ++i) trainer.step();
    const Checkpoint now = trainer.save();
    CHECK(values(now.section("D")) != values(begun.section("D")));
    CHECK(values(now.section("G")) != values(begun.section("G")));
    check_resumes(preset, 2, 2);
  }
  CHECK(names.size() == 8);
}

TEST_CASE("trainer: the norms it tells are those of the gradients that plain descent took") {
  for (const bool simultaneous : {false, true}) {
    Preset preset = find_preset("r1");
    preset.schedule = {.d_steps = simultaneous ? 1 : 2, .accumulate = 2, .simultaneous = simultaneous};
    preset.optimizer = {.kind = OptimizerSpec::Kind::sgd, .lr = 0.125};
    Data data;
    Trainer trainer = make_trainer(preset, data);
    for (int i = 0; i < 3; ++i) {
      const Checkpoint before = trainer.save();
      const RoundReport report = trainer.step();
      const Checkpoint after = trainer.save();
      const auto moved = [&](const char* player) {
        const auto from = values(before.section(player));
        const auto to = values(after.section(player));
        double total = 0.0;
        for (std::size_t k = 0; k < from.size(); ++k) total += (to[k] - from[k]) * (to[k] - from[k]);
        return std::sqrt(total) / preset.optimizer.lr;
      };
      CHECK(report.at("g_gradient") == Approx(moved("G")).epsilon(1e-4));
      if (simultaneous) CHECK(report.at("d_gradient") == Approx(moved("D")).epsilon(1e-4));
      CHECK(report.at("d_gradient") > 0.0);
      CHECK(report.at("gap") == report.at("d_real") - report.at("d_fake"));
    }
  }
  Data data;
  const RoundReport method = make_trainer(find_preset("acgd"), data).step();
  CHECK(!method.has("d_gradient"));
  CHECK(!method.has("g_gradient"));
}

TEST_CASE("trainer: the slopes it tells are those that the penalty is paid for") {
  for (const char* name : {"r1", "r2", "g-gan", "atgp", "r1-lazy"}) {
    CAPTURE(name);
    const Preset& preset = find_preset(name);
    Data data;
    Trainer trainer = make_trainer(preset, data);
    for (int i = 0; i < 3; ++i) {
      const RoundReport report = trainer.step();
      CHECK(report.has("slope_mean") == report.has("penalty"));
      if (!report.has("slope_mean")) continue;
      // E ||s||^2 = (E ||s||)^2 + var ||s||
      const double half = std::string(name).starts_with("r") ? 0.5 : 1.0;
      const double mean_square = std::pow(report.at("slope_mean"), 2) + std::pow(report.at("slope_sd"), 2);
      CHECK(report.at("penalty") ==
            Approx(preset.penalty->weight * preset.penalty->every * half * mean_square).epsilon(1e-4));
    }
  }
}

TEST_CASE("trainer: D learns at its own rate") {
  const auto moved = [](double d_rate, const char* player) {
    Preset preset = find_preset("gan");
    preset.optimizer = {.kind = OptimizerSpec::Kind::sgd, .lr = 0.125};
    preset.schedule = simultaneous();
    preset.d_rate = d_rate;
    Data data;
    Trainer trainer = make_trainer(preset, data);
    const auto before = values(trainer.save().section(player));
    trainer.step();
    auto change = values(trainer.save().section(player));
    for (std::size_t i = 0; i < change.size(); ++i) change[i] -= before[i];
    return change;
  };
  CHECK(moved(0.25, "G") == moved(1.0, "G"));
  const auto slow = moved(0.25, "D");
  const auto fast = moved(1.0, "D");
  for (std::size_t i = 0; i < slow.size(); ++i) CHECK(4.0 * slow[i] == Approx(fast[i]).epsilon(1e-3).scale(1e-4));
}

TEST_CASE("trainer: a method takes one batch a round") {
  Preset preset = find_preset("unrolled");
  preset.schedule = n_critic(5);
  Data data;
  CHECK_THROWS_WITH_AS(make_trainer(preset, data), doctest::Contains("n_critic and accumulate must be 1"), ValueError);
}

TEST_CASE("trainer: clipped weights stay in their box") {
  Data data;
  Trainer trainer = make_trainer(find_preset("wgan"), data);
  trainer.step();
  double largest = 0;
  for (const double w : values(trainer.save().section("D"))) largest = std::max(largest, std::abs(w));
  CHECK(largest == double{0.01f});
}

TEST_CASE("trainer: the Dirac-GAN spirals out when both move at once and circles when they alternate") {
  const auto dirac_norm = [](const Schedule& schedule) {
    DiracGan game(schedule);
    for (int i = 0; i < 500; ++i) game.trainer.step();
    return std::hypot(game.d->psi.item(), game.g->theta.item());
  };
  CHECK(dirac_norm(simultaneous()) == Approx(2.253578652665).epsilon(tolerance::printed_figure));
  CHECK(dirac_norm(simultaneous(3)) == Approx(2.253578652665).epsilon(tolerance::printed_figure));
  CHECK(dirac_norm(alternating()) == Approx(1.4142724064772971).epsilon(tolerance::printed_figure));
}

TEST_CASE("trainer: lambda 0 leaves the game of the objective alone") {
  Data data;
  Data other;
  Preset r1 = find_preset("r1");
  r1.penalty->weight = 0;
  Trainer with = make_trainer(r1, data);
  Trainer without = make_trainer(find_preset("gan"), other);
  for (int i = 0; i < 3; ++i) with.step(), without.step();
  CHECK(bytes(with.save()) == bytes(without.save()));
}

TEST_CASE("trainer: a loss that is not finite stops before anything has changed") {
  for (const char* name : {"gan", "wgan", "r1"}) {
    CAPTURE(name);
    Data data;
    Preset preset = find_preset(name);
    preset.schedule.d_steps = 1;
    Trainer trainer = make_trainer(preset, data);
    trainer.step();
    const Checkpoint before = trainer.save();
    data.poison = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(trainer.step(), Diverged);
    CHECK(trainer.steps() == 1);
    for (const char* section : {"G", "D", "optG", "optD", "sample"}) {
      CHECK(values(trainer.save().section(section)) == values(before.section(section)));
    }
  }
}

TEST_CASE("trainer: parameters that are not finite are not saved") {
  Data data;
  Preset preset = find_preset("gan");
  Generator random;
  Networks nets = make_networks(preset, {side, side}, random);
  Trainer trainer(preset, nets, 100, data.source(), 1);
  nets.generator->parameters()[1].mutable_array().mutable_data<float>()[0] = INFINITY;
  CHECK_THROWS_WITH_AS(trainer.save(), doctest::Contains("G.0.bias"), Diverged);
}

TEST_CASE("trainer: a preset with a penalty refuses networks that mix samples") {
  struct Mixer : nn::Module {
    Variable forward(const Variable& x) override { return x - mean(x, {0}, true); }
    bool mixes_samples() const override { return true; }
    std::string describe() const override { return "Mixer()"; }
  };
  const auto network = [](bool mixing) -> std::shared_ptr<nn::Module> {
    auto net = std::make_shared<nn::Sequential>(nn::Linear(4, 4));
    if (mixing) net->append(Mixer());
    return net;
  };
  Data data;
  const auto make = [&](const char* preset, bool g, bool d) {
    Trainer(find_preset(preset), {.generator = network(g), .discriminator = network(d)}, 4, data.source(), 1);
  };
  CHECK_THROWS_AS(make("wgan-gp", false, true), ValueError);
  CHECK_THROWS_AS(make("atgp", true, false), ValueError);  // its gradient goes through G
  CHECK_NOTHROW(make("wgan-gp", true, false));
  CHECK_NOTHROW(make("gan", true, true));
}

TEST_CASE("trainer: penalties train convolutional networks, which then leave out batch normalisation") {
  for (const char* name : {"wgan-gp", "r1", "atgp"}) {
    CAPTURE(name);
    Preset preset = find_preset(name);
    preset.network = "dcgan28";
    Data data;
    Trainer trainer = make_trainer(preset, data);
    const Checkpoint before = trainer.save();
    CHECK(trainer.step().at("penalty") > 0);
    CHECK(values(trainer.save().section("D")) != values(before.section("D")));
    CHECK_FALSE(trainer.networks().discriminator->mixes_samples());
    CHECK(trainer.networks().generator->mixes_samples() == (std::string(name) != "atgp"));
  }
}

TEST_CASE("trainer: the moving average follows its formula and forgets its start") {
  nn::Linear net(1, 1);
  const auto set = [&](float w) {
    for (Variable p : net.parameters()) p.set_array(Array::full(p.shape(), w));
  };
  set(1);
  MovingAverage average(net, 0.5);
  set(3);
  double expected = 1;
  for (int n = 1; n <= 30; ++n) {
    average.update(net);
    const double d = std::min(0.5, (1.0 + n) / (10.0 + n));
    expected = d * expected + (1 - d) * 3;
    CHECK(average.values()[0].second.item<double>() == Approx(expected).epsilon(1e-6));
  }
  CHECK_THROWS_AS(MovingAverage(net, 1.0), ValueError);
  CHECK_THROWS_AS(average.load({}, 1), ValueError);
}

TEST_CASE("presets: a misspelt name brings a suggestion") {
  CHECK_THROWS_WITH_AS(find_preset("wgn-gp"), doctest::Contains("did you mean \"wgan-gp\"?"), ValueError);
  CHECK_THROWS_WITH_AS(find_preset("something"), doctest::Contains("there are: gan, gan-minimax"), ValueError);
  CHECK_THROWS_WITH_AS(find_network("mpl"), doctest::Contains("\"mlp\""), ValueError);
}
