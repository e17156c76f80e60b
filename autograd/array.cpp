// SPDX-License-Identifier: BSD-3-Clause
// Array: buffers, checks, conversion and printing.
#include <xgrad/autograd/array.h>

#include <cstring>
#include <limits>
#include <new>
#include <sstream>

#include <xgrad/autograd/array_watch.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/memory.h>

namespace xgrad {

namespace detail {

static_assert(sizeof(Buffer) <= Buffer::header_size);

intrusive_ptr<Buffer> Buffer::make(std::size_t bytes) {
  void* block = memory::allocate(header_size + bytes);
  auto buffer = intrusive_ptr<Buffer>::adopt(new (block) Buffer(bytes));
  if (recorder) [[unlikely]]
    note_made(buffer.get());
  return buffer;
}

intrusive_ptr<Buffer> Buffer::borrow() {
  return intrusive_ptr<Buffer>::adopt(new (memory::allocate(header_size)) Buffer(0));
}

void Buffer::destroy(Buffer* buffer) noexcept {
  if (recorder) [[unlikely]]
    note_freed(buffer);
  const std::size_t bytes = header_size + buffer->bytes_;
  buffer->~Buffer();
  memory::deallocate(buffer, bytes);
}

}  // namespace detail

Array::Array(const Shape& shape, DType dtype) : shape_(shape), dtype_(dtype) {
  const auto n = static_cast<std::size_t>(shape.numel());
  if (n > std::numeric_limits<std::size_t>::max() / 16) throw std::bad_alloc();
  buffer_ = detail::Buffer::make(n * size_of(dtype));
}

Array Array::full(const Shape& shape, double value, DType dtype) {
  Array a(shape, dtype);
  {
    const detail::PauseRecording pause;
    kernels::fill(a, value);
  }
  if (detail::recorder) [[unlikely]]
    detail::record_constant(a);
  return a;
}

template <class T>
Array Array::from(const std::vector<T>& values, const Shape& shape) {
  if (static_cast<std::int64_t>(values.size()) != shape.numel()) {
    throw ShapeError("[Array] " + std::to_string(values.size()) + " values given for shape " + to_string(shape));
  }
  Array a(shape, dtype_of<T>);
  std::copy(values.begin(), values.end(), a.mutable_data<T>());
  return a;
}
template Array Array::from<float>(const std::vector<float>&, const Shape&);
template Array Array::from<double>(const std::vector<double>&, const Shape&);
template Array Array::from<std::int64_t>(const std::vector<std::int64_t>&, const Shape&);

void* Array::mutable_raw() {
  if (!buffer_) throw ValueError("[Array] an undefined array has no elements to write");
  if (detail::recorder) [[unlikely]]
    detail::refuse_on_host("an array is written");
  if (!unique()) *this = clone();
  return buffer_->data();
}

Array Array::reshape(const Shape& shape) const {
  if (shape.numel() != size()) {
    throw ShapeError("[reshape] " + to_string(shape_) + " cannot become " + to_string(shape) +
                     ": the numbers of elements differ");
  }
  Array a(*this);
  a.shape_ = shape;
  return a;
}

Array Array::clone() const {
  if (!defined()) return {};
  Array a(shape_, dtype_);
  std::memcpy(a.buffer_->data(), raw(), nbytes());
  if (detail::recorder) [[unlikely]]
    detail::record_conversion(*this, a);
  return a;
}

Array Array::astype(DType dtype) const {
  if (dtype == dtype_) return *this;
  Array a(shape_, dtype);
  {
    const detail::PauseRecording pause;
    kernels::cast(*this, a);
  }
  if (detail::recorder) [[unlikely]]
    detail::record_conversion(*this, a);
  return a;
}

void Array::check_dtype(DType wanted) const {
  if (detail::recorder) [[unlikely]]
    detail::refuse_on_host("the elements of an array are read or written");
  if (wanted != dtype_) {
    throw DTypeError(std::string("[Array] holds ") + name_of(dtype_) + ", asked for as " + name_of(wanted) +
                     "; convert with astype");
  }
}

void Array::check_readable() const {
  if (detail::recorder) [[unlikely]]
    detail::refuse_on_host("values are read");
}

void Array::check_single() const {
  check_readable();
  if (!defined() || size() != 1) {
    throw ShapeError("[item] needs exactly one element, got shape " + to_string(shape_));
  }
}

std::string to_string(const Array& array) {
  if (!array.defined()) return "Array(undefined)";
  std::ostringstream os;
  const auto values = array.to_vector<double>();
  const std::int64_t limit = 1000;
  const std::int64_t edge = 3;
  const bool abbreviate = array.size() > limit;
  // Depth-first over the axes; `at` walks the row-major elements.
  const auto print = [&](const auto& self, std::size_t axis, std::int64_t at) -> void {
    if (axis == array.rank()) {
      os << values[static_cast<std::size_t>(at)];
      return;
    }
    std::int64_t stride = 1;
    for (std::size_t i = axis + 1; i < array.rank(); ++i) stride *= array.shape()[i];
    const std::int64_t n = array.shape()[axis];
    os << '[';
    for (std::int64_t i = 0; i < n; ++i) {
      if (i > 0) os << (axis + 1 == array.rank() ? ", " : ",\n" + std::string(axis + 1, ' '));
      if (abbreviate && n > 2 * edge && i == edge) {
        os << "...";
        i = n - edge - 1;
        continue;
      }
      self(self, axis + 1, at + i * stride);
    }
    os << ']';
  };
  if (array.size() == 0) {
    os << "[]";
  } else {
    print(print, 0, 0);
  }
  os << " " << name_of(array.dtype()) << to_string(array.shape());
  return os.str();
}

std::ostream& operator<<(std::ostream& os, const Array& array) { return os << to_string(array); }

}  // namespace xgrad
