// SPDX-License-Identifier: BSD-3-Clause
// Scans: columns of the axis in tiles whose running values stay in registers or the first cache.
#include <xgrad/autograd/kernels/scan.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include <xgrad/autograd/kernels/axis.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::Sides;

constexpr std::int64_t tile = 64;

/// What float32 is accumulated in.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, T>;

/// Calls f(o, c, width) for the columns [c, c + width) of each outer index o.
template <class F>
void for_tiles(const Sides& s, const F& f) {
  const std::int64_t tiles = (s.inner + tile - 1) / tile;
  const std::int64_t work = std::max<std::int64_t>(1, s.extent * std::min(s.inner, tile));
  xgrad::detail::parallel_for(s.outer * tiles, std::max<std::int64_t>(1, 32768 / work),
                              [&](std::int64_t begin, std::int64_t end) {
                                for (std::int64_t i = begin; i < end; ++i) {
                                  const std::int64_t c = i % tiles * tile;
                                  f(i / tiles, c, std::min(tile, s.inner - c));
                                }
                              });
}

/// Calls step(place of the row's first element, width, first) for every row of a tile, in order.
template <class Step>
void for_rows(const Sides& s, bool reverse, const Step& step) {
  if (s.extent == 0) return;  // the columns may be as many as you please
  for_tiles(s, [&](std::int64_t o, std::int64_t c, std::int64_t width) {
    auto walk = step(width);
    for (std::int64_t k = 0; k < s.extent; ++k) {
      walk((o * s.extent + (reverse ? s.extent - 1 - k : k)) * s.inner + c, k == 0);
    }
  });
}

}  // namespace

void cumsum(const Array& x, std::size_t axis, bool reverse, Array& out) {
  detail::with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    T* y = out.mutable_data<T>();
    for_rows(Sides(x.shape(), axis), reverse, [=](std::int64_t width) {
      return [=, total = std::array<Wide<T>, tile>{}](std::int64_t row, bool) mutable {
        for (std::int64_t j = 0; j < width; ++j) {
          auto& t = total[static_cast<std::size_t>(j)];
          t = detail::plus<Wide<T>>(t, in[row + j]);
          y[row + j] = static_cast<T>(t);
        }
      };
    });
  });
}

void recurrence(const Array& a, const Array& b, std::size_t axis, bool reverse, Array& out) {
  detail::with_type(a.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T *factor = a.data<T>(), *term = b.data<T>();
    T* y = out.mutable_data<T>();
    const Sides s(a.shape(), axis);
    const std::int64_t before = reverse ? s.inner : -s.inner;
    for_rows(s, reverse, [=](std::int64_t width) {
      return [=](std::int64_t row, bool first) {
        if (first) {
          std::copy_n(term + row, width, y + row);
          return;
        }
        for (std::int64_t j = row; j < row + width; ++j)
          y[j] = detail::plus(detail::times(factor[j], y[j + before]), term[j]);
      };
    });
  });
}

namespace {

/// A product with its exponent kept apart: mantissa 2^exponent, |mantissa| in [1/2, 1) while it is finite and not 0.
struct Scaled {
  double mantissa = 1.0;
  std::int64_t exponent = 0;

  void times(double x) {
    int of_x = 0, of_product = 0;
    const bool scales = x != 0.0 && std::isfinite(x);
    mantissa *= scales ? std::frexp(x, &of_x) : x;
    if (mantissa != 0.0 && std::isfinite(mantissa)) mantissa = std::frexp(mantissa, &of_product);
    exponent += of_x + of_product;
  }
  double value() const {
    // Past these any mantissa is infinite or 0.
    return std::ldexp(mantissa, static_cast<int>(std::clamp<std::int64_t>(exponent, -2200, 2200)));
  }
};

}  // namespace

void prod(const Array& x, std::size_t axis, Array& out) {
  detail::with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    using W = Wide<T>;
    const T* in = x.data<T>();
    T* y = out.mutable_data<T>();
    const Sides s(x.shape(), axis);
    for_tiles(s, [&](std::int64_t o, std::int64_t c, std::int64_t width) {
      std::array<W, tile> total, least;
      total.fill(1);
      least.fill(1);
      const T* first = in + o * s.extent * s.inner + c;
      for (std::int64_t k = 0; k < s.extent; ++k) {
        const T* row = first + k * s.inner;
        for (std::int64_t j = 0; j < width; ++j) {
          W& t = total[static_cast<std::size_t>(j)];
          t = detail::times<W>(t, row[j]);
          if constexpr (is_floating(dtype_of<T>)) {
            W& l = least[static_cast<std::size_t>(j)];
            l = std::min(l, std::abs(t));
          }
        }
      }
      T* to = y + o * s.inner + c;
      for (std::int64_t j = 0; j < width; ++j) {
        const auto i = static_cast<std::size_t>(j);
        to[j] = static_cast<T>(total[i]);
        if constexpr (is_floating(dtype_of<T>)) {
          if (std::isfinite(total[i]) && least[i] >= std::numeric_limits<W>::min()) continue;
          Scaled product;  // somewhere on the way it left the range of W
          for (std::int64_t k = 0; k < s.extent; ++k) product.times(first[k * s.inner + j]);
          to[j] = static_cast<T>(product.value());
        }
      }
    });
  });
}

void balance(const Array& x, std::size_t axis, Array& out) {
  detail::with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    std::int64_t* y = out.mutable_data<std::int64_t>();
    for_rows(Sides(x.shape(), axis), false, [=](std::int64_t width) {
      return [=, running = std::array<Scaled, tile>{}](std::int64_t row, bool) mutable {
        for (std::int64_t j = 0; j < width; ++j) {
          Scaled& r = running[static_cast<std::size_t>(j)];
          const auto v = static_cast<double>(in[row + j]);
          const std::int64_t before = r.exponent;
          if (v != 0.0 && std::isfinite(v)) r.times(v);
          y[row + j] = before - r.exponent;
        }
      };
    });
  });
}

void ldexp(const Array& x, const Array& exponent, Array& out) {
  detail::with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (is_floating(dtype_of<T>)) {
      const T* in = x.data<T>();
      const std::int64_t* e = exponent.data<std::int64_t>();
      T* y = out.mutable_data<T>();
      xgrad::detail::parallel_for(x.size(), 8192, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
          y[i] = std::ldexp(in[i], static_cast<int>(std::clamp<std::int64_t>(e[i], -5000, 5000)));
      });
    }
  });
}

}  // namespace xgrad::kernels
