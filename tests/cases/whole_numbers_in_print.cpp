// SPDX-License-Identifier: BSD-3-Clause
// Whole numbers are printed with all their digits, and NaN without the machine's sign.
#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("whole_numbers_in_print", [] {
  std::cout << tensor<std::int64_t>({1234567, 16777217, 9007199254740993}, {3}).array() << "\n";
  std::cout << log(tensor<double>({-1.0}, {1})).array() << "\n";
});

}  // namespace
