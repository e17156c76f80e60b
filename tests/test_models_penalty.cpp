// SPDX-License-Identifier: BSD-3-Clause
// The gradient penalties against closed forms, their invariances, and their smoothness where the gradient vanishes.
#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/penalty.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/sequential.h>

#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using doctest::Approx;

namespace {

Variable leaf(const std::vector<double>& values, const Shape& shape) { return tensor(values, shape, true); }

void check_values(const Variable& v, const std::vector<double>& expected) {
  const auto actual = v.array().to_vector<double>();
  REQUIRE(actual.size() == expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    CHECK(actual[i] == Approx(expected[i]).epsilon(tolerance::printed_figure));
  }
}

// A smooth critic of 6 numbers a sample, with parameters drawn once.
struct Critic {
  Generator random{11};
  Variable w1 = normal({5, 6}, 0, 0.5, DType::float64, random).requires_grad_();
  Variable w2 = normal({1, 5}, 0, 0.5, DType::float64, random).requires_grad_();
  double scale = 1.0;

  Variable operator()(const Variable& x) const {
    return scale * linear(tanh(linear(reshape(x, {x.size(0), -1}), w1)), w2);
  }
};

using Measure = Variable (*)(const Variable&, const Variable&);

double value(Measure measure, const Critic& d, const Variable& samples) {
  const Variable x = samples.detach().requires_grad_();
  return measure(d(x), x).item();
}

Variable samples(std::int64_t n) {
  Generator random(5);
  return normal({n, 2, 3}, 0, 1, DType::float64, random);
}

// Every point of a penalty, by the critic and a linear generator, as the trainer would fill it in.
Round round_of(const Critic& d, const Variable& wg) {
  Round round;
  round.discriminator = d;
  round.real = samples(4).requires_grad_();
  Generator random(6);
  round.z = normal({4, 3}, 0, 1, DType::float64, random).requires_grad_();
  round.fake = reshape(tanh(linear(round.z, wg)), {4, 2, 3});
  round.r = d(round.real);
  round.f = d(round.fake);
  return round;
}

}  // namespace

TEST_CASE("penalties: a quadratic critic, in closed form") {
  const Variable a = leaf({2, 1, 1, 3}, {2, 2});
  const Variable q = leaf({1, -1}, {2});
  const Variable x = leaf({1, 2}, {1, 2});
  const auto d = [&] { return 0.5 * sum(x * matmul(x, a, false, true), {1}) + sum(x * q, {1}); };

  check_values(grad(sum(d()), x), {5, 6});
  const Variable gp = unit_norm_penalty(d(), x);
  CHECK(gp.item() == Approx(46.3795006482).epsilon(tolerance::printed_figure));
  const Variables by = grad(gp, {q, a});
  check_values(by[0], {8.719631201, 10.46355744});
  check_values(by[1], {8.719631201, 13.95140992, 13.95140992, 20.92711488});

  Generator unused;
  const Round round{.discriminator = {}, .real = x, .r = d(), .z = {}, .fake = {}, .f = {}};
  CHECK(r1(1.0)(round, unused).item() == Approx(30.5).epsilon(tolerance::printed_figure));
}

TEST_CASE("penalties: the gradient in z of a generator and a discriminator of one number each") {
  const Variable w = leaf({2}, {1, 1});
  const Variable b = leaf({0.1}, {1});
  const Variable a = leaf({1.5}, {1, 1});
  const Variable c = leaf({-0.2}, {1});
  Round round;
  round.z = leaf({0.5}, {1, 1});
  round.fake = tanh(linear(round.z, w, b));
  round.f = linear(round.fake, a, c);
  Generator unused;
  const Variable p = latent_gradient(1.0, Penalty::Player::both)(round, unused);
  CHECK(p.item() == Approx(1.16123026978).epsilon(tolerance::printed_figure));
  const Variables by = grad(p, {w, b, a, c}, {.materialize_zeros = true});
  check_values(by[0], {-0.697897120216});
  check_values(by[1], {-3.71825478});
  check_values(by[2], {1.54830702638});
  check_values(by[3], {0});
}

TEST_CASE("penalties: scaling D by k scales the square norm by k^2") {
  Critic d;
  const double once = value(square_norm_penalty, d, samples(4));
  d.scale = -3;
  CHECK(value(square_norm_penalty, d, samples(4)) == Approx(9 * once));
}

TEST_CASE("penalties: rotating z together with the generator's first weight changes nothing") {
  const Critic d;
  Generator random(8);
  const Variable wg = normal({6, 3}, 0, 1, DType::float64, random);
  const double t = 0.7;
  const Variable rotation =
      tensor(std::vector<double>{std::cos(t), -std::sin(t), 0, std::sin(t), std::cos(t), 0, 0, 0, 1}, {3, 3});
  const auto penalty = [&](const Variable& z, const Variable& w) {
    const Variable at = z.detach().requires_grad_();
    return square_norm_penalty(d(tanh(linear(at, w))), at).item();
  };
  const Variable z = normal({4, 3}, 0, 1, DType::float64, random);
  CHECK(penalty(matmul(z, rotation), matmul(wg, rotation)) == Approx(penalty(z, wg)));
}

TEST_CASE("penalties: each sample pays for itself alone, and a repeated batch pays the same") {
  const Critic d;
  const Variable x = samples(4);
  for (const Measure measure : {unit_norm_penalty, square_norm_penalty}) {
    double alone = 0;
    for (std::int64_t i = 0; i < 4; ++i) alone += value(measure, d, slice(x, 0, i, i + 1)) / 4;
    CHECK(value(measure, d, x) == Approx(alone));
    CHECK(value(measure, d, concat({x, x, x})) == Approx(alone));
  }
}

TEST_CASE("penalties: the norm runs over all of a sample's elements") {
  const Variable x = leaf(std::vector<double>(12, 0.5), {2, 2, 3});
  CHECK(unit_norm_penalty(sum(x, {1, 2}), x).item() == Approx(std::pow(std::sqrt(6.0) - 1, 2)));
  CHECK(square_norm_penalty(sum(x, {1, 2}), x).item() == Approx(6.0));
}

TEST_CASE("penalties: interpolation draws one weight for each sample") {
  Generator random(3);
  const Variable x = ones({5, 2, 3}, DType::float64);
  const Variable y = zeros({5, 2, 3}, DType::float64);
  const Variable mixed = interpolate(x, y, random);
  CHECK(mixed.requires_grad());
  CHECK(mixed.is_leaf());
  const auto u = mixed.array().to_vector<double>();
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 1; j < 6; ++j) CHECK(u[6 * i + j] == u[6 * i]);
    CHECK(u[6 * i] >= 0);
    CHECK(u[6 * i] < 1);
    for (std::size_t k = 0; k < i; ++k) CHECK(u[6 * i] != u[6 * k]);
  }
}

TEST_CASE("penalties: perturbed points stay half a standard deviation around the data") {
  Generator random(3);
  const Variable x = normal({400, 6}, 2.0, 3.0, DType::float64, random);
  const Variable moved = perturb(x, random);
  const Variable step = moved.detach() - x;
  CHECK(moved.is_leaf());
  CHECK(mean(step).item() == Approx(0.0).epsilon(0.15));
  CHECK(std::sqrt(var(step).item()) == Approx(0.5 * std::sqrt(var(x).item())).epsilon(0.05));
}

TEST_CASE("penalties: finite to second order where the gradient vanishes, and bounded close by") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const Measure measure : {unit_norm_penalty, square_norm_penalty}) {
      for (const double slope : {0.0, 1e-18}) {
        const Variable w = full({1, 6}, slope, dtype).requires_grad_();
        const Variable x = ones({3, 6}, dtype).requires_grad_();
        const Variable p = measure(linear(x, w), x);
        CHECK(p.item() == Approx(measure == unit_norm_penalty ? 1.0 : 0.0).epsilon(1e-5));
        const Variable first = grad(p, w, {.create_graph = true});
        const Variable second = grad(sum(first), w);
        for (const double e : first.array().to_vector<double>()) CHECK(std::abs(e) < 3.0);
        for (const double e : second.array().to_vector<double>()) CHECK(std::abs(e) < 3e7);  // 2 / sqrt(1e-12) and sums
      }
    }
  }
}

TEST_CASE("penalties: every point, by logit and by probability, differentiates to second order") {
  const Critic d;
  Generator random(9);
  const Variable wg = normal({6, 3}, 0, 1, DType::float64, random).requires_grad_();
  const auto both = Penalty::Player::both;
  for (Penalty penalty :
       {wgan_gp(), r1(2), r2(2), r1_and_r2(2), dragan(), latent_gradient(0.1, both), latent_gradient(-0.1, both)}) {
    for (const auto on : {Penalty::On::logit, Penalty::On::probability}) {
      penalty.on = on;
      CAPTURE(penalty.name);
      CAPTURE(static_cast<int>(on));
      const auto of_weights = [&](const Variables& weights) {
        Critic critic;
        critic.w1 = weights[0];
        critic.w2 = weights[1];
        Generator same(21);
        // Interpolated points are constants, wherever the fakes came from.
        const bool constant = penalty.point == Penalty::Point::interpolated;
        return penalty(round_of(critic, constant ? wg.detach() : weights[2]), same);
      };
      const auto result =
          gradcheck(std::function<Variable(const Variables&)>(of_weights), {d.w1, d.w2, wg}, {.order = 2});
      CHECK_MESSAGE(result.ok, result.message);
    }
  }
}

TEST_CASE("penalties: by probability the gradient is that of the sigmoid") {
  const Variable x = leaf({0.3, -0.8}, {2, 1});
  Round round;
  round.real = x;
  round.r = 2.0 * x;
  Penalty penalty = r1(2.0);
  penalty.on = Penalty::On::probability;
  Generator unused;
  double expected = 0;
  for (const double v : {0.6, -1.6}) {
    const double s = 1 / (1 + std::exp(-v));
    expected += std::pow(2 * s * (1 - s), 2) / 2;
  }
  CHECK(penalty(round, unused).item() == Approx(expected));
}

TEST_CASE("penalties: R1 and R2 together are their sum") {
  const Critic d;
  Generator random(9);
  const Variable wg = normal({6, 3}, 0, 1, DType::float64, random).requires_grad_();
  Generator unused;
  const double apart = r1(3)(round_of(d, wg), unused).item() + r2(3)(round_of(d, wg), unused).item();
  CHECK(r1_and_r2(3)(round_of(d, wg), unused).item() == Approx(apart).epsilon(1e-12));
}

TEST_CASE("penalties: a sign rewards instead") {
  const Critic d;
  Generator random(9);
  const Variable wg = normal({6, 3}, 0, 1, DType::float64, random);
  Generator unused;
  const auto g = Penalty::Player::generator;
  const double plus = latent_gradient(0.1, g)(round_of(d, wg), unused).item();
  CHECK(plus > 0);
  CHECK(latent_gradient(-0.1, g)(round_of(d, wg), unused).item() == -plus);
}

TEST_CASE("penalty: the norms beside it are each sample's own, at every point in turn") {
  const Variable w = tensor<double>({3.0, 4.0}, {1, 2});
  const Variable x = tensor<double>({1.0, 0.0, 0.0, 2.0}, {2, 2}).requires_grad_();
  const Variable y = tensor<double>({5.0, 6.0, 7.0, 8.0}, {2, 2}).requires_grad_();
  Round round;
  round.discriminator = [&](const Variable& at) { return linear(0.5 * square(at), w); };  // its gradient: w x
  round.real = x, round.r = round.discriminator(x);
  round.fake = y, round.f = round.discriminator(y);
  Generator random(1);
  Variable norms;
  const double alone = r1_and_r2(2.0)(round, random).item();
  CHECK(r1_and_r2(2.0)(round, random, &norms).item() == alone);
  CHECK(!norms.requires_grad());
  const auto got = norms.array().to_vector<double>();
  const double wanted[] = {3.0, 8.0, std::hypot(15.0, 24.0), std::hypot(21.0, 32.0)};
  REQUIRE(got.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(got[i] == Approx(wanted[i]));
}

TEST_CASE("penalties: a layer that mixes samples is refused by name") {
  struct BatchMean : nn::Module {
    Variable forward(const Variable& x) override { return x - mean(x, {0}, true); }
    bool mixes_samples() const override { return is_training(); }
    std::string describe() const override { return "BatchMean()"; }
  };
  nn::Sequential inner(nn::Linear(4, 4), BatchMean());
  nn::Sequential net(nn::Linear(6, 4), std::move(inner), nn::Linear(4, 1));
  std::string message;
  try {
    refuse_mixing(wgan_gp(), net);
  } catch (const ValueError& e) {
    message = e.what();
  }
  CAPTURE(message);
  CHECK(message.find("[wgan-gp]") != std::string::npos);
  CHECK(message.find("\"1.1\", BatchMean()") != std::string::npos);
  CHECK(message.find("LayerNorm") != std::string::npos);
  CHECK(message.find("spectral normalisation") != std::string::npos);
  net.eval();
  CHECK_NOTHROW(refuse_mixing(wgan_gp(), net));
}
