// SPDX-License-Identifier: BSD-3-Clause
// What a few repeated measurements say of their mean.
#pragma once

#include <vector>

namespace xgrad::models {

/// P(T <= t) of Student's distribution with `freedom` degrees of freedom (Abramowitz & Stegun, 1964, 26.7.3 and 4).
/// @throws ValueError unless freedom >= 1.
double student_t_cdf(double t, int freedom);
/// The t with P(T <= t) = p. @throws ValueError unless 0 < p < 1 and freedom >= 1.
double student_t_quantile(double p, int freedom);

/// Of the values; the error is sd / sqrt(n), sd with n - 1, and infinite for a single value.
struct Mean {
  double value = 0.0;
  double standard_error = 0.0;
};
/// @throws ValueError for no values.
Mean mean_of(const std::vector<double>& values);

/// The true mean of independent, normally distributed values lies within mean +- half_width in a `level` share of
/// cases.
struct Interval {
  double mean = 0.0;
  double half_width = 0.0;  ///< infinite for a single value
  int n = 0;
};
/// mean +- t standard errors. @throws ValueError for no values or a level outside (0, 1).
Interval confidence_interval(const std::vector<double>& values, double level = 0.95);

/// The value that a share q of the values lies below, interpolated between neighbours. @throws ValueError for no values
/// or q outside [0, 1].
double quantile(std::vector<double> values, double q);

}  // namespace xgrad::models
