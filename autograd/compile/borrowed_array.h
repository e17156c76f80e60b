// SPDX-License-Identifier: BSD-3-Clause
// Arrays over memory that a program keeps: the door into Array for it.
#pragma once

#include <xgrad/autograd/array_access.h>

namespace xgrad::detail {

class BorrowedArray {
 public:
  /// An array whose elements are where `aim` says, and somebody else's.
  static Array make(const Shape& shape, DType dtype) { return ArrayAccess::make(Buffer::borrow(), shape, dtype); }
  static void aim(Array& a, const void* elements) noexcept { ArrayAccess::buffer(a)->aim(const_cast<void*>(elements)); }
};

}  // namespace xgrad::detail
