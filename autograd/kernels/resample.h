// SPDX-License-Identifier: BSD-3-Clause
// Separable linear maps of planes: a sparse matrix on each of the last two axes. Average pooling, interpolation, edge
// padding and the adjoints of all of them are nothing else.
#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/naming.h>

namespace xgrad::kernels {

/// A sparse matrix of `in` columns, row by row: out[i] = sum of weight[k] in[source[k]] for first[i] <= k < first[i +
/// 1].
struct AxisMap {
  explicit AxisMap(std::int64_t columns) : in(columns) {}

  std::int64_t out() const noexcept { return static_cast<std::int64_t>(first.size()) - 1; }
  /// There will be so many rows, of at least one term each.
  void reserve(std::int64_t rows) {
    if (!memory::may_request(3 * sizeof(std::int64_t) * static_cast<std::size_t>(rows))) {
      xgrad::detail::throw_out_of_memory(Shape{rows, 3}, DType::int64);
    }
    first.reserve(static_cast<std::size_t>(rows) + 1);
    source.reserve(static_cast<std::size_t>(rows));
    weight.reserve(static_cast<std::size_t>(rows));
  }
  /// Adds a term to the row that is being written, and ends that row.
  void add(std::int64_t from, double w) {
    source.push_back(from);
    weight.push_back(w);
  }
  void end_row() { first.push_back(static_cast<std::int64_t>(source.size())); }

  std::int64_t in;
  std::vector<std::int64_t> first{0};
  std::vector<std::int64_t> source;
  std::vector<double> weight;
};

AxisMap transposed(const AxisMap& map);

/// y = rows x columns^T for each plane: x (..., rows.in, columns.in) gives y (..., rows.out(), columns.out()).
/// Floating; the shapes are already checked.
void resample(const AxisMap& rows, const AxisMap& columns, const Array& x, Array& y);

}  // namespace xgrad::kernels
