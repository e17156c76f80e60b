// SPDX-License-Identifier: BSD-3-Clause
// What the vector loops are written in: xsimd batches for float and double, the scalar itself for int64, one set of
// functions over both. Included only by the files of this folder, each time with another XGRAD_ISA.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include <xsimd/xsimd.hpp>

#include <xgrad/autograd/kernels/simd/table.h>

// Internal linkage throughout: nothing compiled here for one instruction set may be shared with another.
namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

using i64 = std::int64_t;

template <class T>
struct VecOf {
  using type = xsimd::batch<T>;
  static constexpr i64 width = static_cast<i64>(type::size);
};
template <>
struct VecOf<i64> {
  using type = i64;
  static constexpr i64 width = 1;
};
template <class T>
using Vec = typename VecOf<T>::type;
template <class T>
inline constexpr i64 width = VecOf<T>::width;

template <class V>
struct ScalarOf {
  using type = typename V::value_type;
};
template <>
struct ScalarOf<i64> {
  using type = i64;
};
template <class V>
using Scalar = typename ScalarOf<V>::type;

inline i64 load(const i64* p) { return *p; }
inline void store(i64* p, i64 v) { *p = v; }
template <class T>
inline Vec<T> load(const T* p) {
  return Vec<T>::load_unaligned(p);
}
template <class T>
inline void store(T* p, const xsimd::batch<T>& v) {
  v.store_unaligned(p);
}

/// Past the caches, to a place aligned for a vector: what is larger than they are does not evict the rest, and is not
/// read before it is overwritten. detail::stream_for puts the fence behind it.
#if defined(__AVX512F__)
inline void stream(float* p, const Vec<float>& v) { _mm512_stream_ps(p, v); }
inline void stream(double* p, const Vec<double>& v) { _mm512_stream_pd(p, v); }
#elif defined(__AVX2__)
inline void stream(float* p, const Vec<float>& v) { _mm256_stream_ps(p, v); }
inline void stream(double* p, const Vec<double>& v) { _mm256_stream_pd(p, v); }
#elif defined(__SSE2__)
inline void stream(float* p, const Vec<float>& v) { _mm_stream_ps(p, v); }
inline void stream(double* p, const Vec<double>& v) { _mm_stream_pd(p, v); }
#else
template <class T>
inline void stream(T* p, const Vec<T>& v) {
  store(p, v);
}
#endif
inline void stream(i64* p, i64 v) { *p = v; }

/// Asks for the n elements at p, which need not be there to read.
template <class T>
inline void fetch(const T* p, i64 n) {
  constexpr i64 line = 64 / static_cast<i64>(sizeof(T));
  for (i64 i = 0; i < n; i += line) __builtin_prefetch(p + i);
}

/// Fewer than width elements, the rest zero: the same vector function then serves the end of an array, so that a value
/// never depends on its position.
#if defined(__AVX512F__)
inline __mmask16 first(i64 n) { return static_cast<__mmask16>((1u << n) - 1u); }
inline Vec<float> load_part(const float* p, i64 n) { return _mm512_maskz_loadu_ps(first(n), p); }
inline Vec<double> load_part(const double* p, i64 n) {
  return _mm512_maskz_loadu_pd(static_cast<__mmask8>(first(n)), p);
}
inline void store_part(float* p, const Vec<float>& v, i64 n) { _mm512_mask_storeu_ps(p, first(n), v); }
inline void store_part(double* p, const Vec<double>& v, i64 n) {
  _mm512_mask_storeu_pd(p, static_cast<__mmask8>(first(n)), v);
}
#elif defined(__AVX2__)
inline __m256i first_words(i64 n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline __m256i first_pairs(i64 n) { return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3)); }
inline Vec<float> load_part(const float* p, i64 n) { return _mm256_maskload_ps(p, first_words(n)); }
inline Vec<double> load_part(const double* p, i64 n) { return _mm256_maskload_pd(p, first_pairs(n)); }
inline void store_part(float* p, const Vec<float>& v, i64 n) { _mm256_maskstore_ps(p, first_words(n), v); }
inline void store_part(double* p, const Vec<double>& v, i64 n) { _mm256_maskstore_pd(p, first_pairs(n), v); }
#else
template <class T>
inline Vec<T> load_part(const T* p, i64 n) {
  T padded[static_cast<std::size_t>(width<T>)] = {};
  for (i64 i = 0; i < n; ++i) padded[i] = p[i];
  return load(padded);
}
template <class T>
inline void store_part(T* p, const xsimd::batch<T>& v, i64 n) {
  T padded[static_cast<std::size_t>(width<T>)];
  store(padded, v);
  for (i64 i = 0; i < n; ++i) p[i] = padded[i];
}
#endif
inline i64 load_part(const i64* p, i64) { return *p; }
inline void store_part(i64* p, i64 v, i64) { *p = v; }

inline i64 select(bool c, i64 a, i64 b) { return c ? a : b; }
template <class T>
inline xsimd::batch<T> select(const xsimd::batch_bool<T>& c, const xsimd::batch<T>& a, const xsimd::batch<T>& b) {
  return xsimd::select(c, a, b);
}

inline i64 abs(i64 x) {
  return x < 0 ? static_cast<i64>(-static_cast<std::uint64_t>(x)) : x;  // the least is its own, as it wraps
}
template <class T>
inline xsimd::batch<T> abs(const xsimd::batch<T>& x) {
  return xsimd::abs(x);
}

/// a != b, true for NaN (xsimd's own is an ordered comparison on AVX).
inline bool differ(i64 a, i64 b) { return a != b; }
template <class T>
inline xsimd::batch_bool<T> differ(const xsimd::batch<T>& a, const xsimd::batch<T>& b) {
  return ~(a == b);
}

/// The greater and the lesser, NaN when either is.
inline i64 maximum(i64 a, i64 b) { return a > b ? a : b; }
inline i64 minimum(i64 a, i64 b) { return a < b ? a : b; }
template <class T>
inline xsimd::batch<T> maximum(const xsimd::batch<T>& a, const xsimd::batch<T>& b) {
  return select(xsimd::isnan(a), a, select(a > b, a, b));
}
template <class T>
inline xsimd::batch<T> minimum(const xsimd::batch<T>& a, const xsimd::batch<T>& b) {
  return select(xsimd::isnan(a), a, select(a < b, a, b));
}

/// a + b, a - b and a b; whole numbers wrap around, which C++ defines for unsigned ones only.
template <class V>
inline V plus(const V& a, const V& b) {
  if constexpr (std::is_same_v<V, i64>) {
    return static_cast<i64>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  } else {
    return a + b;
  }
}
template <class V>
inline V minus(const V& a, const V& b) {
  if constexpr (std::is_same_v<V, i64>) {
    return static_cast<i64>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
  } else {
    return a - b;
  }
}
template <class V>
inline V times(const V& a, const V& b) {
  if constexpr (std::is_same_v<V, i64>) {
    return static_cast<i64>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else {
    return a * b;
  }
}

/// a b + c: one rounding where the machine has it.
template <class V>
inline V muladd(const V& a, const V& b, const V& c) {
  if constexpr (std::is_same_v<V, i64>) {
    return plus(times(a, b), c);
  } else {
    return xsimd::fma(a, b, c);
  }
}
#if defined(__AVX512F__)
// xsimd 8 has none for AVX-512, and multiplies and adds.
inline xsimd::batch<float> muladd(const xsimd::batch<float>& a, const xsimd::batch<float>& b,
                                  const xsimd::batch<float>& c) {
  return _mm512_fmadd_ps(a, b, c);
}
inline xsimd::batch<double> muladd(const xsimd::batch<double>& a, const xsimd::batch<double>& b,
                                   const xsimd::batch<double>& c) {
  return _mm512_fmadd_pd(a, b, c);
}
#elif defined(__aarch64__)
inline xsimd::batch<float> muladd(const xsimd::batch<float>& a, const xsimd::batch<float>& b,
                                  const xsimd::batch<float>& c) {
  return vfmaq_f32(c, a, b);
}
inline xsimd::batch<double> muladd(const xsimd::batch<double>& a, const xsimd::batch<double>& b,
                                   const xsimd::batch<double>& c) {
  return vfmaq_f64(c, a, b);
}
#endif

/// a / b and the square root, rounded as IEEE 754 says. xsimd takes ARM's estimates, which are for processors of 32
/// bits: they miss by 1.5 units of the last place, and make a NaN of infinity's root.
template <class T>
inline xsimd::batch<T> quotient(const xsimd::batch<T>& a, const xsimd::batch<T>& b) {
  return a / b;
}
template <class T>
inline xsimd::batch<T> root(const xsimd::batch<T>& x) {
  return xsimd::sqrt(x);
}
#if defined(__aarch64__)
inline xsimd::batch<float> quotient(const xsimd::batch<float>& a, const xsimd::batch<float>& b) {
  return vdivq_f32(a, b);
}
inline xsimd::batch<double> quotient(const xsimd::batch<double>& a, const xsimd::batch<double>& b) {
  return vdivq_f64(a, b);
}
inline xsimd::batch<float> root(const xsimd::batch<float>& x) { return vsqrtq_f32(x); }
inline xsimd::batch<double> root(const xsimd::batch<double>& x) { return vsqrtq_f64(x); }
#endif

/// f on each element, for the functions that only libm has exactly.
template <class T, class F>
inline xsimd::batch<T> each(const xsimd::batch<T>& x, const F& f) {
  T values[static_cast<std::size_t>(width<T>)];
  store(values, x);
  for (T& v : values) v = f(v);
  return load(values);
}
template <class T, class F>
inline xsimd::batch<T> each(const xsimd::batch<T>& x, const xsimd::batch<T>& y, const F& f) {
  T a[static_cast<std::size_t>(width<T>)], b[static_cast<std::size_t>(width<T>)];
  store(a, x);
  store(b, y);
  for (i64 i = 0; i < width<T>; ++i) a[i] = f(a[i], b[i]);
  return load(a);
}

}  // namespace
}  // namespace xgrad::kernels::simd::XGRAD_ISA
