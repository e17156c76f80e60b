// SPDX-License-Identifier: BSD-3-Clause
// Results larger than the caches: they are written past them, and what is read next is fetched ahead.
#pragma once

#include <cstddef>
#include <cstdint>

#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels::detail {

/// Results from here on go past the caches, which would not hold them for their reader.
inline constexpr std::size_t stream_bytes = std::size_t{16} << 20;

/// How far a dear function fetches ahead of itself: a memory's delay and a few more, measured.
inline constexpr std::ptrdiff_t ahead_bytes = 4096;

/// parallel_for of loops that write past the caches if `stream`: orders what they wrote before what follows. Once a
/// chunk, not once a loop, since it waits for memory: after each loop over a KiB it took a third of all time.
template <class F>
void stream_for(std::int64_t n, std::int64_t grain, bool stream, const F& f) {
  xgrad::detail::parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    f(begin, end);
#if defined(__SSE2__)
    if (stream) __builtin_ia32_sfence();
#endif
  });
}

}  // namespace xgrad::kernels::detail
