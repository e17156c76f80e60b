// SPDX-License-Identifier: BSD-3-Clause
// Gather, scatter-add and their one-dimensional forms; every index is checked before anything is written.
#include <xgrad/autograd/kernels/copy.h>

#include <algorithm>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/axis.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::Sides;
using detail::with_type;
using xgrad::detail::parallel_for;

void check_indices(const char* op, const Array& index, std::int64_t extent) {
  const std::int64_t* i = index.data<std::int64_t>();
  const std::int64_t n = index.size();
  for (std::int64_t k = 0; k < n; ++k) {
    if (i[k] < -extent || i[k] >= extent) {
      throw ValueError("[" + std::string(op) + "] index " + std::to_string(i[k]) + " at place " + std::to_string(k) +
                       " is out of range for an axis of " + std::to_string(extent) + " elements");
    }
  }
}

std::int64_t wrapped(std::int64_t i, std::int64_t extent) noexcept { return i < 0 ? i + extent : i; }

/// Calls f(place in index, place in the indexed array) for every element of index, whose value replaces the coordinate
/// along axis. Places [begin, end) of the index.
template <class F>
void for_indexed(const Shape& indexed, std::size_t axis, const Array& index, std::int64_t begin, std::int64_t end,
                 const F& f) {
  Strides strides = contiguous_strides(indexed);
  const std::int64_t step = strides[axis], extent = indexed[axis];
  strides[axis] = 0;
  detail::Loops<1> loops;
  loops.rank = index.rank();
  for (std::size_t i = 0; i < index.rank(); ++i) {
    loops.extent[i] = index.shape()[i];
    loops.stride[0][i] = strides[i];
  }
  const std::int64_t* value = index.data<std::int64_t>();
  detail::Odometer<1> place(loops, loops.rank, begin);
  for (std::int64_t k = begin; k < end; ++k, place.next()) f(k, place.offset(0) + wrapped(value[k], extent) * step);
}

}  // namespace

void gather(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out) {
  check_indices(op, index, x.shape()[axis]);
  with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    T* y = out.mutable_data<T>();
    parallel_for(index.size(), 16384, [&](std::int64_t begin, std::int64_t end) {
      for_indexed(x.shape(), axis, index, begin, end, [&](std::int64_t k, std::int64_t place) { y[k] = in[place]; });
    });
  });
}

void scatter_add(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out) {
  check_indices(op, index, out.shape()[axis]);
  if (index.size() == 0) return;
  const Sides sides(index.shape(), axis);
  const std::int64_t slices = sides.outer, slice = sides.extent * sides.inner;
  with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    T* y = out.mutable_data<T>();
    // Two elements may fall on one place, and their order is part of the result: threads part the axes before this one.
    parallel_for(slices, std::max<std::int64_t>(1, 16384 / slice), [&](std::int64_t begin, std::int64_t end) {
      for_indexed(out.shape(), axis, index, begin * slice, end * slice,
                  [&](std::int64_t k, std::int64_t place) { y[place] = detail::plus(y[place], in[k]); });
    });
  });
}

void index_select(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out) {
  const Sides sides(x.shape(), axis);
  const std::int64_t extent = sides.extent, count = index.size();
  check_indices(op, index, extent);
  if (out.size() == 0) return;
  const std::int64_t* i = index.data<std::int64_t>();
  with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    T* y = out.mutable_data<T>();
    parallel_for(sides.outer * count, std::max<std::int64_t>(1, 32768 / sides.inner),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t k = begin; k < end; ++k) {
                     const T* row = in + (k / count * extent + wrapped(i[k % count], extent)) * sides.inner;
                     std::copy(row, row + sides.inner, y + k * sides.inner);
                   }
                 });
  });
}

void index_add(const char* op, const Array& x, std::size_t axis, const Array& index, Array& out) {
  const Sides sides(out.shape(), axis);
  const std::int64_t extent = sides.extent, count = index.size();
  check_indices(op, index, extent);
  if (x.size() == 0) return;
  const std::int64_t* i = index.data<std::int64_t>();
  with_type(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* in = x.data<T>();
    T* y = out.mutable_data<T>();
    // As above.
    parallel_for(sides.outer, std::max<std::int64_t>(1, 32768 / (count * sides.inner)),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t k = begin * count; k < end * count; ++k) {
                     T* row = y + (k / count * extent + wrapped(i[k % count], extent)) * sides.inner;
                     for (std::int64_t j = 0; j < sides.inner; ++j)
                       row[j] = detail::plus(row[j], in[k * sides.inner + j]);
                   }
                 });
  });
}

}  // namespace xgrad::kernels
