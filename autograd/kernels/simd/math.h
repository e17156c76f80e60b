// SPDX-License-Identifier: BSD-3-Clause
// Elementary functions on batches: exact special values, NaN in NaN out, no value depending on its neighbours. Always
// called as math::f, since an unqualified name would find xsimd's function of the same name.
#pragma once

#include <bit>
#include <type_traits>

#include <xgrad/autograd/kernels/simd/vec.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {
namespace math {

template <class V>
inline constexpr bool is_double = std::is_same_v<Scalar<V>, double>;

/// sqrt(x) and 1 / x to about a unit of the last place, without the divider where the machine has good first guesses
/// (14 bits, and one Newton step): optimisers and activations would wait on it. For double, exactly the machine's.
template <class V>
inline V fast_sqrt(const V& x) {
#if defined(__AVX512F__)
  if constexpr (!is_double<V>) {
    const V guess = _mm512_rsqrt14_ps(x), root = x * guess, half(0.5f);
    const V better = muladd(root * half, muladd(-root, guess, V(1.0f)), root);
    // At 0 and infinity the root is x itself, and the product with the guess is not a number; below 0 neither is.
    return select(x == V(0.0f) || x == V(std::numeric_limits<float>::infinity()), x, better);
  }
#endif
  return root(x);
}
template <class V>
inline V fast_inverse(const V& x) {
#if defined(__AVX512F__)
  if constexpr (!is_double<V>) {
    const V guess = _mm512_rcp14_ps(x);
    const V better = muladd(guess, muladd(-x, guess, V(1.0f)), guess);
    // At 0 and infinity the first guess is the answer, and the step from it is not a number.
    return select(xsimd::isnan(better), guess, better);
  }
#endif
  return quotient(V(static_cast<Scalar<V>>(1)), x);
}

/// x = n ln 2 + r with n whole and |r| <= ln 2 / 2; `biased` holds n in its low bits.
template <class V>
struct Split {
  V n, r, biased;
};

/// Adding it rounds to a whole number and leaves that number in the low bits.
template <class V>
inline constexpr Scalar<V> rounder = is_double<V> ? Scalar<V>(0x1.8p52) : Scalar<V>(0x1.8p23);

template <class V>
inline Split<V> split(const V& x) {
  // ln 2 in two parts, the first short enough for n times it to be exact.
  const V high(static_cast<Scalar<V>>(is_double<V> ? 0x1.62e42fp-1 : 0.693359375));
  const V low(static_cast<Scalar<V>>(is_double<V> ? 0x1.df473de6af279p-26 : -2.12194440e-4));
  Split<V> s;
  s.biased = muladd(x, V(static_cast<Scalar<V>>(1.44269504088896340736)), V(rounder<V>));
  s.n = s.biased - V(rounder<V>);
  s.r = muladd(-s.n, low, muladd(-s.n, high, x));
  return s;
}

/// 2^(n + shift) from the low bits of n + rounder.
template <class V>
inline V power_of_2(const V& biased, int shift = 0) {
  using Int = std::conditional_t<is_double<V>, std::int64_t, std::int32_t>;
  constexpr int mantissa = is_double<V> ? 52 : 23, bias = is_double<V> ? 1023 : 127;
  const auto bits = std::bit_cast<xsimd::batch<Int>>(biased) + xsimd::batch<Int>(static_cast<Int>(bias + shift));
  return std::bit_cast<V>(bits << mantissa);
}

/// e^r - 1 for |r| <= ln 2 / 2 by its series: r^8 / 8! is below half a unit for float, r^14 / 14! for double. Even and
/// odd powers are summed side by side, since the length of the chain is what a vector waits for.
template <class V>
inline V expm1_reduced(const V& r) {
  constexpr int terms = is_double<V> ? 13 : 7;  // odd
  double factorial = 1;
  for (int k = 2; k <= terms; ++k) factorial *= k;
  const V square = r * r;
  V odd(static_cast<Scalar<V>>(1 / factorial)), even(static_cast<Scalar<V>>(terms / factorial));
  for (int k = terms; k > 3; k -= 2) {
    factorial /= k * (k - 1);
    odd = muladd(odd, square, V(static_cast<Scalar<V>>(1 / factorial)));
    even = muladd(even, square, V(static_cast<Scalar<V>>((k - 2) / factorial)));
  }
  return muladd(muladd(odd, r, even), square, r);
}

/// Into [low, high], NaN kept: of a NaN and a number the machine's max and min take the second.
template <class V>
inline V within(const V& x, double low, double high) {
  return xsimd::min(V(static_cast<Scalar<V>>(high)), xsimd::max(V(static_cast<Scalar<V>>(low)), x));
}

template <class V>
inline V exp(const V& x) {
  const Split<V> s = split(is_double<V> ? within(x, -750, 710) : within(x, -110, 90));
  // 2^n in two factors, so that subnormal results and the largest ones come out right.
  const V half = muladd(s.n, V(static_cast<Scalar<V>>(0.5)), V(rounder<V>));
  const V rest = s.n - (half - V(rounder<V>)) + V(rounder<V>);
  const V scale = power_of_2(half);
  return muladd(scale, expm1_reduced(s.r), scale) * power_of_2(rest);
}

/// expm1 of x within the range of one scale, but for the sign of zero.
template <class V>
inline V expm1_in_range(const V& x) {
  const Split<V> s = split(x);
  // 2 (2^(n-1) (e^r - 1) + 2^(n-1) - 1/2): exact in the last two where n = 0, and n = 128 does not overflow early.
  const V scale = power_of_2(s.biased, -1);
  const V y = muladd(scale, expm1_reduced(s.r), scale - V(static_cast<Scalar<V>>(0.5)));
  return y + y;
}

template <class V>
inline V expm1(const V& x) {
  const V y = expm1_in_range(is_double<V> ? within(x, -50, 710) : within(x, -25, 89));
  return select(x == V(static_cast<Scalar<V>>(0)), x, y);
}

/// (e^2x - 1) / (e^2x + 1)
template <class V>
inline V tanh(const V& x) {
  const V a = xsimd::abs(x), limit(static_cast<Scalar<V>>(is_double<V> ? 20 : 10));  // 1 to rounding from there on
  const V b = xsimd::min(limit, a);                                                  // NaN stays
  const V t = expm1_in_range(b + b);
  return xsimd::copysign(t * fast_inverse(t + V(static_cast<Scalar<V>>(2))), x);
}

template <class V>
inline V sigmoid(const V& x) {
  return fast_inverse(exp(-x) + V(static_cast<Scalar<V>>(1)));
}

template <class V>
inline V log(const V& x) {
  if constexpr (is_double<V>) {
    // xsimd's misses the subnormal numbers.
    const auto tiny = x < V(std::numeric_limits<double>::min());
    return xsimd::log(select(tiny, x * V(0x1p54), x)) - select(tiny, V(54 * 0.693147180559945309417), V(0.0));
  } else {
    return xsimd::log(x);
  }
}

template <class V>
inline V log1p(const V& x) {
  return xsimd::log1p(x);
}

template <class V>
inline V erf(const V& x) {
  if constexpr (is_double<V>) {
    return each(x, [](double v) { return std::erf(v); });  // xsimd's is wrong by 60 units of the last place near 0
  } else {
    return xsimd::erf(x);
  }
}

// Where xsimd's reduce their argument by what the whole batch holds, or round too coarsely, libm serves.
template <class V>
inline V sin(const V& x) {
  return each(x, [](auto v) { return std::sin(v); });
}
template <class V>
inline V cos(const V& x) {
  return each(x, [](auto v) { return std::cos(v); });
}
template <class V>
inline V pow(const V& x, const V& p) {
  return each(x, p, [](auto a, auto b) { return std::pow(a, b); });
}

}  // namespace math
}  // namespace
}  // namespace xgrad::kernels::simd::XGRAD_ISA
