// SPDX-License-Identifier: BSD-3-Clause
// Overloaded: lambdas as one function object with an overload each, to visit a variant.
#pragma once

namespace xgrad::models {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace xgrad::models
