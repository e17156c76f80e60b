// SPDX-License-Identifier: BSD-3-Clause
// Standardising channels: one thread takes a channel through all its passes.
#include <xgrad/autograd/kernels/normalize.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/copy.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

/// Where x's channels lie.
struct Layout {
  explicit Layout(const Shape& s) : channels(s[1]), plane(1) {
    for (std::size_t i = 2; i < s.rank(); ++i) plane *= s[i];
    runs = {s[0], channels * plane, plane};
  }
  double count() const noexcept { return static_cast<double>(runs.count * runs.n); }

  std::int64_t channels, plane;
  simd::Runs runs;
};

/// f(channel, its first element) in parallel, some 20 us a chunk.
template <class F>
void each_channel(const Layout& l, const F& f) {
  constexpr std::int64_t grain = 32768;
  const std::int64_t size = std::max<std::int64_t>(1, l.runs.count * l.plane);
  xgrad::detail::parallel_for(l.channels, std::max<std::int64_t>(1, grain / size),
                              [&](std::int64_t begin, std::int64_t end) {
                                for (std::int64_t c = begin; c < end; ++c) f(c, c * l.plane);
                              });
}

double get(const Array& x, std::int64_t i) {
  return x.dtype() == DType::float32 ? static_cast<double>(x.data<float>()[i]) : x.data<double>()[i];
}
void set(void* x, DType dtype, std::int64_t i, double value) noexcept {
  if (dtype == DType::float32) {
    static_cast<float*>(x)[i] = static_cast<float>(value);
  } else {
    static_cast<double*>(x)[i] = value;
  }
}

struct Moments {
  double mean, variance, unit;
  /// 1 / sqrt(variance + eps), also where the variance is outside of the range.
  double inverse_deviation(double eps) const noexcept {
    if (unit == 1.0) return 1.0 / std::sqrt(variance + eps);
    return 1.0 / std::hypot(std::sqrt(variance) * unit, std::sqrt(eps));
  }
};

Moments moments_of(const Layout& l, const Array& x, std::int64_t first, double eps) {
  Moments m{};
  const auto of = simd::table().moments[static_cast<int>(x.dtype())];
  of(l.runs, detail::at(x, first), eps, &m.mean, &m.variance, &m.unit);
  return m;
}

}  // namespace

void moments(const Array& x, Array& mean, Array& variance) {
  if (x.rank() == 2) {  // a channel is a column: as a row, it is read in vectors
    const std::int64_t n = x.shape()[0], channels = x.shape()[1];
    Array rows(Shape{1, channels, n}, x.dtype());
    strided_copy(Shape{channels, n}, x, 0, Strides{1, channels}, rows, 0, Strides{n, 1});
    return moments(rows, mean, variance);
  }
  const Layout l(x.shape());
  void *to_mean = mean.mutable_raw(), *to_variance = variance.mutable_raw();
  each_channel(l, [&](std::int64_t c, std::int64_t first) {
    const Moments m = moments_of(l, x, first, 1.0);
    set(to_mean, x.dtype(), c, m.mean);
    set(to_variance, x.dtype(), c, m.variance * m.unit * m.unit);
  });
}

void standardize(const Array& x, const Array& weight, const Array& bias, double eps, Array& out) {
  const Layout l(x.shape());
  const auto loop = simd::table().affine[static_cast<int>(x.dtype())];
  void* y = out.mutable_raw();
  each_channel(l, [&](std::int64_t c, std::int64_t first) {
    const Moments m = moments_of(l, x, first, eps);
    loop(l.runs, detail::at(x, first), m.mean, get(weight, c) * m.inverse_deviation(eps), get(bias, c),
         detail::at(y, x.dtype(), first));
  });
}

void standardize_input(const Array& g, const Array& x, const Array& weight, double eps, Array& out) {
  const Layout l(x.shape());
  const auto dtype = static_cast<int>(x.dtype());
  const auto sums = simd::table().centred_sums[dtype];
  const auto combine = simd::table().combine[dtype];
  void* y = out.mutable_raw();
  each_channel(l, [&](std::int64_t c, std::int64_t first) {
    const Moments m = moments_of(l, x, first, eps);
    double of_g = 0, of_products = 0;
    sums(l.runs, detail::at(g, first), detail::at(x, first), m.mean, &of_g, &of_products);
    const double inverse = m.inverse_deviation(eps);
    combine(l.runs, detail::at(g, first), detail::at(x, first), m.mean, inverse * get(weight, c),
            -inverse * (inverse * of_products / l.count()), -of_g / l.count(), detail::at(y, x.dtype(), first));
  });
}

void standardize_weight(const Array& g, const Array& x, double eps, Array& out) {
  const Layout l(x.shape());
  const auto sums = simd::table().centred_sums[static_cast<int>(x.dtype())];
  void* w = out.mutable_raw();
  each_channel(l, [&](std::int64_t c, std::int64_t first) {
    const Moments m = moments_of(l, x, first, eps);
    double of_g = 0, of_products = 0;
    sums(l.runs, detail::at(g, first), detail::at(x, first), m.mean, &of_g, &of_products);
    set(w, x.dtype(), c, of_products * m.inverse_deviation(eps));
  });
}

}  // namespace xgrad::kernels
