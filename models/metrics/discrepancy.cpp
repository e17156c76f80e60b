// SPDX-License-Identifier: BSD-3-Clause
// Moments for Frechet's distance, sums over pairs for the discrepancies.
#include <xgrad/models/metrics/discrepancy.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/kernels/lapack.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/metrics/products.h>

namespace xgrad::models {

namespace {

struct Moments {
  explicit Moments(const Array& samples) {
    const NoGradGuard guard;
    const Variable x(samples);
    mean = xgrad::mean(x, {0}).array();
    const Variable centred = x - Variable(mean);
    const double n = static_cast<double>(samples.shape()[0]);
    covariance = ((1.0 / (n - 1.0)) * matmul(centred, centred, true)).array();
  }

  Array mean, covariance;
};

double sum_of_squares(const Array& a, const Array& b) {
  double total = 0.0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const double d = a.data<double>()[i] - b.data<double>()[i];
    total += d * d;
  }
  return total;
}

/// The eigenvalues of a symmetric positive semidefinite matrix; rounding may have made them less than 0.
std::pair<Array, Array> eigen(const Array& matrix) {
  Array values(Shape{matrix.shape()[0]}, DType::float64), vectors(matrix.shape(), DType::float64);
  kernels::symmetric_eigen("frechet_distance", matrix, values, &vectors);
  return {relu(Variable(values)).array(), vectors};
}

/// tr (A B)^(1/2) for symmetric positive semidefinite A and B: the roots of the eigenvalues of A^(1/2) B A^(1/2).
double trace_of_root(const Array& a, const Array& b) {
  const NoGradGuard guard;
  const auto [values, rows] = eigen(a);
  const Variable scaled = Variable(rows) * reshape(sqrt(Variable(values)), {-1, 1});
  const Variable root = matmul(Variable(rows), scaled, true);
  const auto inner = matmul(matmul(root, Variable(b)), root);
  return sum(sqrt(Variable(eigen(inner.array()).first))).item();
}

double trace(const Array& matrix) {
  double total = 0.0;
  for (std::int64_t i = 0, n = matrix.shape()[0]; i < n; ++i) total += matrix.data<double>()[i * n + i];
  return total;
}

using Kernel = std::function<double(double product, double a, double b)>;

/// Sum of k(x_i, y_j) over all pairs, or over those with i != j.
double kernel_sum(const Array& x, const Array& y, bool distinct, const Kernel& k) {
  const std::vector<double> xx = detail::squared_norms(x);
  const std::vector<double> yy = detail::squared_norms(y);
  std::vector<double> sums(xx.size());
  detail::each_product_row(x, y, [&](std::int64_t i, const double* row) {
    const auto at = static_cast<std::size_t>(i);
    for (std::size_t j = 0; j < yy.size(); ++j) {
      if (!distinct || j != at) sums[at] += k(row[j], xx[at], yy[j]);
    }
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double unbiased_mmd2(const Array& a, const Array& b, const Kernel& k) {
  const auto n = static_cast<double>(a.shape()[0]);
  const auto m = static_cast<double>(b.shape()[0]);
  return kernel_sum(a, a, true, k) / (n * (n - 1.0)) + kernel_sum(b, b, true, k) / (m * (m - 1.0)) -
         2.0 * kernel_sum(a, b, false, k) / (n * m);
}

/// The two sets in float64, checked.
std::pair<Array, Array> both(const char* name, const Array& a, const Array& b) {
  std::pair<Array, Array> sets{detail::samples_of(name, a, 2), detail::samples_of(name, b, 2)};
  detail::check_same_width(name, sets.first, sets.second);
  return sets;
}

/// Of the squared distances from up to 500 samples of a to all of b.
double median_square(const Array& a, const Array& b) {
  const std::int64_t n = std::min<std::int64_t>(a.shape()[0], 500);
  const std::int64_t m = b.shape()[0];
  const NoGradGuard guard;
  std::vector<double> distances(static_cast<std::size_t>(n * m));
  detail::each_distance_row(slice(Variable(a), 0, 0, n).array(), b,
                            [&](std::int64_t i, const double* row) { std::copy_n(row, m, distances.begin() + i * m); });
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

}  // namespace

double frechet_distance(const Array& a, const Array& b) {
  const auto [x, y] = both("frechet_distance", a, b);
  const Moments p(x);
  const Moments q(y);
  return sum_of_squares(p.mean, q.mean) + trace(p.covariance) + trace(q.covariance) -
         2.0 * trace_of_root(p.covariance, q.covariance);
}

double kernel_distance(const Array& a, const Array& b) {
  const auto [x, y] = both("kernel_distance", a, b);
  const double scale = 1.0 / static_cast<double>(x.shape()[1]);
  return unbiased_mmd2(x, y, [scale](double product, double, double) {
    const double base = scale * product + 1.0;
    return base * base * base;
  });
}

double mmd2(const Array& a, const Array& b) {
  const auto [x, y] = both("mmd2", a, b);
  // Equal points everywhere have median 0; any width tells them apart then.
  const double median = std::max(median_square(x, y), 1e-300);
  return unbiased_mmd2(x, y, [median](double product, double xx, double yy) {
    const double square = std::max(0.0, xx + yy - 2.0 * product) / median;
    double total = 0.0;
    for (const double width : {0.25, 0.5, 1.0, 2.0, 4.0}) total += std::exp(-square / width);
    return total / 5.0;
  });
}

}  // namespace xgrad::models
