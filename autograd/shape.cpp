// SPDX-License-Identifier: BSD-3-Clause
// Shape: checks, printing and broadcasting.
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/shape.h>

#include <ostream>

namespace xgrad {

Shape::Shape(const std::int64_t* dims, std::size_t rank) {
  if (rank > max_rank) {
    throw ShapeError("[Shape] " + std::to_string(rank) + " axes given, at most " + std::to_string(max_rank) +
                     " are supported; merge some with reshape");
  }
  rank_ = rank;
  std::copy(dims, dims + rank, dims_.begin());
  check();
}

void Shape::throw_unfit() const {
  for (const std::int64_t d : *this) {
    if (d < 0) throw ShapeError("[Shape] negative extent in " + to_string(*this));
  }
  throw ShapeError("[Shape] the number of elements of " + to_string(*this) + " overflows 64 bits");
}

void Shape::set(std::size_t i, std::int64_t extent) {
  dims_[i] = extent;
  check();
}

void Shape::insert(std::size_t position, std::int64_t extent) {
  if (rank_ == max_rank) {
    throw ShapeError("[Shape] cannot add an axis to " + to_string(*this) + ": at most " + std::to_string(max_rank) +
                     " axes are supported");
  }
  std::copy_backward(dims_.begin() + static_cast<std::ptrdiff_t>(position),
                     dims_.begin() + static_cast<std::ptrdiff_t>(rank_),
                     dims_.begin() + static_cast<std::ptrdiff_t>(rank_ + 1));
  dims_[position] = extent;
  ++rank_;
  check();
}

void detail::throw_extent(const char* op, bool positive) {
  throw ShapeError("[" + std::string(op) + "] an extent of the result would be " +
                   (positive ? "above 2^63 - 1" : "below -2^63"));
}

void Shape::erase(std::size_t position) {
  std::copy(dims_.begin() + static_cast<std::ptrdiff_t>(position + 1),
            dims_.begin() + static_cast<std::ptrdiff_t>(rank_), dims_.begin() + static_cast<std::ptrdiff_t>(position));
  --rank_;
}

std::string to_string(const Shape& shape) {
  std::string s = "(";
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (i > 0) s += ", ";
    s += std::to_string(shape[i]);
  }
  return s + (shape.rank() == 1 ? ",)" : ")");
}

std::ostream& operator<<(std::ostream& os, const Shape& shape) { return os << to_string(shape); }

std::size_t normalize_axis(std::int64_t axis, std::size_t rank, const char* op) {
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis >= r) {
    throw ShapeError("[" + std::string(op) + "] axis " + std::to_string(axis) + " is out of range for " +
                     std::to_string(rank) + " axes");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op) {
  if (a == b) return a;
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  std::array<std::int64_t, Shape::max_rank> out{};
  std::copy(longer.begin(), longer.end(), out.begin());
  const std::size_t offset = longer.rank() - shorter.rank();
  for (std::size_t i = 0; i < shorter.rank(); ++i) {
    const std::int64_t l = longer[i + offset];
    const std::int64_t s = shorter[i];
    if (l != s && l != 1 && s != 1) {
      throw ShapeError("[" + std::string(op) + "] shapes do not broadcast: " + to_string(a) + " and " + to_string(b));
    }
    out[i + offset] = l == 1 ? s : l;
  }
  return Shape(out.data(), longer.rank());
}

}  // namespace xgrad
