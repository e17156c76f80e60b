// SPDX-License-Identifier: BSD-3-Clause
// Clipping: norms accumulated in double, gradients scaled where they are.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/kernels/optimizer.h>
#include <xgrad/autograd/ops/math.h>
#include <xgrad/optim/clip.h>

namespace xgrad::optim {

namespace {

/// The sum of |x|^p, or the largest |x| for infinite p, joined with `total`; a NaN stays.
template <class T>
double accumulate(double total, const Array& x, double p) {
  const T* data = x.data<T>();
  const std::int64_t n = x.size();
  if (p == 2.0) {
    // Four chains, so that additions need not wait for each other; their order is fixed.
    double s[4] = {};
    for (std::int64_t i = 0; i < n; ++i) s[i & 3] += static_cast<double>(data[i]) * static_cast<double>(data[i]);
    return total + ((s[0] + s[1]) + (s[2] + s[3]));
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const double a = std::abs(static_cast<double>(data[i]));
    if (std::isinf(p)) {
      total = a > total || std::isnan(a) ? a : total;
    } else {
      total += std::pow(a, p);
    }
  }
  return total;
}

/// A gradient that may be written: without history, in memory of its own.
Variable writable(const Variable& g) { return g.is_leaf() && !g.requires_grad() ? g : g.detach(); }

Variables gradients(const Variables& parameters) {
  Variables grads;
  grads.reserve(parameters.size());
  for (const Variable& p : parameters) grads.push_back(p.grad());
  return grads;
}

void give_back(const Variables& parameters, const Variables& grads) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (grads[i].defined()) Variable(parameters[i]).set_grad(grads[i]);
  }
}

}  // namespace

double total_norm(const Variables& xs, double norm_type) {
  if (!(norm_type > 0.0)) {
    throw ValueError("[total_norm] the order of the norm must be positive, not " + std::to_string(norm_type));
  }
  double total = 0.0;
  for (const Variable& x : xs) {
    if (!x.defined()) continue;
    if (!is_floating(x.dtype())) throw DTypeError("[total_norm] wants floating values, not int64");
    total = x.dtype() == DType::float32 ? accumulate<float>(total, x.array(), norm_type)
                                        : accumulate<double>(total, x.array(), norm_type);
  }
  if (std::isinf(norm_type)) return total;
  return norm_type == 2.0 ? std::sqrt(total) : std::pow(total, 1.0 / norm_type);
}

double clip_norm_(Variables& grads, double max_norm, double norm_type, bool error_if_nonfinite) {
  if (!(max_norm >= 0.0)) {
    throw ValueError("[clip_norm_] max_norm must be >= 0, not " + std::to_string(max_norm));
  }
  const double norm = total_norm(grads, norm_type);
  if (error_if_nonfinite && !std::isfinite(norm)) {
    throw ValueError("[clip_norm_] the gradients' norm is " + std::to_string(norm) + ", so they cannot be scaled");
  }
  if (norm <= max_norm) return norm;
  for (Variable& g : grads) {
    if (!g.defined()) continue;
    g = writable(g);
    kernels::scale_in_place(g.mutable_array(), max_norm / norm);
  }
  return norm;
}

double clip_grad_norm_(const Variables& parameters, double max_norm, double norm_type, bool error_if_nonfinite) {
  Variables grads = gradients(parameters);
  const double norm = clip_norm_(grads, max_norm, norm_type, error_if_nonfinite);
  give_back(parameters, grads);
  return norm;
}

void clip_value_(Variables& grads, double limit) {
  if (!(limit >= 0.0)) throw ValueError("[clip_value_] the limit must be >= 0, not " + std::to_string(limit));
  const NoGradGuard no_grad;
  for (Variable& g : grads) {
    if (g.defined()) g = clamp(g, -limit, limit);
  }
}

void clip_grad_value_(const Variables& parameters, double limit) {
  Variables grads = gradients(parameters);
  clip_value_(grads, limit);
  give_back(parameters, grads);
}

}  // namespace xgrad::optim
