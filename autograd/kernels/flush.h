// SPDX-License-Identifier: BSD-3-Clause
// FlushSubnormals: arithmetic without the numbers between 0 and the smallest normal one, on which processors are slow.
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace xgrad::kernels {

/// While it lives, this thread reads and writes such numbers as 0, where the processor offers that.
class FlushSubnormals {
 public:
#if defined(__SSE2__)
  FlushSubnormals() noexcept : before_(_mm_getcsr()) { _mm_setcsr(before_ | flush_results | flush_operands); }
  ~FlushSubnormals() { _mm_setcsr(before_); }
#else
  FlushSubnormals() noexcept {}
  ~FlushSubnormals() {}
#endif
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

#if defined(__SSE2__)
 private:
  static constexpr unsigned flush_results = 1U << 15, flush_operands = 1U << 6;
  unsigned before_;
#endif
};

}  // namespace xgrad::kernels
