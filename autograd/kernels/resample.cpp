// SPDX-License-Identifier: BSD-3-Clause
// Resampling one plane after the other: one axis into a scratch plane, then the other axis.
#include <xgrad/autograd/kernels/resample.h>

#include <algorithm>

#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {

AxisMap transposed(const AxisMap& map) {
  AxisMap t(map.out());
  const auto rows = static_cast<std::size_t>(map.in);
  t.first.assign(rows + 1, 0);
  for (const std::int64_t s : map.source) ++t.first[static_cast<std::size_t>(s) + 1];
  for (std::size_t i = 0; i < rows; ++i) t.first[i + 1] += t.first[i];
  t.source.resize(map.source.size());
  t.weight.resize(map.weight.size());
  std::vector<std::int64_t> next(t.first.begin(), t.first.end() - 1);
  for (std::int64_t i = 0; i < map.out(); ++i) {
    for (auto k = static_cast<std::size_t>(map.first[static_cast<std::size_t>(i)]);
         k < static_cast<std::size_t>(map.first[static_cast<std::size_t>(i) + 1]); ++k) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(map.source[k])]++);
      t.source[at] = i;
      t.weight[at] = map.weight[k];
    }
  }
  return t;
}

namespace {

/// A map with its weights in the type of the planes.
template <class T>
struct Taps {
  explicit Taps(const AxisMap& map)
      : in(map.in), out(map.out()), first(map.first.data()), source(map.source.data()), weight(map.weight.size()) {
    std::transform(map.weight.begin(), map.weight.end(), weight.begin(), [](double w) { return static_cast<T>(w); });
    for (const std::int64_t n : {1, 2}) {
      bool all = out > 0;
      for (std::int64_t i = 0; i < out; ++i) all = all && first[i + 1] - first[i] == n;
      if (all) uniform = n;
    }
  }

  std::int64_t in, out;
  const std::int64_t* first;
  const std::int64_t* source;
  std::vector<T> weight;
  std::int64_t uniform = 0;  ///< the number of terms of every row, when it is 1 or 2
};

/// y (out, width) from x (in, width).
template <class T>
void map_rows(const Taps<T>& m, std::int64_t width, const T* x, T* y) {
  for (std::int64_t i = 0; i < m.out; ++i, y += width) {
    const std::int64_t begin = m.first[i], end = m.first[i + 1];
    if (begin == end) std::fill_n(y, width, T(0));
    for (std::int64_t k = begin; k < end; ++k) {
      const T* from = x + m.source[k] * width;
      const T w = m.weight[static_cast<std::size_t>(k)];
      if (k > begin) {
        for (std::int64_t j = 0; j < width; ++j) y[j] += w * from[j];
      } else {
        for (std::int64_t j = 0; j < width; ++j) y[j] = w * from[j];
      }
    }
  }
}

/// y (height, out) from x (height, in).
template <class T>
void map_columns(const Taps<T>& m, std::int64_t height, const T* x, T* y) {
  const std::int64_t* s = m.source;
  const T* w = m.weight.data();
  for (std::int64_t h = 0; h < height; ++h, x += m.in, y += m.out) {
    if (m.uniform == 1) {
      for (std::int64_t i = 0; i < m.out; ++i) y[i] = w[i] * x[s[i]];
    } else if (m.uniform == 2) {
      for (std::int64_t i = 0; i < m.out; ++i) y[i] = w[2 * i] * x[s[2 * i]] + w[2 * i + 1] * x[s[2 * i + 1]];
    } else {
      for (std::int64_t i = 0; i < m.out; ++i) {
        T total(0);
        for (std::int64_t k = m.first[i]; k < m.first[i + 1]; ++k) total += w[k] * x[s[k]];
        y[i] = total;
      }
    }
  }
}

template <class T>
void resample_planes(const AxisMap& row_map, const AxisMap& column_map, const Array& x, Array& y) {
  const Taps<T> rows(row_map), columns(column_map);
  const T* in = x.data<T>();
  T* out = y.mutable_data<T>();
  const std::int64_t in_plane = rows.in * columns.in, out_plane = rows.out * columns.out;
  // The axis of rows is the fast one: it goes first when it leaves fewer rows for the other.
  const bool rows_first = rows.out <= rows.in;
  const std::int64_t between = rows_first ? rows.out * columns.in : rows.in * columns.out;
  const std::int64_t grain = std::max<std::int64_t>(1, 16384 / std::max(in_plane, out_plane));
  xgrad::detail::parallel_for(y.size() / out_plane, grain, [&](std::int64_t begin, std::int64_t end) {
    Array memory(Shape{between}, dtype_of<T>);
    T* scratch = memory.mutable_data<T>();
    for (std::int64_t p = begin; p < end; ++p) {
      if (rows_first) {
        map_rows(rows, columns.in, in + p * in_plane, scratch);
        map_columns(columns, rows.out, scratch, out + p * out_plane);
      } else {
        map_columns(columns, rows.in, in + p * in_plane, scratch);
        map_rows(rows, columns.out, scratch, out + p * out_plane);
      }
    }
  });
}

}  // namespace

void resample(const AxisMap& rows, const AxisMap& columns, const Array& x, Array& y) {
  if (y.size() == 0) return;
  if (y.dtype() == DType::float32) {
    resample_planes<float>(rows, columns, x, y);
  } else {
    resample_planes<double>(rows, columns, x, y);
  }
}

}  // namespace xgrad::kernels
