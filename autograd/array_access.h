// SPDX-License-Identifier: BSD-3-Clause
// Door between arrays and their buffers. Internal to autograd.
#pragma once

#include <utility>

#include <xgrad/autograd/array.h>

namespace xgrad::detail {

class ArrayAccess {
 public:
  static Array make(intrusive_ptr<Buffer> buffer, const Shape& shape, DType dtype) {
    return Array(std::move(buffer), shape, dtype);
  }
  static const intrusive_ptr<Buffer>& buffer(const Array& a) noexcept { return a.buffer_; }
};

}  // namespace xgrad::detail
