// SPDX-License-Identifier: BSD-3-Clause
// Sorting indices: ties go by place, so that the order is total and any sorting algorithm gives the stable result.
#include <xgrad/autograd/kernels/order.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include <xgrad/autograd/kernels/axis.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::Sides;

template <class T>
bool is_nan(T x) noexcept {
  return x != x;
}

/// a stands before b in ascending order.
template <class T>
bool below(T a, T b) noexcept {
  return a < b || (is_nan(b) && !is_nan(a));
}

/// Calls f(first element, slice number) with each slice along the axis; a slice's elements are s.inner apart.
template <class F>
void for_slices(const Sides& s, const F& f) {
  const std::int64_t grain = std::max<std::int64_t>(1, 8192 / std::max<std::int64_t>(1, s.extent));
  xgrad::detail::parallel_for(s.outer * s.inner, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i / s.inner * s.extent * s.inner + i % s.inner, i);
  });
}

}  // namespace

void argsort(const Array& x, std::size_t axis, bool descending, Array& out) {
  const Sides s(x.shape(), axis);
  const std::int64_t count = out.shape()[axis];
  if (out.size() == 0) return;
  auto* result = out.mutable_data<std::int64_t>();
  detail::with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    for_slices(s, [&](std::int64_t first, std::int64_t slice) {
      const T* column = in + first;
      const auto before = [=, n = s.inner](std::int64_t a, std::int64_t b) {
        const T u = column[a * n], v = column[b * n];
        if (descending ? below(v, u) : below(u, v)) return true;
        return a < b && !(descending ? below(u, v) : below(v, u));
      };
      std::vector<std::int64_t> order(static_cast<std::size_t>(s.extent));
      std::iota(order.begin(), order.end(), 0);
      if (count < s.extent) {
        std::partial_sort(order.begin(), order.begin() + count, order.end(), before);
      } else {
        std::sort(order.begin(), order.end(), before);
      }
      std::int64_t* y = result + slice / s.inner * count * s.inner + slice % s.inner;
      for (std::int64_t k = 0; k < count; ++k) y[k * s.inner] = order[static_cast<std::size_t>(k)];
    });
  });
}

void argmax(const Array& x, std::size_t axis, Array& out) {
  const Sides s(x.shape(), axis);
  auto* result = out.mutable_data<std::int64_t>();
  detail::with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    for_slices(s, [&](std::int64_t first, std::int64_t slice) {
      const T* column = in + first;
      std::int64_t best = 0;
      for (std::int64_t k = 1; k < s.extent; ++k) {
        if (below(column[best * s.inner], column[k * s.inner])) best = k;
      }
      result[slice] = best;
    });
  });
}

}  // namespace xgrad::kernels
