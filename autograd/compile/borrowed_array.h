// SPDX-License-Identifier: BSD-3-Clause
// Arrays over memory that a program keeps: the door into Array for it.
#pragma once

#include <xgrad/autograd/array.h>

namespace xgrad::detail {

class BorrowedArray {
 public:
  /// An array whose elements are where `aim` says, and somebody else's.
  static Array make(const Shape& shape, DType dtype) {
    Array a;
    a.shape_ = shape;
    a.dtype_ = dtype;
    a.buffer_ = Buffer::borrow();
    return a;
  }
  static void aim(Array& a, const void* elements) noexcept { a.buffer_->aim(const_cast<void*>(elements)); }
};

}  // namespace xgrad::detail
