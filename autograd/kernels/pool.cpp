// SPDX-License-Identifier: BSD-3-Clause
// Max pooling: one window after the other, planes in parallel.
#include <xgrad/autograd/kernels/pool.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

struct Range {
  std::int64_t first, last;
};

/// The outputs along an axis for which element k of the window is inside the image.
Range outputs_with(const PoolGeometry& g, std::size_t axis, std::int64_t k, std::int64_t in,
                   std::int64_t out) noexcept {
  const std::int64_t shift = k * g.dilation[axis] - g.padding[axis], step = g.stride[axis];
  const std::int64_t first = shift >= 0 ? 0 : (-shift + step - 1) / step;
  const std::int64_t last = shift >= in ? 0 : std::min((in - 1 - shift) / step + 1, out);
  return {std::min(first, last), last};
}

/// The first element of window i that is inside the image.
std::int64_t first_inside(const PoolGeometry& g, std::size_t axis, std::int64_t i) noexcept {
  const std::int64_t begin = i * g.stride[axis] - g.padding[axis], step = g.dilation[axis];
  return begin >= 0 ? begin : begin + (-begin + step - 1) / step * step;
}

/// Finds the largest elements of one row of windows after another: element k of all windows of the row, then element
/// k + 1, in loops without a branch. Places are as wide as values, so that vector instructions take both.
template <class T>
class RowScan {
 public:
  RowScan(const PoolGeometry& g, std::int64_t height, std::int64_t width, std::int64_t columns)
      : g_(g),
        height_(height),
        width_(width),
        best_(static_cast<std::size_t>(columns)),
        value_(best_),
        place_(best_.size()) {
    const std::int64_t left = std::max<std::int64_t>(0, g.padding[1] - (columns - 1) * g.stride[1]);
    for (std::int64_t k = left / g.dilation[1]; k < g.kernel[1] && k * g.dilation[1] - g.padding[1] < width; ++k) {
      const auto [first, last] = outputs_with(g, 1, k, width, columns);
      if (first < last) inside_.push_back({k, first, last});
    }
    for (std::int64_t i = 0; i < columns; ++i) first_.push_back(static_cast<Place>(first_inside(g, 1, i)));
  }

  /// The places of row `row`, in order.
  const auto& operator()(const T* plane, std::int64_t row) {
    std::fill(best_.begin(), best_.end(), -std::numeric_limits<T>::infinity());
    const auto top = static_cast<Place>(first_inside(g_, 0, row) * width_);
    std::transform(first_.begin(), first_.end(), place_.begin(),
                   [top](Place p) { return static_cast<Place>(p + top); });
    // From the first that is not above the image.
    const std::int64_t above = std::max<std::int64_t>(0, g_.padding[0] - row * g_.stride[0]);
    for (std::int64_t kh = (above + g_.dilation[0] - 1) / g_.dilation[0]; kh < g_.kernel[0]; ++kh) {
      const std::int64_t h = row * g_.stride[0] + kh * g_.dilation[0] - g_.padding[0];
      if (h >= height_) break;
      for (const auto& [kw, first, last] : inside_) {
        const std::int64_t start = h * width_ + kw * g_.dilation[1] - g_.padding[1] + first * g_.stride[1];
        take(plane + start, start, last - first, best_.data() + first, place_.data() + first);
      }
    }
    return place_;
  }

 private:
  using Place = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;

  void take(const T* from, std::int64_t start, std::int64_t n, T* best, Place* place) {
    const std::int64_t stride = g_.stride[1];
    T* value = value_.data();
    for (std::int64_t i = 0; i < n; ++i) value[i] = from[i * stride];
    const auto base = static_cast<Place>(start), step = static_cast<Place>(stride);
    for (std::int64_t i = 0; i < n; ++i) {
      const bool larger = (value[i] > best[i]) | (value[i] != value[i]);
      best[i] = larger ? value[i] : best[i];
      place[i] = larger ? static_cast<Place>(base + static_cast<Place>(i) * step) : place[i];
    }
  }

  const PoolGeometry& g_;
  std::int64_t height_, width_;
  std::vector<T> best_, value_;
  std::vector<Place> place_, first_;
  struct Inside {
    std::int64_t k, first, last;
  };
  std::vector<Inside> inside_;  ///< the outputs of each element of the window that has some
};

template <class T>
void indices_of_planes(const PoolGeometry& g, const Array& x, Array& out) {
  const std::size_t rank = x.rank();
  const std::int64_t height = x.shape()[rank - 2], width = x.shape()[rank - 1];
  const std::int64_t rows = out.shape()[rank - 2], columns = out.shape()[rank - 1];
  const T* in = x.data<T>();
  auto* index = out.mutable_data<std::int64_t>();
  const double work = static_cast<double>(rows * columns) * static_cast<double>(g.kernel[0] * g.kernel[1]);
  const auto grain = std::max<std::int64_t>(1, static_cast<std::int64_t>(16384 / work));
  xgrad::detail::parallel_for(out.size() / (rows * columns), grain, [&](std::int64_t begin, std::int64_t end) {
    RowScan<T> scan(g, height, width, columns);
    for (std::int64_t p = begin; p < end; ++p) {
      for (std::int64_t row = 0; row < rows; ++row) {
        const auto& places = scan(in + p * height * width, row);
        std::copy(places.begin(), places.end(), index + (p * rows + row) * columns);
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
