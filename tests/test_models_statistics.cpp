// SPDX-License-Identifier: BSD-3-Clause
// Student's quantiles against the published table, and intervals against their definition.
#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/metrics/statistics.h>

using namespace xgrad;
using namespace xgrad::models;
using doctest::Approx;

TEST_CASE("Student's quantiles are those of the published table") {
  // Abramowitz & Stegun (1964), table 26.10, two-sided 95 % and 99 %; the last decimal is rounded there.
  const struct {
    int freedom;
    double t95, t99;
  } table[] = {{1, 12.706, 63.657}, {2, 4.303, 9.925},  {3, 3.182, 5.841},  {4, 2.776, 4.604},  {5, 2.571, 4.032},
               {6, 2.447, 3.707},   {9, 2.262, 3.250},  {10, 2.228, 3.169}, {14, 2.145, 2.977}, {20, 2.086, 2.845},
               {29, 2.045, 2.756},  {30, 2.042, 2.750}, {60, 2.000, 2.660}, {120, 1.980, 2.617}};
  for (const auto& row : table) {
    CAPTURE(row.freedom);
    CHECK(std::abs(student_t_quantile(0.975, row.freedom) - row.t95) <= 0.0005 + 1e-9);
    CHECK(std::abs(student_t_quantile(0.995, row.freedom) - row.t99) <= 0.0005 + 1e-9);
    CHECK(student_t_quantile(0.025, row.freedom) == -student_t_quantile(0.975, row.freedom));
    CHECK(student_t_cdf(student_t_quantile(0.9, row.freedom), row.freedom) == Approx(0.9).epsilon(1e-12));
  }
  CHECK(student_t_quantile(0.5, 7) == Approx(0.0));
  // One degree is Cauchy's distribution, two have t / sqrt(2 + t^2).
  CHECK(student_t_cdf(0.7, 1) == Approx(0.5 + std::atan(0.7) / std::numbers::pi));
  CHECK(student_t_cdf(0.7, 2) == Approx(0.5 + 0.5 * 0.7 / std::sqrt(2.49)));
  CHECK_THROWS_AS(student_t_quantile(1.0, 3), ValueError);
  CHECK_THROWS_AS(student_t_quantile(0.9, 0), ValueError);
}

TEST_CASE("a confidence interval is the mean and t standard errors") {
  // sd 1, n 3: half width 4.302653 / sqrt(3).
  const Interval three = confidence_interval({4.0, 5.0, 6.0});
  CHECK(three.mean == 5.0);
  CHECK(three.n == 3);
  CHECK(three.half_width == Approx(4.302652729911275 / std::sqrt(3.0)));
  const Interval one = confidence_interval({2.0});
  CHECK(one.mean == 2.0);
  CHECK(std::isinf(one.half_width));
  CHECK(confidence_interval({2.0, 2.0}).half_width == 0.0);
  CHECK_THROWS_AS(confidence_interval({}), ValueError);
  CHECK_THROWS_AS(confidence_interval({1.0}, 1.0), ValueError);
}

TEST_CASE("quantiles lie between their neighbours") {
  CHECK(quantile({3.0, 1.0, 2.0}, 0.5) == 2.0);
  CHECK(quantile({4.0, 1.0, 2.0, 3.0}, 0.5) == 2.5);
  CHECK(quantile({1.0, 5.0}, 0.25) == 2.0);
  CHECK(quantile({7.0}, 1.0) == 7.0);
  CHECK_THROWS_AS(quantile({}, 0.5), ValueError);
  CHECK_THROWS_AS(quantile({1.0}, 1.5), ValueError);
}
