// SPDX-License-Identifier: BSD-3-Clause
// The adversarial losses against their figures, and the Dirac-GAN: a game so small that its behaviour is known exactly.
#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/functional.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/objective.h>
#include <xgrad/models/penalty.h>

#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using doctest::Approx;

namespace {

Variable column(const std::vector<double>& values) {
  return tensor(values, {static_cast<std::int64_t>(values.size()), 1}, true);
}

std::vector<Objective> all_objectives() {
  return {non_saturating(),
          minimax(),
          lsgan(),
          wasserstein(),
          hinge(),
          relativistic(),
          relativistic_average(),
          paired(non_saturating(), {.weight = 2}),
          paired(wasserstein(), {.literal = true})};
}

}  // namespace

TEST_CASE("objectives: losses of known logits") {
  const Variable r = column({2, -1});
  const Variable f = column({0.5, -3});
  const struct {
    Objective objective;
    double d, g;
  } rows[] = {
      {non_saturating(), 1.2314270172, 1.7613321679},
      {minimax(), 1.2314270172, -0.5113321679},
      {lsgan(0, 1, 1), 3.5625, 4.0625},
      {lsgan(-1, 1, 0), 2.8125, 2.3125},
      {wasserstein(), -1.75, 1.25},
      {hinge(), 1.75, 1.25},
      {relativistic(), 0.1641706445, 1.9141706445},
      {relativistic_average(), 0.3342195976, 2.0842195976},
      // (sp(-1.5) + sp(-2)) / 2 = 0.1641706445 and (sp(1.5) + sp(2)) / 2 = 1.9141706445, weighed and added.
      {paired(non_saturating(), {}), 1.3955976617, 3.6755028124},
      {paired(non_saturating(), {.weight = 10}), 2.8731334623, 20.9030386130},
      {paired(non_saturating(), {.literal = true}), 3.1455976617, 3.6755028124},
      {paired(wasserstein(), {.weight = 3}), -1.2574880665, 6.9925119335},
  };
  for (const auto& row : rows) {
    CAPTURE(row.objective.name);
    CHECK(row.objective.d_loss(r, f).item() == Approx(row.d).epsilon(tolerance::printed_figure));
    CHECK(row.objective.g_loss(r, f).item() == Approx(row.g).epsilon(tolerance::printed_figure));
  }
}

TEST_CASE("objectives: a discriminator that knows nothing costs 2 ln 2 and ln 2") {
  const Variable nothing = zeros({8, 1}, DType::float64);
  const Objective gan = non_saturating();
  CHECK(gan.d_loss(nothing, nothing).item() == Approx(2 * std::numbers::ln2));
  CHECK(gan.g_loss(nothing, nothing).item() == Approx(std::numbers::ln2));
}

TEST_CASE("objectives: the minimax generator stops learning where the non-saturating one learns most") {
  const Variable f = column({-40});
  CHECK(std::abs(grad(minimax().g_loss({}, f), f).item()) < 1e-15);
  CHECK(grad(non_saturating().g_loss({}, f), f).item() == Approx(-1.0));
}

TEST_CASE("objectives: repeating the batch changes no loss, and a shift of D no term that pairs") {
  const Variable r = column({2, -1, 0.3});
  const Variable f = column({0.5, -3, 1.1});
  const Variable r2 = concat({r, r});
  const Variable f2 = concat({f, f});
  for (const Objective& o : all_objectives()) {
    CAPTURE(o.name);
    CHECK(o.d_loss(r2, f2).item() == Approx(o.d_loss(r, f).item()));
    CHECK(o.g_loss(r2, f2).item() == Approx(o.g_loss(r, f).item()));
    if (!o.g_sees_real || o.name.ends_with("-paired")) continue;  // the losses that a pairing joins may shift
    CHECK(o.d_loss(r + 7, f + 7).item() == Approx(o.d_loss(r, f).item()));
    CHECK(o.g_loss(r + 7, f + 7).item() == Approx(o.g_loss(r, f).item()));
  }
}

TEST_CASE("objectives: a shift of D leaves a pairing alone, literal or not") {
  const Variable r = column({2, -1, 0.3});
  const Variable f = column({0.5, -3, 1.1});
  for (const bool literal : {false, true}) {
    const Objective base = non_saturating();
    const Objective sum = paired(base, {.weight = 2, .literal = literal});
    const auto d_term = [&](const Variable& by) { return sum.d_loss(r + by, f + by) - base.d_loss(r + by, f + by); };
    const auto g_term = [&](const Variable& by) { return sum.g_loss(r + by, f + by) - base.g_loss(r + by, f + by); };
    const Variable none = zeros({}, DType::float64);
    CHECK(d_term(none + 7).item() == Approx(d_term(none).item()));
    CHECK(g_term(none + 7).item() == Approx(g_term(none).item()));
    CHECK(sum.d_loss(r, f).item() != Approx(base.d_loss(r, f).item()));
  }
}

TEST_CASE("objectives: gradients to second order") {
  for (const Objective& o : all_objectives()) {
    CAPTURE(o.name);
    const Variables at = {column({2, -1.2, 0.3}), column({0.5, -3, 1.4})};
    const auto both = [&](const Variables& x) -> Variables { return {o.d_loss(x[0], x[1]), o.g_loss(x[0], x[1])}; };
    const GradcheckResult checked = gradcheck(both, at, {.order = 2});
    CHECK_MESSAGE(checked.ok, checked.message);
  }
}

// D(x) = psi x, data at 0, one generated sample at theta. `v` is (theta, psi); a positive logit means "generated" in
// the figures' source and "real" here, so that our psi is minus theirs: their start (1, 1) is (1, -1).
namespace dirac {

struct Game {
  Objective objective;
  double r1 = 0.0, r2 = 0.0;
  double noise = 0.0;  ///< standard deviation of the instance noise
};

// Both players' gradients, with their own history.
Variable field(const Game& game, const Variable& v) {
  const Variable theta = reshape(slice(v, 0, 0, 1), {1, 1});
  const Variable psi = reshape(slice(v, 0, 1, 2), {1, 1});
  const auto d = [&](const Variable& x) { return psi * x; };
  // Noise at +sd and -sd has the normal distribution's mean and variance, all that second derivatives at 0 see.
  const Variable spread = tensor(std::vector<double>{game.noise, -game.noise}, {2, 1});
  const Variable real = (spread + 0.0).requires_grad_();
  const Variable fake = theta + spread;
  const Variable r = d(real);
  const Variable f = d(fake);
  Variable d_loss = game.objective.d_loss(r, f);
  Generator unused;
  const Round round{.discriminator = d, .real = real, .r = r, .z = {}, .fake = fake, .f = f};
  if (game.r1 > 0) d_loss += r1(game.r1)(round, unused);
  if (game.r2 > 0) d_loss += r2(game.r2)(round, unused);
  const Variable g_theta = grad(game.objective.g_loss(r, f), theta, {.create_graph = true});
  const Variable g_psi = grad(d_loss, psi, {.create_graph = true});
  return reshape(concat({g_theta, g_psi}), {2});
}

// Eigenvalues of the Jacobian of the players' descent, -field, at (0, 0).
std::pair<std::complex<double>, std::complex<double>> eigenvalues(const Game& game) {
  const Variable j =
      jacobian([&](const Variable& v) { return -field(game, v); }, tensor(std::vector<double>{0, 0}, {2}));
  const auto m = j.array().to_vector<double>();
  const double half_trace = (m[0] + m[3]) / 2;
  const std::complex<double> root =
      std::sqrt(std::complex<double>(half_trace * half_trace - m[0] * m[3] + m[1] * m[2]));
  return {half_trace + root, half_trace - root};
}

// Norm of (theta, psi) after `steps` descents at rate 0.1; alternating: theta first, then psi at the new theta.
double final_norm(const Game& game, bool alternating, int steps) {
  double theta = 1, psi = -1;
  const auto gradients = [&] {
    const Variable at = tensor(std::vector<double>{theta, psi}, {2}, true);
    return field(game, at).array().to_vector<double>();
  };
  for (int i = 0; i < steps; ++i) {
    const auto g = gradients();
    theta -= 0.1 * g[0];
    psi -= 0.1 * (alternating ? gradients() : g)[1];
  }
  return std::hypot(theta, psi);
}

}  // namespace dirac

TEST_CASE("dirac gan: eigenvalues of the game, by our own jacobian") {
  const struct {
    const char* name;
    dirac::Game game;
    std::complex<double> expected;
  } rows[] = {
      {"gan-minimax", {minimax()}, {0, 0.5}},
      {"gan", {non_saturating()}, {0, 0.5}},
      {"wgan", {wasserstein()}, {0, 1}},
      {"instance noise", {.objective = minimax(), .noise = 1}, {-0.25, 0.4330127019}},
      {"r1", {.objective = minimax(), .r1 = 0.3}, {-0.15, 0.4769696007}},
      {"r2", {.objective = minimax(), .r2 = 0.3}, {-0.15, 0.4769696007}},
      {"strong r1", {.objective = minimax(), .r1 = 2}, {-0.1339745962, 0}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto [a, b] = dirac::eigenvalues(row.game);
    CHECK(std::abs(a - row.expected) < tolerance::printed_figure);
    const auto other = row.expected.imag() != 0 ? std::conj(row.expected) : std::complex<double>(-1.8660254038);
    CHECK(std::abs(b - other) < tolerance::printed_figure);
  }
}

TEST_CASE("dirac gan: where 500 steps lead") {
  // The first figure was worked out with 40 digits.
  const dirac::Game gan{minimax()};
  CHECK(dirac::final_norm(gan, false, 500) == Approx(2.253578652665).epsilon(tolerance::printed_figure));
  CHECK(dirac::final_norm(gan, true, 500) == Approx(1.41544436227).epsilon(tolerance::printed_figure));
  const dirac::Game regularised{.objective = minimax(), .r1 = 0.3};
  CHECK(dirac::final_norm(regularised, false, 500) == Approx(9.195745941e-4).epsilon(tolerance::printed_figure));
  CHECK(dirac::final_norm(regularised, true, 500) == Approx(4.816138405e-4).epsilon(tolerance::printed_figure));
}
