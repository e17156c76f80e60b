// SPDX-License-Identifier: BSD-3-Clause
// Max pooling: one window after the other, planes in parallel.
#include <xgrad/autograd/kernels/pool.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

/// The elements of a window along one axis: first, first + step, ... below last.
struct Span {
  std::int64_t first, last;
};

Span span(const PoolGeometry& g, std::size_t axis, std::int64_t i, std::int64_t in) noexcept {
  const std::int64_t step = g.dilation[axis];
  std::int64_t first = i * g.stride[axis] - g.padding[axis];
  const std::int64_t last = std::min(first + step * (g.kernel[axis] - 1) + 1, in);
  if (first < 0) first += (-first + step - 1) / step * step;
  return {first, last};
}

template <class T>
void indices_of_planes(const PoolGeometry& g, const Array& x, Array& out) {
  const std::size_t rank = x.rank();
  const std::int64_t height = x.shape()[rank - 2], width = x.shape()[rank - 1];
  const std::int64_t rows = out.shape()[rank - 2], columns = out.shape()[rank - 1];
  const T* in = x.data<T>();
  auto* index = out.mutable_data<std::int64_t>();
  const std::int64_t work = rows * columns * g.kernel[0] * g.kernel[1];
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / work);
  xgrad::detail::parallel_for(out.size() / (rows * columns), grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      const T* plane = in + p * height * width;
      std::int64_t* to = index + p * rows * columns;
      for (std::int64_t oh = 0; oh < rows; ++oh) {
        const Span down = span(g, 0, oh, height);
        for (std::int64_t ow = 0; ow < columns; ++ow) {
          const Span right = span(g, 1, ow, width);
          std::int64_t best = down.first * width + right.first;
          for (std::int64_t h = down.first; h < down.last; h += g.dilation[0]) {
            for (std::int64_t w = right.first; w < right.last; w += g.dilation[1]) {
              const std::int64_t at = h * width + w;
              if (plane[at] > plane[best] || std::isnan(plane[at])) best = at;
            }
          }
          *to++ = best;
        }
      }
    }
  });
}

}  // namespace

void max_pool_indices(const PoolGeometry& g, const Array& x, Array& out) {
  if (out.size() == 0) return;
  if (x.dtype() == DType::float32) {
    indices_of_planes<float>(g, x, out);
  } else {
    indices_of_planes<double>(g, x, out);
  }
}

}  // namespace xgrad::kernels
