// SPDX-License-Identifier: BSD-3-Clause
// Autoencoders: the terms of their losses against closed forms, differences and sampling, and what a round does.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/models/vae/vae.h>
#include <xgrad/models/vae/vae_gan.h>
#include <xgrad/nn/linear.h>
#include <xgrad/optim/adam.h>

#include "gan_fixture.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;
using doctest::Approx;

namespace {

Variable doubles(std::vector<double> values, const Shape& shape) { return tensor(values, shape); }

std::shared_ptr<Autoencoder> linear_autoencoder(std::int64_t pixels, std::int64_t latent, Generator& random) {
  auto made = std::make_shared<Autoencoder>(std::make_shared<nn::Linear>(nn::Linear(pixels, 2 * latent, {}, random)),
                                            std::make_shared<nn::Linear>(nn::Linear(latent, pixels, {}, random)));
  made->to(DType::float64);
  return made;
}

}  // namespace

TEST_CASE("vae: the divergence from the prior is the published one") {
  const double l = std::log(4.0);  // sigma = 2
  CHECK(divergence_from_prior({doubles({1}, {1, 1}), doubles({l}, {1, 1})}).item() ==
        Approx(2.0 - std::numbers::ln2).epsilon(tolerance::printed_figure));  // 1.306853
  // Sums over z, a mean over samples; nothing at the prior itself.
  CHECK(divergence_from_prior({doubles({1, 1, 0, 0}, {2, 2}), doubles({l, l, 0, 0}, {2, 2})}).item() ==
        Approx(2.0 - std::numbers::ln2).epsilon(tolerance::printed_figure));
  // E log(q / p) over draws of q, of independent definition.
  Generator random(3);
  const std::int64_t n = 400000;
  const Variable mean = full({n, 1}, 0.7, DType::float64);
  const Variable log_variance = full({n, 1}, std::log(0.3), DType::float64);
  const Posterior q{mean, log_variance};
  const Variable z = q.draw(random);
  const Variable log_ratio = 0.5 * (square(z) - square(z - mean) / exp(log_variance) - log_variance);
  const double error = 5.0 * stddev(log_ratio).item() / std::sqrt(static_cast<double>(n));
  CHECK(std::abs(xgrad::mean(log_ratio).item() - divergence_from_prior(q).item()) < error);
}

TEST_CASE("vae: the reconstruction term is the normal log-likelihood without its constant") {
  const Variable x = doubles({1, 0, -1, 0.5}, {2, 2});
  const Variable mean = doubles({0, 0, 1, 0}, {2, 2});
  CHECK(gaussian_reconstruction(x, mean, 0.5).item() == Approx((1.0 + 4.0 + 0.25) / (2 * 0.25) / 2));
  CHECK_THROWS_AS(gaussian_reconstruction(x, doubles({1, 2}, {2, 1}), 1.0), ShapeError);
}

TEST_CASE("vae: the gradient goes through a draw to mean and variance, to second order") {
  const auto loss = [](const Variables& v) {
    Generator random(5);  // the same noise at every call
    const Posterior q{v[0], v[1]};
    return gaussian_reconstruction(v[2], tanh(q.draw(random)), 0.7) + divergence_from_prior(q);
  };
  Generator random(6);
  const auto draw = [&] { return normal({3, 2}, 0.0, 1.0, DType::float64, random); };
  const Variables at = {draw(), draw(), draw()};
  for (Variable x : at) x.requires_grad_();
  const GradcheckResult result =
      gradcheck(std::function<Variable(const Variables&)>(loss), at,
                {.order = 2, .atol = tolerance::differences, .rtol = tolerance::differences});
  CHECK_MESSAGE(result.ok, result.message);
}

TEST_CASE("vae: of a linear decoder in one dimension, training finds the exact posterior") {
  // x ~ N(0, 1.25), p(z) = N(0, 1), p(x | z) = N(w z, 1/4) with w = 1 held fixed: then
  // p(z | x) = N(x w / (w^2 + 1/4), (1/4) / (w^2 + 1/4)) = N(0.8 x, 0.2).
  Generator random(8);
  auto autoencoder = linear_autoencoder(1, 1, random);
  Variables encoder;
  for (auto& [name, parameter] : autoencoder->named_parameters()) {
    if (name.starts_with("encoder")) encoder.push_back(parameter);
    if (name == "decoder.weight") parameter.set_array(Array::full({1, 1}, 1.0, DType::float64));
    if (name == "decoder.bias") parameter.set_array(Array::full({1}, 0.0, DType::float64));
  }
  Generator data(9);
  Generator noise(10);
  optim::Adam adam(encoder, {.lr = 0.01});
  for (int i = 0; i < 2000; ++i) {
    if (i == 1500) adam.set_lr(0.001);
    const Variable x = normal({256, 1}, 0.0, std::sqrt(1.25), DType::float64, data);
    const Posterior q = autoencoder->encode(x);
    const Variable loss = gaussian_reconstruction(x, (*autoencoder)(q.draw(noise)), 0.5) + divergence_from_prior(q);
    adam.step(grad(loss, encoder));
  }
  const Posterior q = autoencoder->encode(doubles({-2, 0, 2}, {3, 1}));
  for (int i = 0; i < 3; ++i) {
    CHECK(std::abs(q.mean.array().to_vector<double>()[i] - 0.8 * (2 * i - 2)) < 0.02);
    CHECK(std::abs(std::exp(q.log_variance.array().to_vector<double>()[i]) - 0.2) < 0.02);
  }
}

TEST_CASE("vae: a round moves encoder and decoder by one batch, and tells the terms of its loss") {
  Preset preset = find_preset("vae");
  preset.family = Vae{.kl = 3.0, .deviation = 0.5};
  Data data;
  const auto learner = tests::make_learner(preset, data);
  const StateDict before = learner->save().section("E");
  const RoundReport report = learner->step();
  CHECK(data.batches == 1);
  CHECK(report.at("loss") == Approx(report.at("reconstruction") + 3.0 * report.at("kl")).epsilon(1e-6));
  const StateDict after = learner->save().section("E");
  for (std::size_t i = 0; i < before.size(); ++i) {
    CAPTURE(before[i].first);
    CHECK(before[i].second.to_vector<double>() != after[i].second.to_vector<double>());
  }
}

TEST_CASE("vae: a sampler draws from noise and shows originals over reconstructions, on every network") {
  for (const NetworkSpec& spec : network_table()) {
    CAPTURE(spec.name);
    Preset preset = find_preset("vae");
    preset.network = spec.name;
    Data data;
    const auto learner = tests::make_learner(preset, data);
    learner->step();
    const auto sampler = tests::make_sampler(preset, *learner);
    const Variable x = data.source()().x;
    CHECK(generate(*sampler, normal({5, spec.latent})).size(0) == 5);
    const Variables rows = dynamic_cast<Demonstrator&>(*sampler).demonstrate({x});
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].array().to_vector<double>() == x.array().to_vector<double>());
    CHECK(rows[1].shape() == x.shape());
  }
}

TEST_CASE("vae-gan: each player descends its own loss, and the reconstruction does not reach D") {
  const auto after = [](double kl, double features, RoundReport& report) {
    Preset preset = find_preset("vae-gan");
    preset.family = VaeGan{.kl = kl, .features = features};
    preset.optimizer = {.kind = OptimizerSpec::Kind::sgd, .lr = 0.1};
    Data data;
    const auto learner = tests::make_learner(preset, data);
    const Checkpoint before = learner->save();
    report = learner->step();
    CHECK(data.batches == 1);
    const Checkpoint now = learner->save();
    for (const char* player : {"E", "G", "D"}) CHECK(values(now.section(player)) != values(before.section(player)));
    return now;
  };
  RoundReport plain;
  RoundReport report;
  const Checkpoint one = after(1, 1, plain);
  const Checkpoint weighted = after(1, 7, report);
  CHECK(values(one.section("D")) == values(weighted.section("D")));
  CHECK(values(one.section("E")) == values(weighted.section("E")));
  CHECK(values(one.section("G")) != values(weighted.section("G")));
  CHECK(report.at("g_loss") - plain.at("g_loss") == Approx(6 * report.at("reconstruction")).epsilon(1e-4));
  const Checkpoint narrow = after(3, 1, report);
  CHECK(values(one.section("D")) == values(narrow.section("D")));
  CHECK(values(one.section("G")) == values(narrow.section("G")));
  CHECK(values(one.section("E")) != values(narrow.section("E")));
  CHECK(report.at("e_loss") == Approx(report.at("reconstruction") + 3 * report.at("kl")).epsilon(1e-5));
}

TEST_CASE("vae-gan: features are what the score is taken of") {
  const Preset& preset = find_preset("vae-gan");
  Generator random(2);
  const Networks nets = make_networks(preset, small_format(DataKind::images), random);
  const auto& d = dynamic_cast<const nn::Sequential&>(*nets.discriminator);
  const Variable x = normal({3, side * side}, 0.0, 1.0, DType::float32, random);
  const Variable score = d[d.size() - 1](features_of(d, x));
  CHECK(score.array().to_vector<double>() == (*nets.discriminator)(x).array().to_vector<double>());
}
