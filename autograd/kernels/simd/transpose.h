// SPDX-License-Identifier: BSD-3-Clause
// A square of floats, one vector of AVX-512 wide, turned over in registers.
#pragma once

#include <xgrad/autograd/kernels/simd/vec.h>

#if defined(__AVX512F__)
namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

inline constexpr int square = 16;

/// y[c][r] = x[r * x_step + c] for r below rows and c below columns, both at most a vector's width; elsewhere 0.
inline void transpose(const float* x, i64 x_step, i64 rows, i64 columns, Vec<float> (&y)[square]) {
  __m512 a[square], b[square];
#pragma GCC unroll 16
  for (int r = 0; r < 16; ++r) a[r] = r < rows ? load_part(x + r * x_step, columns) : Vec<float>(0.0f);
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    const auto pair = [&](int k) { return _mm512_castps_pd(b[i + k]); };
    a[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(pair(0), pair(2)));
    a[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pair(0), pair(2)));
    a[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pair(1), pair(3)));
    a[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pair(1), pair(3)));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    b[i] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0x88);
    b[i + 4] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0xdd);
    b[i + 8] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0x88);
    b[i + 12] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0xdd);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    y[i] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0x88);
    y[i + 8] = _mm512_shuffle_f32x4(b[i], b[i + 8], 0xdd);
  }
}

}  // namespace
}  // namespace xgrad::kernels::simd::XGRAD_ISA
#endif
