// SPDX-License-Identifier: BSD-3-Clause
// Array: a dtype, a shape and one row-major, 64-byte aligned, reference-counted buffer. Knows no graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

#include <xgrad/autograd/dtype.h>
#include <xgrad/autograd/intrusive_ptr.h>
#include <xgrad/autograd/scalar.h>
#include <xgrad/autograd/shape.h>

namespace xt {
template <class D>
class xexpression;
}

namespace xgrad {

namespace detail {

/// Header of a pooled block, which holds the elements too unless they lie in memory that somebody else keeps. They
/// follow it; a few stand before it instead, so that both are one cache line. Either way they are 64-byte aligned.
class Buffer : public RefCounted {
 public:
  static intrusive_ptr<Buffer> make(std::size_t bytes);
  /// A header alone, for elements that `aim` points to.
  static intrusive_ptr<Buffer> borrow() { return make_unnoted(0); }
  static void destroy(Buffer* buffer) noexcept;

  void* data() noexcept { return data_; }
  void aim(void* data) noexcept { data_ = data; }
  /// Where its block holds elements.
  const void* own_elements() const noexcept;

 private:
  explicit Buffer(std::size_t bytes, void* data) noexcept : bytes_(bytes), data_(data) {}
  static intrusive_ptr<Buffer> make_unnoted(std::size_t bytes);
  std::size_t bytes_;
  void* data_;
};

class ArrayAccess;

}  // namespace detail

/// Dense values. Copying an Array shares its buffer; values are immutable while shared, and `mutable_data` copies
/// first when another Array holds the same buffer.
class Array {
 public:
  /// An undefined array: no buffer, no dtype.
  Array() = default;
  /// Uninitialised values. @throws OutOfMemoryError naming shape and bytes.
  explicit Array(const Shape& shape, DType dtype = DType::float32);
  /// Copies any xtensor expression, evaluated once, in row-major order. Include <xgrad/autograd/xtensor.h>.
  template <class E>
  Array(const xt::xexpression<E>& expression);

  /// @throws ValueError when the dtype does not hold the value: a fraction in int64, 1e300 in float32.
  static Array full(const Shape& shape, Scalar value, DType dtype = DType::float32);
  static Array zeros(const Shape& shape, DType dtype = DType::float32) { return full(shape, 0, dtype); }
  static Array scalar(Scalar value, DType dtype = DType::float32) { return full({}, value, dtype); }
  /// Values in row-major order. @throws ShapeError when their number is not shape.numel().
  template <class T>
  static Array from(const std::vector<T>& values, const Shape& shape);
  template <class T>
  static Array from(std::initializer_list<T> values, const Shape& shape) {
    return from(std::vector<T>(values), shape);
  }

  bool defined() const noexcept { return static_cast<bool>(buffer_); }
  const Shape& shape() const noexcept { return shape_; }
  std::size_t rank() const noexcept { return shape_.rank(); }
  std::int64_t size() const noexcept { return shape_.numel(); }
  std::size_t nbytes() const noexcept { return static_cast<std::size_t>(size()) * size_of(dtype_); }
  DType dtype() const noexcept { return dtype_; }

  /// Elements in row-major order. @throws DTypeError when T is not the array's type.
  template <class T>
  const T* data() const {
    check_dtype(dtype_of<T>);
    return static_cast<const T*>(raw());
  }
  /// Writable elements; copies the buffer first when it is shared.
  template <class T>
  T* mutable_data() {
    check_dtype(dtype_of<T>);
    return static_cast<T*>(mutable_raw());
  }
  const void* raw() const noexcept { return buffer_ ? buffer_->data() : nullptr; }
  void* mutable_raw();
  /// True when no other Array holds the buffer, so that writing in place is seen by nobody else.
  bool unique() const noexcept { return use_count() == 1; }
  /// Number of Arrays that hold the buffer.
  std::uint32_t use_count() const noexcept { return buffer_ ? buffer_->use_count() : 0; }
  bool shares_buffer_with(const Array& other) const noexcept { return buffer_ && buffer_ == other.buffer_; }

  /// Same elements under another shape, sharing the buffer. @throws ShapeError when the sizes differ.
  Array reshape(const Shape& shape) const;
  Array clone() const;
  /// Converted. To int64, fractions are cut off towards 0, as NumPy's astype does.
  /// @throws ValueError when a value is NaN, infinite or out of range as an int64.
  Array astype(DType dtype) const;

  /// The only element, converted exactly, but that digits of floating values may be rounded away.
  /// @throws ShapeError when there is not exactly one, ValueError when a T does not hold it: 2.5 or NaN as a whole
  /// number, 9007199254740993 as a double (ask for std::int64_t), what is out of range.
  template <class T>
  T item() const {
    check_single();
    return element<T>("item", 0);
  }
  /// All elements in row-major order, converted as by `item`.
  template <class T>
  std::vector<T> to_vector() const {
    check_readable();
    std::vector<T> v(static_cast<std::size_t>(size()));
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = element<T>("to_vector", i);
    return v;
  }

  /// Zero-copy xt::adapt over the elements. Include <xgrad/autograd/xtensor.h>; the Array must outlive the view.
  template <class T>
  auto view() const;

 private:
  friend class detail::ArrayAccess;
  Array(intrusive_ptr<detail::Buffer> buffer, const Shape& shape, DType dtype) noexcept
      : buffer_(std::move(buffer)), shape_(shape), dtype_(dtype) {}
  void check_dtype(DType wanted) const;
  void check_single() const;
  void check_readable() const;
  template <class T>
  T element(const char* op, std::size_t i) const {
    if (dtype_ == DType::float32) return detail::fitting<T>(op, static_cast<const float*>(raw())[i]);
    if (dtype_ == DType::float64) return detail::fitting<T>(op, static_cast<const double*>(raw())[i]);
    return detail::fitting<T>(op, static_cast<const std::int64_t*>(raw())[i]);
  }

  intrusive_ptr<detail::Buffer> buffer_;
  Shape shape_;
  DType dtype_ = DType::float32;
};

/// Each value in the digits that NumPy prints: the fewest that read back as the same number of its dtype, at most 8
/// behind the point, with an exponent from 1e8 on and below 1e-4. Abbreviated beyond a thousand elements.
std::string to_string(const Array& array);
std::ostream& operator<<(std::ostream& os, const Array& array);

}  // namespace xgrad
