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

namespace {

constexpr std::size_t line = 64;
constexpr std::size_t most_before_header = line - sizeof(Buffer);
static_assert(sizeof(Buffer) <= line && most_before_header % alignof(Buffer) == 0);

/// Where the header and the elements stand in the block of a buffer.
struct Layout {
  explicit Layout(std::size_t bytes) noexcept
      : header(bytes <= most_before_header ? most_before_header : 0),
        elements(bytes <= most_before_header ? 0 : line),
        total(bytes <= most_before_header ? line : line + bytes) {}
  std::size_t header, elements, total;
};

}  // namespace

intrusive_ptr<Buffer> Buffer::make_unnoted(std::size_t bytes) {
  const Layout at(bytes);
  auto* block = static_cast<char*>(memory::allocate(at.total));
  return intrusive_ptr<Buffer>::adopt(new (block + at.header) Buffer(bytes, block + at.elements));
}

intrusive_ptr<Buffer> Buffer::make(std::size_t bytes) {
  auto buffer = make_unnoted(bytes);
  if (recorder) [[unlikely]]
    note_made(buffer.get());
  return buffer;
}

void Buffer::destroy(Buffer* buffer) noexcept {
  if (recorder) [[unlikely]]
    note_freed(buffer);
  const Layout at(buffer->bytes_);
  buffer->~Buffer();
  memory::deallocate(reinterpret_cast<char*>(buffer) - at.header, at.total);
}

const void* Buffer::own_elements() const noexcept {
  const Layout at(bytes_);
  return reinterpret_cast<const char*>(this) - at.header + at.elements;
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
  os.imbue(std::locale::classic());
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
