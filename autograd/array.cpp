// SPDX-License-Identifier: BSD-3-Clause
// Array: buffers, checks, conversion and printing.
#include <xgrad/autograd/array.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <limits>
#include <new>
#include <ostream>
#include <string_view>

#include <xgrad/autograd/array_watch.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/naming.h>

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

void throw_out_of_memory(const Shape& shape, DType dtype) {
  // At most 2^63 elements of 8 bytes: more than 64 bits, and a double holds it well enough.
  const double bytes = static_cast<double>(shape.numel()) * static_cast<double>(size_of(dtype));
  char need[320];
  int n = 0;
  const auto put = [&](const char* format, auto... values) {
    n += std::snprintf(need + n, sizeof need - static_cast<std::size_t>(n), format, values...);
  };
  put("(");
  for (std::size_t i = 0; i < shape.rank(); ++i) put(i > 0 ? ", %lld" : "%lld", static_cast<long long>(shape[i]));
  put(shape.rank() == 1 ? ",) %s" : ") %s", name_of(dtype));
  put(" needs %.0f bytes", bytes);
  const char* const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double size = bytes / 1024;
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < std::size(units); ++unit) size /= 1024;
  // Tenths by hand: printf's decimal point is the locale's.
  const int tenths = static_cast<int>(size * 10);
  if (size >= 1) put(" (%d.%d %s)", tenths / 10, tenths % 10, units[unit]);
  throw OutOfMemoryError(nullptr, need);
}

}  // namespace detail

OutOfMemoryError::OutOfMemoryError(const char* op, const char* need) noexcept : op_(op) {
  std::snprintf(need_, sizeof need_, "%s", need);
  std::snprintf(what_, sizeof what_, "[%.60s] out of memory: %s", op == nullptr ? "Array" : op, need_);
}

OutOfMemoryError OutOfMemoryError::named(const char* op) const noexcept {
  return OutOfMemoryError(op_ == nullptr ? op : op_, need_);
}

void detail::rethrow_named(const char* op) {
  try {
    throw;
  } catch (const OutOfMemoryError& e) {
    throw e.named(op);
  } catch (const std::length_error&) {
    throw OutOfMemoryError(op, "its working memory would exceed all memory there can be");
  } catch (const std::bad_alloc&) {
    throw OutOfMemoryError(op, "its working memory is not to be had beside what is in use");
  } catch (const ShapeError& e) {
    const std::string_view message = e.what(), nameless = "[Shape] ";
    if (!message.starts_with(nameless)) throw;
    throw ShapeError("[" + std::string(op) + "] " + std::string(message.substr(nameless.size())));
  }
}

Array::Array(const Shape& shape, DType dtype) : shape_(shape), dtype_(dtype) {
  const auto n = static_cast<std::size_t>(shape.numel());
  if (n > std::numeric_limits<std::size_t>::max() / 16) detail::throw_out_of_memory(shape, dtype);
  try {
    buffer_ = detail::Buffer::make(n * size_of(dtype));
  } catch (const std::bad_alloc&) {
    detail::throw_out_of_memory(shape, dtype);
  }
}

Array Array::full(const Shape& shape, Scalar value, DType dtype) {
  if (dtype == DType::int64) {
    value = value.whole("full");
  } else if (dtype == DType::float32) {
    detail::fitting<float>("full", value.real());
  }
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

namespace {

/// Behind the point at most so many digits; 0 ones at the end say nothing.
constexpr int most_decimals = 8;

void drop_zeros(std::string& digits) {
  if (digits.find('.') == std::string::npos) return;
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') digits.pop_back();
}

/// How NumPy prints a floating value that stands alone in its array.
template <class T>
std::string digits_of(T x) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x < 0 ? "-inf" : "inf";
  const T size = std::abs(x);
  const bool exponent = size != 0 && (size >= T(1e8) || size < T(1e-4));
  const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  char text[64];
  const auto written = [&](const std::to_chars_result& r) { return std::string(text, r.ptr); };
  std::string s = written(std::to_chars(std::begin(text), std::end(text), x, format));
  const std::size_t point = s.find('.');
  const std::size_t end = std::min(s.find('e'), s.size());
  if (point != std::string::npos && end - point - 1 > most_decimals) {
    s = written(std::to_chars(std::begin(text), std::end(text), x, format, most_decimals));
  }
  std::string tail;
  if (const std::size_t e = s.find('e'); e != std::string::npos) {
    tail = s.substr(e);
    s.erase(e);
  }
  drop_zeros(s);
  return s + tail;
}

std::string digits_of(std::int64_t x) { return std::to_string(x); }

template <class T>
std::string printed(const T* values, const Shape& shape) {
  constexpr std::int64_t limit = 1000, edge = 3;
  const bool abbreviate = shape.numel() > limit;
  std::string out;
  // Depth-first over the axes; `at` walks the row-major elements.
  const auto print = [&](const auto& self, std::size_t axis, std::int64_t at) -> void {
    if (axis == shape.rank()) {
      out += digits_of(values[at]);
      return;
    }
    std::int64_t stride = 1;
    for (std::size_t i = axis + 1; i < shape.rank(); ++i) stride *= shape[i];
    const std::int64_t n = shape[axis];
    out += '[';
    for (std::int64_t i = 0; i < n; ++i) {
      if (i > 0) out += axis + 1 == shape.rank() ? ", " : ",\n" + std::string(axis + 1, ' ');
      if (abbreviate && n > 2 * edge && i == edge) {
        out += "...";
        i = n - edge - 1;
        continue;
      }
      self(self, axis + 1, at + i * stride);
    }
    out += ']';
  };
  print(print, 0, 0);
  return out;
}

}  // namespace

std::string to_string(const Array& array) {
  if (!array.defined()) return "Array(undefined)";
  std::string values = "[]";
  if (array.size() > 0) {
    const Shape& shape = array.shape();
    values = array.dtype() == DType::float32   ? printed(array.data<float>(), shape)
             : array.dtype() == DType::float64 ? printed(array.data<double>(), shape)
                                               : printed(array.data<std::int64_t>(), shape);
  }
  return values + " " + name_of(array.dtype()) + to_string(array.shape());
}

std::ostream& operator<<(std::ostream& os, const Array& array) { return os << to_string(array); }

}  // namespace xgrad
