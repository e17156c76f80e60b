// SPDX-License-Identifier: BSD-3-Clause
// Philox4x32-10 counter-based random numbers: element i depends on (key, offset + i) only, so values are the same on
// every machine, instruction set and thread count (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
#pragma once

#include <array>
#include <cstdint>

#include <xgrad/autograd/array.h>

namespace xgrad::kernels {

/// Ten rounds of Philox4x32 on one counter.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept;

/// A place in a random stream. Every draw of n elements takes n consecutive 128-bit counters' worth at most
/// `counters_for(n)`; the caller advances `offset` by that.
struct PhiloxState {
  std::uint64_t key = 0;
  std::uint64_t offset = 0;  ///< next unused counter
};
/// Counters that a draw of n elements of `dtype` uses up.
std::uint64_t counters_for(std::int64_t n, DType dtype) noexcept;

/// U[low, high): 24 random bits for float32, 53 for float64.
void uniform(PhiloxState at, double low, double high, Array& out);
/// N(mean, sd^2) by the inverse of the normal distribution (Wichura, AS 241, PPND16) on our own logarithm, compiled
/// without contraction, so that no libm or FMA changes a bit.
void normal(PhiloxState at, double mean, double sd, Array& out);
/// 1 with probability p, else 0, floating out.
void bernoulli(PhiloxState at, double p, Array& out);
/// Fisher-Yates shuffle of 0 .. n-1 into an int64 array; uses counters_for(n, int64).
void permutation(PhiloxState at, Array& out);

}  // namespace xgrad::kernels
