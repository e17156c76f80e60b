// SPDX-License-Identifier: BSD-3-Clause
// An op's name for exceptions that come from where the op is not known: shapes that overflow, memory that lacks.
#pragma once

#include <xgrad/autograd/dtype.h>
#include <xgrad/autograd/shape.h>

namespace xgrad::detail {

/// While an exception is handled: throws it on, in the op's name where it carries none. A plain std::bad_alloc, of
/// working memory, becomes an OutOfMemoryError.
[[noreturn, gnu::cold]] void rethrow_named(const char* op);

/// There is no room for an array of this kind. @throws OutOfMemoryError without an op's name
[[noreturn, gnu::cold]] void throw_out_of_memory(const Shape& shape, DType dtype);

/// f(), whose exceptions name `op`.
template <class F>
auto named(const char* op, const F& f) {
  try {
    return f();
  } catch (...) {
    rethrow_named(op);
  }
}

}  // namespace xgrad::detail
