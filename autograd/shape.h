// SPDX-License-Identifier: BSD-3-Clause
// Shape: extents of an array, held inline so that making and copying one never allocates.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

namespace xgrad {

/// Extents in row-major order, outermost first. At most `max_rank` of them; () is a scalar.
/// @throws ShapeError on a negative extent, on more than max_rank extents, or when the element count overflows.
class Shape {
 public:
  static constexpr std::size_t max_rank = 8;

  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : Shape(dims.begin(), dims.size()) {}
  Shape(const std::vector<std::int64_t>& dims) : Shape(dims.data(), dims.size()) {}
  Shape(const std::int64_t* dims, std::size_t rank);

  std::size_t rank() const noexcept { return rank_; }
  bool empty() const noexcept { return rank_ == 0; }
  /// Number of elements: the product of the extents, 1 for ().
  std::int64_t numel() const noexcept {
    std::int64_t n = 1;
    for (std::size_t i = 0; i < rank_; ++i) n *= dims_[i];
    return n;
  }

  std::int64_t operator[](std::size_t i) const noexcept { return dims_[i]; }
  std::int64_t& operator[](std::size_t i) noexcept { return dims_[i]; }
  std::int64_t back() const noexcept { return dims_[rank_ - 1]; }
  const std::int64_t* begin() const noexcept { return dims_.data(); }
  const std::int64_t* end() const noexcept { return dims_.data() + rank_; }

  void push_back(std::int64_t extent) { insert(rank_, extent); }
  void insert(std::size_t position, std::int64_t extent);
  void erase(std::size_t position);

  friend bool operator==(const Shape& a, const Shape& b) noexcept {
    if (a.rank_ != b.rank_) return false;
    for (std::size_t i = 0; i < a.rank_; ++i) {  // std::equal would call memcmp
      if (a.dims_[i] != b.dims_[i]) return false;
    }
    return true;
  }

 private:
  std::array<std::int64_t, max_rank> dims_{};
  std::size_t rank_ = 0;
};

/// "(64, 784)"; "()" for a scalar and "(3,)" for one axis, as NumPy prints them.
std::string to_string(const Shape& shape);
std::ostream& operator<<(std::ostream& os, const Shape& shape);

/// Axis in [0, rank) for an axis in [-rank, rank). @throws ShapeError naming `op` otherwise.
std::size_t normalize_axis(std::int64_t axis, std::size_t rank, const char* op);

/// NumPy broadcasting of two shapes. @throws ShapeError naming `op` and both shapes.
Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op);

/// A list of axes, negative ones counted from the end; for reductions, empty means all axes.
using Axes = std::vector<std::int64_t>;

}  // namespace xgrad
