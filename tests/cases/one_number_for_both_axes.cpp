// SPDX-License-Identifier: BSD-3-Clause
// An option of two axes takes one number for both.
#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("one_number_for_both_axes", [] {
  const Variable x = ones({1, 1, 4, 4}), w = ones({1, 1, 3, 3});
  std::cout << to_string(conv2d(x, w, {}, {.padding = 1}).shape()) << "\n";
  std::cout << to_string(conv2d(x, w, {}, {.stride = 2, .padding = 1}).shape()) << "\n";
});

}  // namespace
