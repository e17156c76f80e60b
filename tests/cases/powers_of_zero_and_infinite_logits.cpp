// SPDX-License-Identifier: BSD-3-Clause
// d/db a^b at a = 0, and logsumexp of infinite logits, whose finite neighbours keep their gradient.
#include <limits>

#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("powers_of_zero_and_infinite_logits", [] {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const Variable a = tensor<double>({0, 0, 0, 0}, {4}, true), b = tensor<double>({2, 1, 0, -1}, {4}, true);
  std::cout << cases::values(grad(sum(pow(a, b)), b).array()) << "\n";
  const Variable x = tensor<double>({1.0, inf}, {2}, true);
  const Variable y = logsumexp(x, {0});
  std::cout << cases::values(y.array()) << ", " << cases::values(grad(y, x).array()) << "\n";
  const Variable rows = tensor<double>({-inf, -inf, 0.0, 0.0}, {2, 2}, true);
  const Variable sums = logsumexp(rows, {1});
  std::cout << cases::values(sums.array()) << ", " << cases::values(select(grad(sum(sums), rows), 0, 1).array())
            << "\n";
});

}  // namespace
