// SPDX-License-Identifier: BSD-3-Clause
// Inner products and distances between the rows of two sample sets, block by block. Internal to metrics.
#pragma once

#include <functional>
#include <vector>

#include <xgrad/autograd/array.h>

namespace xgrad::models::detail {

/// The samples as float64 (n, d). @throws ShapeError naming the metric unless there are two axes and >= `least`
/// samples.
Array samples_of(const char* metric, const Array& features, std::int64_t least);
/// @throws ShapeError naming the metric unless both have the same number of features.
void check_same_width(const char* metric, const Array& a, const Array& b);

/// |row|^2 of each row.
std::vector<double> squared_norms(const Array& samples);

/// Calls f(i, products) for each row i of a, with the inner products of a_i and all rows of b; from several threads at
/// once. Memory stays bounded.
using RowFunction = std::function<void(std::int64_t row, double* values)>;
void each_product_row(const Array& a, const Array& b, const RowFunction& f);
/// The same with squared distances |a_i - b_j|^2, never negative.
void each_distance_row(const Array& a, const Array& b, const RowFunction& f);

}  // namespace xgrad::models::detail
