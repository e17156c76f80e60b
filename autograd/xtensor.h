// SPDX-License-Identifier: BSD-3-Clause
// The bridge to xtensor: any expression in, a zero-copy view out. With xtensor_headers.h, the only public header that
// includes xtensor.
#pragma once

#include <type_traits>
#include <vector>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/xtensor_headers.h>

namespace xgrad {

namespace detail {
/// The element type an Array gives to values of type V: integers and booleans become int64.
template <class V>
using element_for = std::conditional_t<std::is_same_v<V, float>, float,
                                       std::conditional_t<std::is_floating_point_v<V>, double, std::int64_t>>;
}  // namespace detail

template <class E>
Array::Array(const xt::xexpression<E>& expression) {
  const E& e = expression.derived_cast();
  using Value = std::decay_t<typename E::value_type>;
  static_assert(std::is_arithmetic_v<Value>, "xgrad arrays hold real numbers");
  using Element = detail::element_for<Value>;
  std::vector<std::int64_t> extents;
  std::vector<std::size_t> xt_shape;
  for (const auto extent : e.shape()) {
    extents.push_back(static_cast<std::int64_t>(extent));
    xt_shape.push_back(static_cast<std::size_t>(extent));
  }
  *this = Array(Shape(extents), dtype_of<Element>);
  auto out = xt::adapt(mutable_data<Element>(), static_cast<std::size_t>(size()), xt::no_ownership(), xt_shape);
  if constexpr (std::is_same_v<Value, Element>) {
    xt::noalias(out) = e;
  } else {
    // Whole numbers beyond int64 and long doubles beyond double are refused.
    xt::noalias(out) =
        xt::make_lambda_xfunction([](const Value& v) { return detail::fitting<Element>("Array", v); }, e);
  }
}

template <class T>
auto Array::view() const {
  const std::vector<std::size_t> xt_shape(shape_.begin(), shape_.end());
  return xt::adapt(data<T>(), static_cast<std::size_t>(size()), xt::no_ownership(), xt_shape);
}

}  // namespace xgrad
