// SPDX-License-Identifier: BSD-3-Clause
// gradcheck: compares derivatives of any order with central differences.
#pragma once

#include <functional>
#include <string>

#include <xgrad/autograd/variable.h>

namespace xgrad {

struct GradcheckOptions {
  int order = 1;      ///< derivatives 1 .. order are checked
  double eps = 1e-6;  ///< step of the central difference
  double atol = 1e-5;
  double rtol = 1e-3;
  std::uint64_t seed = 0;  ///< of the random directions and cotangents
  int directions = 2;      ///< random directions a check
};

struct [[nodiscard]] GradcheckResult {
  bool ok = true;
  std::string message;  ///< what differs: order, input, both numbers
  explicit operator bool() const noexcept { return ok; }
};

/// Compares, for random cotangents u and directions v, u . (J v) from the reverse sweep with the central difference of
/// u . f along v; then the same for (x, u) -> J(x)^T u, and so on up to `order`. Inputs that require gradients must be
/// float64. Also checks that gradients have their inputs' shapes and that two runs agree bit for bit.
GradcheckResult gradcheck(const std::function<Variables(const Variables&)>& f, const Variables& inputs,
                          const GradcheckOptions& options = {});
GradcheckResult gradcheck(const std::function<Variable(const Variables&)>& f, const Variables& inputs,
                          const GradcheckOptions& options = {});

}  // namespace xgrad
