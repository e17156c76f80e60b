// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the core share: float64 leaves, distances, and a count of nodes that must come back.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/node.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/random.h>

namespace xgrad::test {

/// A float64 leaf that requires a gradient.
inline Variable leaf(const std::vector<double>& values, const Shape& shape) { return tensor(values, shape, true); }
inline Variable leaf(double value) { return leaf({value}, {}); }

/// A float64 constant.
inline Variable constant(const std::vector<double>& values, const Shape& shape) { return tensor(values, shape); }

/// A float64 leaf of normal draws.
inline Variable random_leaf(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  return Variable(normal(shape, 0.0, 1.0, DType::float64, generator).array(), true);
}

/// max |a - b|; infinite when shapes or dtypes differ or a NaN is met.
inline double distance(const Array& a, const Array& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return std::numeric_limits<double>::infinity();
  const auto x = a.to_vector<double>();
  const auto y = b.to_vector<double>();
  double worst = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = std::abs(x[i] - y[i]);
    if (!(d <= worst)) worst = std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
  }
  return worst;
}
inline double distance(const Variable& a, const Variable& b) { return distance(a.array(), b.array()); }

/// <a, b>
inline double inner_product(const Variable& a, const Variable& b) { return sum(a.detach() * b.detach()).item(); }

/// Fails the test when nodes made in its scope outlive it.
class NodesComeBack {
 public:
  NodesComeBack() = default;
  ~NodesComeBack() { CHECK(detail::Node::live_count() == before_); }
  NodesComeBack(const NodesComeBack&) = delete;
  NodesComeBack& operator=(const NodesComeBack&) = delete;

 private:
  std::int64_t before_ = detail::Node::live_count();
};

}  // namespace xgrad::test
