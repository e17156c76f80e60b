// SPDX-License-Identifier: BSD-3-Clause
// Too much memory asked for, most often by a broadcast that nobody meant: op, shape and bytes are named.
#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("too_much_memory", [] {
  const Variable a = ones({1 << 22, 1}), b = ones({1, 1 << 22});
  cases::print("a - b", [&] { return (a - b).shape(); });
  cases::print("matmul", [&] { return matmul(a, b).shape(); });
  cases::print("zeros", [] { return zeros({std::int64_t{1} << 46}).shape(); });
  cases::print("one_hot", [] { return one_hot(tensor<std::int64_t>({0}, {1}), -5).shape(); });
});

}  // namespace
