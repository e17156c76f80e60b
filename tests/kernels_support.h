// SPDX-License-Identifier: BSD-3-Clause
// What the kernel tests share: arrays of reproducible values, comparisons, and every instruction set in turn.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::test {

/// Values spread over [low, high], no two alike, the same each time.
template <class T>
Array spread(const Shape& shape, double low, double high, std::uint64_t seed = 1) {
  Array x(shape, dtype_of<T>);
  T* p = x.mutable_data<T>();
  std::uint64_t s = seed * 0x9E3779B97F4A7C15u + 1;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    s = s * 6364136223846793005u + 1442695040888963407u;
    p[i] = static_cast<T>(low + (high - low) * static_cast<double>(s >> 11) * 0x1p-53);
  }
  return x;
}

/// Equal bits, any NaN equal to any other.
template <class T>
bool same(const Array& a, const Array& b) {
  if (a.size() != b.size()) return false;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    const T x = a.data<T>()[i], y = b.data<T>()[i];
    if (!(x == y || (x != x && y != y))) return false;
  }
  return true;
}

/// Runs f under each table that this machine has, then goes back to the one in use.
template <class F>
void with_each_isa(const F& f) {
  using kernels::simd::Isa;
  const Isa before = kernels::simd::selected();
  for (const Isa isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (!kernels::simd::supports(isa)) continue;
    kernels::simd::select(isa);
    CAPTURE(static_cast<int>(isa));
    f();
  }
  kernels::simd::select(before);
}

/// Runs f with 1 to 4 threads.
template <class F>
void with_each_thread_count(const F& f) {
  const int before = num_threads();
  for (int n = 1; n <= 4; ++n) {
    set_num_threads(n);
    CAPTURE(n);
    f();
  }
  set_num_threads(before);
}

}  // namespace xgrad::test
