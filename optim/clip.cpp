// SPDX-License-Identifier: BSD-3-Clause
// Clipping: norms accumulated in double, and factors that are computed, so that a compiled step can clip.
#include <cmath>
#include <limits>
#include <string>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/text.h>
#include <xgrad/optim/clip.h>
#include <xgrad/optim/vectors.h>

namespace xgrad::optim {

namespace {

/// The largest |x| of all, or the sum of (|x| / unit)^p over it when p is finite; a NaN stays.
template <class T>
double accumulate(double total, const Array& x, double p, double unit) {
  const T* data = x.data<T>();
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const double a = std::abs(static_cast<double>(data[i])) / unit;
    if (std::isinf(p)) {
      total = a > total || std::isnan(a) ? a : total;
    } else {
      total += p == 2.0 ? a * a : std::pow(a, p);
    }
  }
  return total;
}

double accumulate(Operands xs, double p, double unit) {
  double total = 0.0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    total = xs[i].dtype() == DType::float32 ? accumulate<float>(total, xs[i], p, unit)
                                            : accumulate<double>(total, xs[i], p, unit);
  }
  return total;
}

struct NormAttrs {
  double order;
};

double norm_of(const NormAttrs& attrs, Operands xs) {
  const double p = attrs.order;
  if (std::isinf(p)) return accumulate(xs, p, 1.0);
  double total = 0.0;
  if (p == 2.0) {
    for (std::size_t i = 0; i < xs.size(); ++i) total += detail::inner_product(xs[i], xs[i]);
    // Below, squares have lost digits; above, they are infinite.
    constexpr double least = 0x1p-960;
    if (std::isnan(total) || (total >= least && std::isfinite(total))) return std::sqrt(total);
  }
  const double largest = accumulate(xs, std::numeric_limits<double>::infinity(), 1.0);
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  total = accumulate(xs, p, largest);
  return largest * (p == 2.0 ? std::sqrt(total) : std::pow(total, 1.0 / p));
}

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

Variable total_norm(const Variables& xs, double norm_type) {
  static constexpr OpDef<NormAttrs> op{
      .name = "total_norm",
      .infer =
          [](const char*, const NormAttrs&, Operands) {
            return Spec{{}, DType::float64};
          },
      .run = [](const NormAttrs& attrs, Operands in, Array& out) { *out.mutable_data<double>() = norm_of(attrs, in); }};
  if (!(norm_type > 0.0)) {
    throw ValueError("[total_norm] the order of the norm must be positive, not " + xgrad::detail::text_of(norm_type));
  }
  std::vector<const Variable*> given;
  for (const Variable& x : xs) {
    if (!x.defined()) continue;
    if (!is_floating(x.dtype())) throw DTypeError("[total_norm] wants floating values, not int64");
    given.push_back(&x);
  }
  return given.empty() ? zeros({}, DType::float64) : xgrad::detail::apply(op, NormAttrs{norm_type}, given);
}

Variable clip_norm_(Variables& grads, double max_norm, double norm_type, bool error_if_nonfinite) {
  if (!(max_norm >= 0.0)) {
    throw ValueError("[clip_norm_] max_norm must be >= 0, not " + xgrad::detail::text_of(max_norm));
  }
  const NoGradGuard no_grad;
  const Variable norm = total_norm(grads, norm_type);
  if (error_if_nonfinite) {
    const Variable* const reads[] = {&norm};
    xgrad::detail::perform("check norm", reads, {}, [](xgrad::detail::Reads in) {
      const double value = in[0]->item();
      if (std::isfinite(value)) return;
      throw ValueError("[clip_norm_] the gradients' norm is " + xgrad::detail::text_of(value) +
                       ", so they cannot be scaled");
    });
  }
  // A step that is being recorded must be able to do either.
  if (!xgrad::detail::recorder && norm.item() <= max_norm) return norm;
  const Variable limit = full({}, max_norm, DType::float64);
  const Variable factor = where(less_equal(norm, limit), ones({}, DType::float64), limit / norm);
  for (Variable& g : grads) {
    if (g.defined()) g = astype(factor, g.dtype()) * g;
  }
  return norm;
}

Variable clip_grad_norm_(const Variables& parameters, double max_norm, double norm_type, bool error_if_nonfinite) {
  Variables grads = gradients(parameters);
  const Variable norm = clip_norm_(grads, max_norm, norm_type, error_if_nonfinite);
  give_back(parameters, grads);
  return norm;
}

void clip_value_(Variables& grads, double limit) {
  if (!(limit >= 0.0)) throw ValueError("[clip_value_] the limit must be >= 0, not " + xgrad::detail::text_of(limit));
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
