// SPDX-License-Identifier: BSD-3-Clause
// Elementary functions on batches: exact special values, NaN in NaN out, no value depending on its neighbours. Always
// called as math::f, since an unqualified name would find xsimd's function of the same name.
#pragma once

#include <type_traits>

#include <xgrad/autograd/kernels/simd/vec.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {
namespace math {

template <class V>
inline constexpr bool is_double = std::is_same_v<Scalar<V>, double>;

template <class V>
inline V exp(const V& x) {
  return xsimd::exp(x);
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
inline V expm1(const V& x) {
  return xsimd::expm1(x);
}
template <class V>
inline V tanh(const V& x) {
  return xsimd::tanh(x);
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
