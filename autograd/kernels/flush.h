// SPDX-License-Identifier: BSD-3-Clause
// FlushSubnormals: arithmetic without the numbers between 0 and the smallest normal one, on which processors are slow.
#pragma once

#include <cstdint>

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
#elif defined(__aarch64__)
  FlushSubnormals() noexcept : before_(control()) { set_control(before_ | flush_both); }
  ~FlushSubnormals() { set_control(before_); }
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
#elif defined(__aarch64__)
 private:
  static constexpr std::uint64_t flush_both = std::uint64_t{1} << 24;
  static std::uint64_t control() noexcept {
    std::uint64_t fpcr;
    asm volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
  }
  static void set_control(std::uint64_t fpcr) noexcept { asm volatile("msr fpcr, %0" : : "r"(fpcr)); }
  std::uint64_t before_;
#endif
};

}  // namespace xgrad::kernels
