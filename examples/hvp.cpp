// SPDX-License-Identifier: BSD-3-Clause
// A Hessian-vector product in 100,000 dimensions, beside its closed form. The Hessian itself would take 80 GB.
#include <cmath>
#include <cstdio>

#include <xgrad/autograd/autograd.h>

using namespace xgrad;

/// Rosenbrock's function, sum_i 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2: a narrow curved valley.
static Variable rosenbrock(const Variable& x) {
  const Variable head = slice(x, 0, 0, -1);
  const Variable tail = slice(x, 0, 1);
  return sum(100.0 * square(tail - square(head)) + square(1.0 - head));
}

/// The same product by hand: the Hessian is tridiagonal.
static Variable closed_form(const Variable& x, const Variable& v) {
  const std::int64_t n = x.size();
  const double* p = x.array().data<double>();
  const double* d = v.array().data<double>();
  Array hv = Array::zeros(x.shape(), DType::float64);
  double* out = hv.mutable_data<double>();
  for (std::int64_t i = 0; i + 1 < n; ++i) {
    out[i] += (1200.0 * p[i] * p[i] - 400.0 * p[i + 1] + 2.0) * d[i] - 400.0 * p[i] * d[i + 1];
    out[i + 1] += 200.0 * d[i + 1] - 400.0 * p[i] * d[i];
  }
  return hv;
}

int main() {
  manual_seed(1);
  const Shape shape = {100'000};
  const Variable x = uniform(shape, -2.0, 2.0, DType::float64);
  const Variable u = normal(shape, 0.0, 1.0, DType::float64);
  const Variable v = normal(shape, 0.0, 1.0, DType::float64);

  // Two sweeps: one gives the gradient and records itself, the other differentiates <gradient, v>.
  const auto [value, hv] = hvp(rosenbrock, x, v);

  const Variable expected = closed_form(x, v);
  std::printf("f(x) = %.6g\n\n%6s %20s %20s\n", value.item(), "i", "hvp", "closed form");
  for (const std::int64_t i : {0, 1, 2, 50'000, 99'999}) {
    std::printf("%6lld %20.12g %20.12g\n", static_cast<long long>(i), select(hv, 0, i).item(),
                select(expected, 0, i).item());
  }
  const double error = max(abs(hv - expected)).item() / max(abs(expected)).item();

  // A Hessian is symmetric, so u' H v = v' H u: a check that needs no closed form.
  const double uhv = sum(u * hv).item();
  const double vhu = sum(v * hvp(rosenbrock, x, u).second).item();
  const double asymmetry = std::abs(uhv - vhu) / std::abs(uhv);

  std::printf("\nlargest error, relative to the largest entry: %.1e\n", error);
  std::printf("u'Hv = %.12g, v'Hu = %.12g\n", uhv, vhu);
  return error < 1e-13 && asymmetry < 1e-10 ? 0 : 1;
}
