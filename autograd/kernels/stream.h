// SPDX-License-Identifier: BSD-3-Clause
// Results larger than the caches: they are written past them, and what is read next is fetched ahead.
#pragma once

#include <cstddef>
#include <cstdint>

#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels::detail {

/// Results from here on go past the caches, which would not hold them for their reader.
inline constexpr std::size_t stream_bytes = std::size_t{16} << 20;

/// What a dear function fetches while it computes what is at p: a memory's delay and a few more ahead, from a multiple
/// of the four lines that a turn of its loop takes (one line off, tanh of 64 MiB took 9.8 ms instead of 7.0).
inline const void* ahead_of(const void* p) noexcept {
  constexpr std::ptrdiff_t delay = 4096;
  constexpr std::uintptr_t turn = 256;
  const char* ahead = static_cast<const char*>(p) + delay;
  return ahead - reinterpret_cast<std::uintptr_t>(ahead) % turn;
}

/// parallel_for of loops that write past the caches if `stream`: orders what they wrote before what follows. Once a
/// chunk, not once a loop, since it waits for memory: after each loop over a KiB it took a third of all time.
template <class F>
void stream_for(std::int64_t n, std::int64_t grain, [[maybe_unused]] bool stream, const F& f) {
  xgrad::detail::parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    f(begin, end);
#if defined(__SSE2__)
    if (stream) __builtin_ia32_sfence();
#endif
  });
}

}  // namespace xgrad::kernels::detail
