// SPDX-License-Identifier: BSD-3-Clause
// Where a function is cut off, an infinite gradient from above does not reach what was cut.
#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("mask_times_infinity", [] {
  const auto g = [](const char* what, const Variable& y, const Variable& x) {
    std::cout << what << ": " << cases::values(grad(sum(y), x).array()) << "\n";
  };
  const auto at = [](std::vector<double> v) { return tensor<double>(v, {static_cast<std::int64_t>(v.size())}, true); };
  const Variable zero = zeros({}, DType::float64);
  Variable x = at({-1, 0, 4});
  g("sqrt(relu(x))", sqrt(relu(x)), x);
  x = at({-1, 2});
  g("log(relu(x))", log(relu(x)), x);
  x = at({-1, 4, 9});
  g("sqrt(clamp(x, 0, 4))", sqrt(clamp(x, 0.0, 4.0)), x);
  x = at({-1, .5, 9});
  g("log(clamp(x, 0, 1))", log(clamp(x, 0.0, 1.0)), x);
  x = at({-1, 4});
  g("1 / maximum(x, 0)", 1.0 / maximum(x, zero), x);
  g("sqrt(maximum(x, 0))", sqrt(maximum(x, zero)), x);
  g("sqrt(-minimum(-x, 0))", sqrt(-minimum(-x, zero)), x);
  x = at({0, -1});
  g("sqrt(max(x))", sqrt(max(x)), x);
});

}  // namespace
