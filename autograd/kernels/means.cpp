// SPDX-License-Identifier: BSD-3-Clause
// The plain sum first, and only where that has left the range, or has lost digits below it, a second pass: float32 in
// double, float64 scaled by a power of two.
#include <xgrad/autograd/kernels/means.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/autograd/kernels/axis.h>
#include <xgrad/autograd/kernels/elementwise.h>

namespace xgrad::kernels {
namespace {

Shape kept_shape(const Shape& shape, AxisMask axes) {
  Shape out = shape;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (axes >> i & 1u) out[i] = 1;
  }
  return out;
}

double reduced_count(const Array& x, AxisMask axes) {
  double n = 1;
  for (std::size_t i = 0; i < x.rank(); ++i) n *= axes >> i & 1u ? static_cast<double>(x.shape()[i]) : 1.0;
  return n;
}

/// Replaces the elements of `out` whose sums lie outside of [low, largest] by those of what `exact` makes, a float64
/// array of as many elements.
template <class Exact>
void rescue(const Array& sums, double low, Array& out, const Exact& exact) {
  detail::with_type(out.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* s = sums.data<T>();
    constexpr T most = std::numeric_limits<T>::max();
    const auto least = static_cast<T>(std::max(low, -static_cast<double>(most)));
    const auto outside = [=](T v) { return (v < least) | (v > most); };
    bool any = false;
    for (std::int64_t i = 0; i < sums.size(); ++i) any |= outside(s[i]);
    if (!any) return;
    const Array wide = exact();
    const double* from = wide.data<double>();
    T* to = out.mutable_data<T>();
    for (std::int64_t i = 0; i < sums.size(); ++i) {
      if (outside(s[i])) to[i] = static_cast<T>(from[i]);
    }
  });
}

/// From here on squares that are subnormal or vanish are less than a rounding of the sum.
double least_sum_of_squares(const Array& x, AxisMask axes) {
  const double least = x.dtype() == DType::float32 ? static_cast<double>(std::numeric_limits<float>::min())
                                                   : std::numeric_limits<double>::min();
  return std::max(reduced_count(x, axes), 1.0) * least;
}

/// Norms in float64, without overflow or underflow on the way.
Array exact_norm(const Array& x, AxisMask axes, double eps) {
  const Shape shape = kept_shape(x.shape(), axes);
  Array squares(shape, DType::float64), out(shape, DType::float64);
  double* y = out.mutable_data<double>();
  if (x.dtype() == DType::float32) {
    Array wide(x.shape(), DType::float64);
    cast(x, wide);
    reduce(Reduce::sum_squares, wide, axes, squares);
    const double* s = squares.data<double>();
    for (std::int64_t i = 0; i < out.size(); ++i) y[i] = std::sqrt(s[i] + eps);
    return out;
  }
  Array magnitudes(x.shape(), DType::float64), scales(shape, DType::float64), scaled(x.shape(), DType::float64);
  unary(Unary::abs, x, magnitudes);
  reduce(Reduce::max, magnitudes, axes, scales);
  double* scale = scales.mutable_data<double>();
  for (std::int64_t i = 0; i < scales.size(); ++i) {
    const double largest = std::max(scale[i], std::sqrt(eps));
    const int exponent = largest > 0.0 && std::isfinite(largest) ? std::ilogb(largest) : 0;
    scale[i] = std::ldexp(1.0, std::clamp(-exponent, -1021, 1021));
  }
  binary(Binary::mul, x, scales, scaled);
  reduce(Reduce::sum_squares, scaled, axes, squares);
  const double* s = squares.data<double>();
  for (std::int64_t i = 0; i < out.size(); ++i) {
    const double root_eps = std::sqrt(eps) * scale[i];
    y[i] = std::sqrt(s[i] + root_eps * root_eps) / scale[i];
  }
  return out;
}

}  // namespace

void norm(const Array& x, AxisMask axes, double eps, Array& out) {
  Array sums(out.shape(), out.dtype());
  reduce(Reduce::sum_squares, x, axes, sums);
  if (eps != 0.0) {
    Array shifted(out.shape(), out.dtype());
    unary(Unary::affine, sums, shifted, 1.0, eps);
    sums = shifted;
  }
  unary(Unary::sqrt, sums, out);
  rescue(sums, least_sum_of_squares(x, axes), out, [&] { return exact_norm(x, axes, eps); });
}

void mean_squares(const Array& x, AxisMask axes, double denominator, Array& out) {
  Array sums(out.shape(), out.dtype());
  reduce(Reduce::sum_squares, x, axes, sums);
  unary(Unary::affine, sums, out, 1.0 / denominator, 0.0);
  rescue(sums, least_sum_of_squares(x, axes), out, [&] {
    Array roots = exact_norm(x, axes, 0.0);
    double* y = roots.mutable_data<double>();
    for (std::int64_t i = 0; i < roots.size(); ++i) {
      const double root = y[i] / std::sqrt(std::abs(denominator));
      y[i] = std::copysign(root * root, denominator);
    }
    return roots;
  });
}

void mean(const Array& x, AxisMask axes, Array& out) {
  const double n = reduced_count(x, axes);
  Array sums(out.shape(), out.dtype());
  reduce(Reduce::sum, x, axes, sums);
  unary(Unary::affine, sums, out, 1.0 / n, 0.0);
  rescue(sums, -std::numeric_limits<double>::max(), out, [&] {
    // Halved as often as keeps the sum of n within the range.
    const double scale = std::ldexp(1.0, -std::ilogb(n) - 1);
    Array wide(x.shape(), DType::float64), small(x.shape(), DType::float64);
    cast(x, wide);
    unary(Unary::affine, wide, small, scale, 0.0);
    Array means(kept_shape(x.shape(), axes), DType::float64);
    reduce(Reduce::sum, small, axes, means);
    double* y = means.mutable_data<double>();
    for (std::int64_t i = 0; i < means.size(); ++i) y[i] /= n * scale;
    return means;
  });
}

}  // namespace xgrad::kernels
