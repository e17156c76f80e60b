// SPDX-License-Identifier: BSD-3-Clause
// Metrics against closed forms, brute force and published values.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <xgrad/autograd/autograd.h>
#include <xgrad/models/metrics/discrepancy.h>
#include <xgrad/models/metrics/modes.h>
#include <xgrad/models/metrics/neighbours.h>

#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using doctest::Approx;

namespace {

Array gaussian(std::int64_t n, std::int64_t d, std::uint64_t seed, double mean = 0.0, DType dtype = DType::float64) {
  Generator random(seed);
  return normal({n, d}, mean, 1.0, dtype, random).array();
}

double squared_distance(const Array& a, std::int64_t i, const Array& b, std::int64_t j) {
  double total = 0.0;
  for (std::int64_t k = 0; k < a.shape()[1]; ++k) {
    const double d = a.data<double>()[i * a.shape()[1] + k] - b.data<double>()[j * b.shape()[1] + k];
    total += d * d;
  }
  return total;
}

/// Radius to the k-th neighbour, by sorting all distances.
double radius(const Array& a, std::int64_t i, int k) {
  std::vector<double> all;
  for (std::int64_t j = 0; j < a.shape()[0]; ++j) {
    if (j != i) all.push_back(squared_distance(a, i, a, j));
  }
  std::sort(all.begin(), all.end());
  return all[static_cast<std::size_t>(k - 1)];
}

}  // namespace

TEST_CASE("Frechet's distance is that of the Gaussians with the samples' moments") {
  // One feature: (m - n)^2 + (s - t)^2.
  const Array a = Array::from({1.0, 3.0, 5.0}, {3, 1});   // mean 3, variance 4
  const Array b = Array::from({-1.0, 0.0, 1.0}, {3, 1});  // mean 0, variance 1
  CHECK(frechet_distance(a, b) == Approx(9.0 + 1.0).epsilon(1e-12));
  CHECK(frechet_distance(b, b) == Approx(0.0).epsilon(1e-12));

  // Two features whose covariances do not commute: tr M^(1/2) = sqrt(tr M + 2 sqrt(det M)) of the 2 x 2 matrix M = A B.
  const Array p = Array::from({0.0, 0.0, 2.0, 1.0, 1.0, 3.0, -1.0, 0.5, 0.3, -2.0}, {5, 2});
  const Array q = Array::from({1.0, 0.0, -2.0, 1.5, 0.5, -1.0, 2.0, 2.5}, {4, 2});
  const auto moments = [](const Array& x, double* mean, double(*cov)[2]) {
    const std::int64_t n = x.shape()[0];
    for (int k = 0; k < 2; ++k) {
      for (std::int64_t i = 0; i < n; ++i) mean[k] += x.data<double>()[2 * i + k] / static_cast<double>(n);
    }
    for (int k = 0; k < 2; ++k) {
      for (int l = 0; l < 2; ++l) {
        for (std::int64_t i = 0; i < n; ++i) {
          cov[k][l] += (x.data<double>()[2 * i + k] - mean[k]) * (x.data<double>()[2 * i + l] - mean[l]) /
                       static_cast<double>(n - 1);
        }
      }
    }
  };
  double mp[2] = {}, mq[2] = {}, cp[2][2] = {}, cq[2][2] = {};
  moments(p, mp, cp);
  moments(q, mq, cq);
  const double trace = cp[0][0] * cq[0][0] + 2.0 * cp[0][1] * cq[0][1] + cp[1][1] * cq[1][1];
  const double det = (cp[0][0] * cp[1][1] - cp[0][1] * cp[0][1]) * (cq[0][0] * cq[1][1] - cq[0][1] * cq[0][1]);
  const double wanted = std::pow(mp[0] - mq[0], 2) + std::pow(mp[1] - mq[1], 2) + cp[0][0] + cp[1][1] + cq[0][0] +
                        cq[1][1] - 2.0 * std::sqrt(trace + 2.0 * std::sqrt(det));
  CHECK(frechet_distance(p, q) == Approx(wanted).epsilon(1e-10));
  CHECK(frechet_distance(q, p) == Approx(wanted).epsilon(1e-10));
}

TEST_CASE("precision, recall, density and coverage are those of their definitions") {
  const Array r = gaussian(40, 3, 1);
  const Array f = gaussian(30, 3, 2, 0.7);
  const int k = 4;
  double precise = 0, recalled = 0, balls = 0, covered = 0;
  for (std::int64_t j = 0; j < 30; ++j) {
    int in = 0;
    for (std::int64_t i = 0; i < 40; ++i) in += squared_distance(r, i, f, j) < radius(r, i, k);
    precise += in > 0;
    balls += in;
  }
  for (std::int64_t i = 0; i < 40; ++i) {
    bool in_fake = false, holds = false;
    for (std::int64_t j = 0; j < 30; ++j) {
      in_fake = in_fake || squared_distance(r, i, f, j) < radius(f, j, k);
      holds = holds || squared_distance(r, i, f, j) < radius(r, i, k);
    }
    recalled += in_fake;
    covered += holds;
  }
  const PrecisionRecall got = precision_recall(r, f, k);
  CHECK(got.precision == Approx(precise / 30.0));
  CHECK(got.recall == Approx(recalled / 40.0));
  CHECK(got.density == Approx(balls / (k * 30.0)));
  CHECK(got.coverage == Approx(covered / 40.0));
  CHECK_THROWS_WITH_AS(precision_recall(r, gaussian(4, 3, 1), 4), doctest::Contains("n >= 5"), ShapeError);
  CHECK_THROWS_WITH_AS(precision_recall(r, gaussian(40, 2, 1)), doctest::Contains("different features"), ShapeError);
}

TEST_SUITE("slow") {
  TEST_CASE("two standard normal sets of 10,000 in 1,000 dimensions give the published values") {
    const Array r = gaussian(10000, 1000, 1, 0.0, DType::float32);
    const Array f = gaussian(10000, 1000, 2, 0.0, DType::float32);
    const PrecisionRecall got = precision_recall(r, f, 5);
    // Sampling error of a share of 10,000 is 0.005; hubs make neighbouring shares vary together.
    CHECK(got.precision == Approx(0.4772).epsilon(0.04));
    CHECK(got.recall == Approx(0.4705).epsilon(0.04));
    CHECK(got.density == Approx(1.0555).epsilon(0.04));
    CHECK(got.coverage == Approx(0.9735).epsilon(0.01));
  }
}

TEST_CASE("equal distributions: density 1, coverage 1 - 2^-k, and half of the neighbours are of the own set") {
  const Array r = gaussian(2000, 2, 1);
  const Array f = gaussian(2000, 2, 2);
  const PrecisionRecall got = precision_recall(r, f, 5);
  CHECK(got.density == Approx(1.0).epsilon(0.05));
  CHECK(got.coverage == Approx(0.96875).epsilon(0.02));
  CHECK(nearest_neighbour_accuracy(r, f) == Approx(0.5).epsilon(0.05));
  CHECK(nearest_neighbour_accuracy(r, gaussian(2000, 2, 2, 100.0)) == 1.0);
  CHECK(nearest_neighbour_accuracy(r, r) == 0.0);  // each sample's nearest is its own copy
  CHECK_THROWS_AS(nearest_neighbour_accuracy(r, gaussian(10, 2, 2)), ShapeError);
}

TEST_CASE("the nearest neighbour is found with its distance") {
  const Array among = Array::from({0.0, 0.0, 3.0, 4.0, 10.0, 0.0}, {3, 2});
  const Neighbours got = nearest(Array::from({0.0, 1.0, 9.0, 0.0, 3.0, 4.0}, {3, 2}), among);
  CHECK(got.index == std::vector<std::int64_t>{0, 2, 1});
  CHECK(got.distance[0] == Approx(1.0));
  CHECK(got.distance[1] == Approx(1.0));
  CHECK(got.distance[2] == Approx(0.0));
}

TEST_CASE("the discrepancies are their unbiased double sums") {
  const Array a = gaussian(12, 3, 5);
  const Array b = gaussian(9, 3, 6, 0.5);
  const auto dot = [](const Array& x, std::int64_t i, const Array& y, std::int64_t j) {
    double total = 0.0;
    for (std::int64_t k = 0; k < 3; ++k) total += x.data<double>()[i * 3 + k] * y.data<double>()[j * 3 + k];
    return total;
  };
  const auto brute = [&](const auto& kernel) {
    const auto sum_over = [&](const Array& x, const Array& y, bool distinct) {
      double total = 0.0;
      for (std::int64_t i = 0; i < x.shape()[0]; ++i) {
        for (std::int64_t j = 0; j < y.shape()[0]; ++j) {
          if (!distinct || i != j) total += kernel(x, i, y, j);
        }
      }
      return total;
    };
    return sum_over(a, a, true) / (12.0 * 11.0) + sum_over(b, b, true) / (9.0 * 8.0) -
           2.0 * sum_over(a, b, false) / (12.0 * 9.0);
  };
  CHECK(kernel_distance(a, b) == Approx(brute([&](const Array& x, std::int64_t i, const Array& y, std::int64_t j) {
                                   return std::pow(dot(x, i, y, j) / 3.0 + 1.0, 3);
                                 })).epsilon(1e-10));

  std::vector<double> squares;
  for (std::int64_t i = 0; i < 12; ++i) {
    for (std::int64_t j = 0; j < 9; ++j) squares.push_back(squared_distance(a, i, b, j));
  }
  std::sort(squares.begin(), squares.end());
  const double median = squares[squares.size() / 2];
  CHECK(mmd2(a, b) == Approx(brute([&](const Array& x, std::int64_t i, const Array& y, std::int64_t j) {
                        double total = 0.0;
                        for (const double width : {0.25, 0.5, 1.0, 2.0, 4.0}) {
                          total += std::exp(-squared_distance(x, i, y, j) / (width * median)) / 5.0;
                        }
                        return total;
                      })).epsilon(1e-10));

  // Unbiased: equal distributions straddle 0, and shifted ones are far from it.
  const double same = mmd2(gaussian(500, 2, 7), gaussian(500, 2, 8));
  CHECK(std::abs(same) < 5e-3);
  CHECK(mmd2(gaussian(500, 2, 7), gaussian(500, 2, 8, 1.0)) > 0.1);
}

TEST_CASE("mode statistics of samples whose modes are known") {
  const Array centres = Array::from({0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0}, {4, 2});
  // Two samples in the first mode, one in the second, one near the third but too far off.
  const Array samples = Array::from({0.01, 0.0, 0.0, -0.02, 1.0, 0.029, 0.1, 0.9}, {4, 2});
  const ModeStatistics got = gaussian_modes(samples, centres, 0.01);
  CHECK(got.modes == 2);
  CHECK(got.high_quality == Approx(0.75));
  // log 4 - H(1/2, 1/4, 1/4)
  CHECK(got.reverse_kl == Approx(std::log(4.0) - 1.5 * std::log(2.0)).epsilon(1e-12));

  const ModeStatistics labels = label_modes({0, 0, 7, 7}, 1000);
  CHECK(labels.modes == 2);
  CHECK(labels.reverse_kl == Approx(std::log(500.0)).epsilon(1e-12));
  CHECK_THROWS_WITH_AS(label_modes({1000}, 1000), doctest::Contains("1000"), ValueError);
}

TEST_CASE("the classifier score is the number of classes told apart") {
  std::vector<double> sure(100, -50.0);
  for (std::size_t i = 0; i < 10; ++i) sure[11 * i] = 50.0;
  CHECK(classifier_score(Array::from(sure, {10, 10})) == Approx(10.0).epsilon(1e-9));
  CHECK(classifier_score(Array::full({10, 10}, 3.0)) == Approx(1.0).epsilon(1e-6));
}
