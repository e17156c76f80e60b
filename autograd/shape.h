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

class Shape;

namespace detail {

/// An extent of a Shape that may be written: what is written is checked.
class Extent {
 public:
  Extent(Shape& shape, std::size_t i) noexcept : shape_(shape), i_(i) {}
  operator std::int64_t() const noexcept;
  Extent(const Extent&) = default;
  Extent& operator=(std::int64_t extent);
  Extent& operator=(const Extent& other) { return *this = std::int64_t{other}; }
  Extent& operator+=(std::int64_t more);
  Extent& operator-=(std::int64_t less);
  Extent& operator*=(std::int64_t factor);
  Extent& operator/=(std::int64_t divisor) { return *this = *this / divisor; }
  Extent& operator++() { return *this += 1; }
  Extent& operator--() { return *this -= 1; }

 private:
  Shape& shape_;
  std::size_t i_;
};

[[noreturn]] void throw_extent(const char* op, bool positive);

/// A whole number between two steps of a computation of extents: sums of products of two int64 do not leave it.
__extension__ typedef __int128 Wide;

/// The extent, offset or count that `op` has computed. @throws ShapeError when 64 bits do not hold it.
inline std::int64_t narrow(const char* op, Wide n) {
  const auto result = static_cast<std::int64_t>(n);
  if (result != n) [[unlikely]]
    throw_extent(op, n > 0);
  return result;
}

}  // namespace detail

/// Extents in row-major order, outermost first. At most `max_rank` of them; () is a scalar. Extents are never negative
/// and their product, taking 0 for 1, fits 64 bits: then so do all strides and all numbers of elements of a part.
/// @throws ShapeError, whenever an extent is given, on what would break this, and on more than max_rank extents.
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
  detail::Extent operator[](std::size_t i) noexcept { return {*this, i}; }
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
  friend class detail::Extent;
  void set(std::size_t i, std::int64_t extent);
  /// @throws ShapeError when the extents break what the class promises.
  void check() const {
    std::int64_t n = 1;
    bool fits = true;
    for (std::size_t i = 0; i < rank_; ++i) {
      const std::int64_t d = dims_[i];
      fits = fits && d >= 0 && !__builtin_mul_overflow(n, d == 0 ? 1 : d, &n);
    }
    if (!fits) [[unlikely]]
      throw_unfit();
  }
  [[noreturn]] void throw_unfit() const;

  std::array<std::int64_t, max_rank> dims_{};
  std::size_t rank_ = 0;
};

inline detail::Extent::operator std::int64_t() const noexcept { return shape_.dims_[i_]; }
inline detail::Extent& detail::Extent::operator=(std::int64_t extent) {
  shape_.set(i_, extent);
  return *this;
}
inline detail::Extent& detail::Extent::operator+=(std::int64_t more) {
  return *this = narrow("Shape", Wide{std::int64_t{*this}} + more);
}
inline detail::Extent& detail::Extent::operator-=(std::int64_t less) {
  return *this = narrow("Shape", Wide{std::int64_t{*this}} - less);
}
inline detail::Extent& detail::Extent::operator*=(std::int64_t factor) {
  return *this = narrow("Shape", Wide{std::int64_t{*this}} * factor);
}

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
