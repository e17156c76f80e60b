// SPDX-License-Identifier: BSD-3-Clause
// Student's distribution by its finite series for whole degrees of freedom, and its quantile by bisection.
#include <xgrad/models/metrics/statistics.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/text.h>

namespace xgrad::models {

namespace {

void check_freedom(const char* name, int freedom) {
  if (freedom >= 1) return;
  throw ValueError("[" + std::string(name) + "] there are " + std::to_string(freedom) +
                   " degrees of freedom; at least 1 is needed, from two values");
}

}  // namespace

double student_t_cdf(double t, int freedom) {
  check_freedom("student_t_cdf", freedom);
  const double angle = std::atan(t / std::sqrt(static_cast<double>(freedom)));
  const double square = std::cos(angle) * std::cos(angle);
  // 1 + (1/2) cos^2 + (1 3)/(2 4) cos^4 + ... for even degrees, 1 + (2/3) cos^2 + (2 4)/(3 5) cos^4 + ... for odd ones,
  // up to the power freedom - 2 and freedom - 3.
  const int odd = freedom % 2;
  double term = 1.0;
  double series = 0.0;
  for (int i = 0; i < (freedom - odd) / 2; ++i) {
    series += term;
    term *= square * (2.0 * i + 1.0 + odd) / (2.0 * i + 2.0 + odd);
  }
  const double within = odd == 0 ? std::sin(angle) * series
                                 : 2.0 / std::numbers::pi * (angle + std::sin(angle) * std::cos(angle) * series);
  return 0.5 + 0.5 * within;
}

double student_t_quantile(double p, int freedom) {
  check_freedom("student_t_quantile", freedom);
  if (!(p > 0.0 && p < 1.0)) {
    throw ValueError("[student_t_quantile] p is " + xgrad::detail::text_of(p) + ", but must be between 0 and 1");
  }
  if (p < 0.5) return -student_t_quantile(1.0 - p, freedom);
  double low = 0.0;
  double high = 1.0;
  while (student_t_cdf(high, freedom) < p) high *= 2.0;
  for (double middle = 0.5 * (low + high); low < middle && middle < high; middle = 0.5 * (low + high)) {
    (student_t_cdf(middle, freedom) < p ? low : high) = middle;
  }
  return high;
}

Mean mean_of(const std::vector<double>& values) {
  if (values.empty()) throw ValueError("[mean_of] there are no values");
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (values.size() < 2) return {mean, std::numeric_limits<double>::infinity()};
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return {mean, std::sqrt(squares / (n - 1.0) / n)};
}

Interval confidence_interval(const std::vector<double>& values, double level) {
  if (values.empty()) throw ValueError("[confidence_interval] there are no values");
  if (!(level > 0.0 && level < 1.0)) {
    throw ValueError("[confidence_interval] the level is " + xgrad::detail::text_of(level) +
                     ", but must be between 0 and 1");
  }
  const auto [mean, error] = mean_of(values);
  Interval interval{.mean = mean, .half_width = error, .n = static_cast<int>(values.size())};
  if (interval.n > 1) interval.half_width *= student_t_quantile(0.5 + 0.5 * level, interval.n - 1);
  return interval;
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) throw ValueError("[quantile] there are no values");
  if (!(q >= 0.0 && q <= 1.0))
    throw ValueError("[quantile] q is " + xgrad::detail::text_of(q) + ", but must be 0 to 1");
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], place - static_cast<double>(below));
}

}  // namespace xgrad::models
