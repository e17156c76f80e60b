// SPDX-License-Identifier: BSD-3-Clause
// The recurrences of conjugate gradients and BiCGSTAB; sums are taken in double.
#include <xgrad/optim/krylov.h>

#include <cmath>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/optim/vectors.h>

namespace xgrad::optim {

using detail::add_scaled;
using detail::dot;

namespace {

double norm(const Variables& v) { return std::sqrt(dot(v, v)); }

/// Where a solver stands: x, the residual b - A x, and how small that must become.
struct State {
  State(const LinearMap& a, const Variables& b, const Variables& start, const KrylovOptions& options)
      : options(options), scale(norm(b)) {
    x = start.empty() ? detail::zeros_like(b) : detail::detached(start);
    r = start.empty() ? detail::detached(b) : add_scaled(b, -1.0, a(x));
  }

  bool done() const { return scale == 0.0 || norm(r) <= options.tolerance * scale; }
  bool may_go_on() const { return iterations < options.max_iterations && !done(); }
  KrylovSolution solution() const {
    if (scale == 0.0) return {detail::zeros_like(x), iterations, 0.0};
    return {x, iterations, norm(r) / scale};
  }

  const KrylovOptions& options;
  double scale;
  int iterations = 0;
  Variables x, r;
};

}  // namespace

KrylovSolution conjugate_gradients(const LinearMap& a, const Variables& b, const Variables& start,
                                   const KrylovOptions& options) {
  State s(a, b, start, options);
  Variables p = s.r;
  double rr = dot(s.r, s.r);
  for (; s.may_go_on(); ++s.iterations) {
    const Variables ap = a(p);
    const double curvature = dot(p, ap);
    if (!(curvature > 0.0)) {
      throw ValueError("[conjugate_gradients] the map is not positive definite: <p, A p> is " +
                       std::to_string(curvature) + " in iteration " + std::to_string(s.iterations + 1) +
                       "; use bicgstab");
    }
    const double alpha = rr / curvature;
    s.x = add_scaled(s.x, alpha, p);
    s.r = add_scaled(s.r, -alpha, ap);
    const double next = dot(s.r, s.r);
    p = add_scaled(s.r, next / rr, p);
    rr = next;
  }
  return s.solution();
}

KrylovSolution bicgstab(const LinearMap& a, const Variables& b, const Variables& start, const KrylovOptions& options) {
  State s(a, b, start, options);
  const Variables shadow = s.r;
  Variables p = s.r;
  double rho = dot(shadow, s.r);
  for (; s.may_go_on(); ++s.iterations) {
    const Variables v = a(p);
    const double alpha = rho / dot(shadow, v);
    if (!std::isfinite(alpha)) break;  // the recurrence has broken down: x is the best there is
    const Variables half = add_scaled(s.r, -alpha, v);
    const Variables t = a(half);
    const double tt = dot(t, t);
    const double omega = tt > 0.0 ? dot(t, half) / tt : 0.0;
    s.x = add_scaled(add_scaled(s.x, alpha, p), omega, half);
    s.r = add_scaled(half, -omega, t);
    const double next = dot(shadow, s.r);
    const double beta = next / rho * (alpha / omega);
    if (!std::isfinite(beta)) {
      ++s.iterations;
      break;
    }
    p = add_scaled(s.r, beta, add_scaled(p, -omega, v));
    rho = next;
  }
  return s.solution();
}

}  // namespace xgrad::optim
