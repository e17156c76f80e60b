// SPDX-License-Identifier: BSD-3-Clause
// int64 and a number with a fraction: true numbers by promotion, never truncated ones.
#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("whole_numbers_and_fractions", [] {
  const Variable i = arange(4, DType::int64), k = tensor<std::int64_t>({1, 2, 4}, {3});
  cases::print("i / 2.0", [&] { return cases::values((i / 2.0).array()); });
  cases::print("i * 2.5", [&] { return cases::values((i * 2.5).array()); });
  cases::print("i + 0.5", [&] { return cases::values((i + 0.5).array()); });
  cases::print("mean", [&] { return cases::values(mean(k).array()); });
  cases::print("var", [&] { return cases::values(var(k).array()); });
  cases::print("clamp", [&] { return cases::values(clamp(k, 1.5, 3.5).array()); });
});

}  // namespace
