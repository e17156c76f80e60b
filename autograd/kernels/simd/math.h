// SPDX-License-Identifier: BSD-3-Clause
// Elementary functions on batches: exact special values, NaN in NaN out, no value depending on its neighbours.
#pragma once

#include <xgrad/autograd/kernels/simd/vec.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

template <class V>
inline V exp(const V& x) {
  return xsimd::exp(x);
}
template <class V>
inline V log(const V& x) {
  return xsimd::log(x);
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
  return xsimd::erf(x);
}
template <class V>
inline V floor(const V& x) {
  return each(x, [](auto v) { return std::floor(v); });
}
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

}  // namespace
}  // namespace xgrad::kernels::simd::XGRAD_ISA
