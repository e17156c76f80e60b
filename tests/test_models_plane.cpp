// SPDX-License-Identifier: BSD-3-Clause
// The plane: mixtures whose statistics are known, maxout and the canvas.
#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/autograd/autograd.h>
#include <xgrad/models/data/gaussians.h>
#include <xgrad/models/image/canvas.h>
#include <xgrad/models/metrics/modes.h>
#include <xgrad/models/toy_network.h>
#include <xgrad/nn/nn.h>

using namespace xgrad;
using namespace xgrad::models;
using doctest::Approx;

TEST_CASE("samples of a mixture reach all modes evenly, within three sigma as often as normal points do") {
  for (const GaussianMixture& mixture : {ring(), grid()}) {
    CAPTURE(mixture.name);
    Generator random(4);
    const ModeStatistics s = gaussian_modes(mixture.sample(20000, random).array(), mixture.centres, mixture.sigma);
    CHECK(s.modes == mixture.centres.shape()[0]);
    CHECK(s.high_quality == Approx(1.0 - std::exp(-4.5)).epsilon(0.003));
    CHECK(s.reverse_kl < 0.002);  // (K - 1) / 2n on average
  }
  CHECK_THROWS_WITH_AS(find_mixture("rnig"), doctest::Contains("ring"), ValueError);
}

TEST_CASE("Maxout takes the largest piece, and so do its gradients") {
  Generator random(2);
  nn::Maxout layer(3, 2, 4, random);
  layer.to(DType::float64);
  const Variable w = layer.named_parameters()[0].second;
  const Variable b = layer.named_parameters()[1].second;
  CHECK(layer.named_parameters()[0].first == "pieces.weight");
  const Variable x = normal({5, 3}, 0.0, 1.0, DType::float64, random);
  const Variable y = layer(x);
  REQUIRE(y.shape() == Shape{5, 2});
  for (std::int64_t i = 0; i < 5; ++i) {
    for (std::int64_t o = 0; o < 2; ++o) {
      double best = -INFINITY;
      for (std::int64_t k = 0; k < 4; ++k) {
        double piece = b.array().data<double>()[2 * k + o];
        for (std::int64_t j = 0; j < 3; ++j) {
          piece += w.array().data<double>()[3 * (2 * k + o) + j] * x.array().data<double>()[3 * i + j];
        }
        best = std::max(best, piece);
      }
      CHECK(y.array().data<double>()[2 * i + o] == Approx(best).epsilon(1e-12));
    }
  }
  Variable at = x.detach();
  at.requires_grad_();
  const GradcheckResult checked = gradcheck([&](const Variables& in) { return Variables{square(layer(in[0]))}; }, {at});
  CHECK_MESSAGE(checked.ok, checked.message);
  CHECK_THROWS_WITH_AS(nn::Maxout(3, 0, 4), doctest::Contains("positive"), ValueError);
}

TEST_CASE("plane networks have the published extents") {
  Generator random(1);
  const Networks n = toy_networks(find_toy_network("published"), 2, true, random);
  CHECK((*n.generator)(zeros({4, 2})).shape() == Shape{4, 2});
  CHECK((*n.discriminator)(zeros({4, 4})).shape() == Shape{4, 1});
  // 2x400, thrice 400x400, 400x2 + 2, and four pairs of batch norm; 4, 200, 200 inputs to 200 x 5 pieces.
  CHECK(n.generator->n_parameters() == 800 + 3 * 160000 + 802 + 4 * 800);
  CHECK(n.discriminator->n_parameters() == 5000 + 2 * 201000 + 201);
  CHECK_FALSE(n.discriminator->mixes_samples());
  const Variable w = n.discriminator->named_parameters()[2].second;
  CHECK(sqrt(mean(square(w))).item() == Approx(0.02).epsilon(0.01));
}

TEST_CASE("small plane networks, and published ones for a penalty by z, mix no samples") {
  Generator random(1);
  const Networks small = toy_networks(find_toy_network("small"), 1, true, random);
  CHECK((*small.generator)(zeros({3, 2})).shape() == Shape{3, 2});
  CHECK(small.generator->n_parameters() == 384 + 16512 + 258);
  CHECK(small.discriminator->n_parameters() == 384 + 16512 + 129);
  CHECK_FALSE(small.generator->mixes_samples());
  CHECK_FALSE(toy_networks(find_toy_network("published"), 1, false, random).generator->mixes_samples());
  CHECK_THROWS_WITH_AS(find_toy_network("smal"), doctest::Contains("small"), ValueError);
}

TEST_CASE("the canvas draws where it is told") {
  Canvas canvas(64, 1.0);
  const std::string blank = canvas.png();
  CHECK(blank.substr(1, 3) == "PNG");
  canvas.dot({NAN, 0.0}, 5.0, {0, 0, 0});
  canvas.dot({5.0, 5.0}, 5.0, {0, 0, 0});
  canvas.line({0.0, 0.0}, {1.0, 1.0}, 3.0, {0, 0, 0}, 0.0);
  CHECK(canvas.png() == blank);  // nothing of these is to be seen
  Canvas up(64, 1.0);
  Canvas down(64, 1.0);
  up.arrow({0.0, 0.0}, {0.0, 0.5}, 2.0, {200, 0, 0});
  down.arrow({0.0, 0.0}, {0.0, -0.5}, 2.0, {200, 0, 0});
  CHECK(up.png() != blank);
  CHECK(up.png() != down.png());
  CHECK_THROWS_AS(Canvas(0, 1.0), ValueError);
}
