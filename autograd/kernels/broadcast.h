// SPDX-License-Identifier: BSD-3-Clause
// Strided loops over several operands, merged to the fewest axes, and the odometer that walks the outer ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <xgrad/autograd/kernels/copy.h>
#include <xgrad/autograd/shape.h>

namespace xgrad::kernels::detail {

/// Extents and, for each of N operands, strides in elements. Always at least one axis.
template <std::size_t N>
struct Loops {
  std::size_t rank = 0;
  std::array<std::int64_t, Shape::max_rank> extent{};
  std::array<Strides, N> stride{};

  std::int64_t inner() const noexcept { return extent[rank - 1]; }
  std::int64_t inner_stride(std::size_t operand) const noexcept { return stride[operand][rank - 1]; }
};

/// Drops axes of one element and merges neighbours that every operand walks with one stride.
template <std::size_t N>
Loops<N> collapse(const Shape& extents, const std::array<Strides, N>& strides) noexcept {
  Loops<N> out;
  for (std::size_t i = 0; i < extents.rank(); ++i) {
    if (extents[i] == 1) continue;
    bool merges = out.rank > 0;
    for (std::size_t k = 0; k < N && merges; ++k) {
      merges = out.stride[k][out.rank - 1] == strides[k][i] * extents[i];
    }
    if (!merges) {
      out.extent[out.rank++] = extents[i];
    } else {
      out.extent[out.rank - 1] *= extents[i];
    }
    for (std::size_t k = 0; k < N; ++k) out.stride[k][out.rank - 1] = strides[k][i];
  }
  if (out.rank == 0) {
    out.rank = 1;
    out.extent[0] = 1;
    for (std::size_t k = 0; k < N; ++k) out.stride[k][0] = 1;
  }
  return out;
}

/// Strides of an operand of shape `from` read as `to`: 0 along the axes it repeats.
inline Strides broadcast_strides(const Shape& from, const Shape& to) noexcept {
  const Strides own = contiguous_strides(from);
  Strides s{};
  const std::size_t lead = to.rank() - from.rank();
  for (std::size_t i = 0; i < from.rank(); ++i) s[lead + i] = from[i] == 1 && to[lead + i] != 1 ? 0 : own[i];
  return s;
}

/// Walks the first `axes` axes of loops from the flat index `begin`: offset of each operand at each place.
template <std::size_t N>
class Odometer {
 public:
  Odometer(const Loops<N>& loops, std::size_t axes, std::int64_t begin) noexcept : loops_(loops), axes_(axes) {
    for (std::size_t i = axes; i-- > 0;) {
      if (loops.extent[i] == 0) continue;  // nothing to walk, and nothing to divide by
      index_[i] = begin % loops.extent[i];
      begin /= loops.extent[i];
      for (std::size_t k = 0; k < N; ++k) offset_[k] += index_[i] * loops.stride[k][i];
    }
  }
  std::int64_t offset(std::size_t operand) const noexcept { return offset_[operand]; }
  void next() noexcept {
    for (std::size_t i = axes_; i-- > 0;) {
      for (std::size_t k = 0; k < N; ++k) offset_[k] += loops_.stride[k][i];
      if (++index_[i] < loops_.extent[i]) return;
      for (std::size_t k = 0; k < N; ++k) offset_[k] -= loops_.extent[i] * loops_.stride[k][i];
      index_[i] = 0;
    }
  }

 private:
  const Loops<N>& loops_;
  std::size_t axes_;
  std::array<std::int64_t, Shape::max_rank> index_{};
  std::array<std::int64_t, N> offset_{};
};

/// Product of the first `axes` extents.
template <std::size_t N>
std::int64_t outer_size(const Loops<N>& loops, std::size_t axes) noexcept {
  std::int64_t n = 1;
  for (std::size_t i = 0; i < axes; ++i) n *= loops.extent[i];
  return n;
}

/// The elements of an array as bytes, moved by a count of elements.
inline const void* at(const Array& x, std::int64_t offset) noexcept {
  return static_cast<const char*>(x.raw()) + offset * static_cast<std::int64_t>(size_of(x.dtype()));
}
inline void* at(void* base, DType dtype, std::int64_t offset) noexcept {
  return static_cast<char*>(base) + offset * static_cast<std::int64_t>(size_of(dtype));
}

}  // namespace xgrad::kernels::detail
