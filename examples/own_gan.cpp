// SPDX-License-Identifier: BSD-3-Clause
// A GAN of your own: an objective and a penalty that xgrad does not have, trained by its trainer on points in the
// plane.
#include <cmath>
#include <cstdio>
#include <memory>

#include <xgrad/autograd/autograd.h>
#include <xgrad/models/data/gaussians.h>
#include <xgrad/models/metrics/modes.h>
#include <xgrad/models/trainer.h>
#include <xgrad/nn/nn.h>

using namespace xgrad;

/// Real samples count as real with probability 1 - a only, which keeps D unsure of them (Salimans et al., 2016).
static models::Objective smoothed(double a) {
  return {.name = "smoothed",
          .formula = "D: (1 - a) E sp(-r) + a E sp(r) + E sp(f)   G: E sp(-f)",
          .d_loss =
              [a](const Variable& r, const Variable& f) {
                return (1.0 - a) * mean(softplus(-r)) + a * mean(softplus(r)) + mean(softplus(f));
              },
          .g_loss = [](const Variable&, const Variable& f) { return mean(softplus(-f)); }};
}

/// Like WGAN-GP's, but D may be flatter than a slope of 1 at no cost (Petzka et al., 2018).
static models::Penalty one_sided(double lambda) {
  return {.name = "one-sided",
          .formula = "lambda E max(0, ||grad D(xh)|| - 1)^2",
          .weight = lambda,
          .point = models::Penalty::Point::interpolated,
          .measure = [](const Variable& slopes) {  // row i: the gradient of D(x_i)
            return mean(square(relu(norm(slopes, {1}, false, 1e-12) - 1.0)));
          }};
}

/// What the penalty says of D(x) = slope . x, whose gradient is the same everywhere.
static double of_a_plane(const models::Penalty& penalty, const std::vector<double>& slope) {
  Generator random(1);
  const Variable points = normal({8, 2}, 0.0, 1.0, DType::float64, random);
  models::Round round;
  round.discriminator = [&](const Variable& x) { return matmul(x, tensor(slope, {2, 1})); };
  round.real = points;
  round.fake = -points;
  return penalty(round, random).item();
}

int main() {
  const models::GaussianMixture ring = models::ring();
  models::Preset mine = {.name = "mine",
                         .about = "smoothed labels under a one-sided penalty",
                         .objective = smoothed(0.1),
                         .penalty = one_sided(1.0),
                         .optimizer = {.lr = 1e-3}};
  std::printf("%s\n", models::formula(mine).c_str());

  // Both by hand: 0.9 sp(-2) + 0.1 sp(2) + sp(-1) for one real and one generated sample, and (||(3, 4)|| - 1)^2.
  const double loss = mine.objective.d_loss(full({1}, 2.0, DType::float64), full({1}, -1.0, DType::float64)).item();
  const double steep = of_a_plane(*mine.penalty, {3.0, 4.0});
  const double flat = of_a_plane(*mine.penalty, {0.3, 0.4});
  std::printf("loss of D %.6f; penalty of a steep plane %.6f, of a flat one %.6f\n", loss, steep, flat);

  constexpr std::int64_t latent = 2;
  Generator data(1);
  Generator initial(2);
  const auto layer = [&](int in, int out) { return nn::Linear(in, out, {}, initial); };
  const models::Networks nets = {
      .generator =
          std::make_shared<nn::Sequential>(layer(latent, 128), nn::ReLU(), layer(128, 128), nn::ReLU(), layer(128, 2)),
      .discriminator = std::make_shared<nn::Sequential>(layer(2, 128), nn::LeakyReLU(0.2), layer(128, 128),
                                                        nn::LeakyReLU(0.2), layer(128, 1))};
  models::Trainer trainer(
      mine, nets, latent, [&] { return models::Samples(ring.sample(64, data)); }, /*seed=*/3);
  Generator random(4);
  const Variable z = normal({2500, latent}, 0.0, 1.0, DType::float32, random);
  double off = 0.0;
  for (int round = 1; round <= 1500; ++round) {
    const models::RoundReport report = trainer.step();
    if (round % 250 != 0) continue;
    const Variable points = models::generate(*nets.generator, z);
    off = mean(abs(norm(points, {1}) - 1.0)).item();
    const models::ModeStatistics modes = models::gaussian_modes(points.array(), ring.centres, ring.sigma);
    std::printf("round %d: D %.3f, G %.3f; samples are %.3f off the circle, reverse KL %.3f\n", round,
                report.at("d_loss"), report.at("g_loss"), off, modes.reverse_kl);
  }
  return std::abs(loss - 0.6401896986) < 1e-9 && std::abs(steep - 16.0) < 1e-9 && flat == 0.0 && off < 0.1 ? 0 : 1;
}
