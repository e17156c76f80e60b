// SPDX-License-Identifier: BSD-3-Clause
// float32 norms whose squares leave the range though the norms do not.
#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("norms_beyond_their_squares", [] {
  for (const auto& v : {std::vector<float>{1e20f, 1e20f}, {3e-25f, 4e-25f}}) {
    const Variable x = tensor<float>(v, {2}, true);
    const Variable n = norm(x);
    std::cout << cases::values(n.array()) << ", " << cases::values(grad(n, x).array()) << "\n";
  }
});

}  // namespace
