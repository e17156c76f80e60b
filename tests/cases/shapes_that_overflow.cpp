// SPDX-License-Identifier: BSD-3-Clause
// Shapes of more elements than 64 bits count are refused by the op that would make them.
#include "case.h"

using namespace xgrad;
using I = std::int64_t;

namespace {

const cases::Case here("shapes_that_overflow", [] {
  cases::print("one_hot of 2^58 classes", [] {
    std::vector<I> labels;
    for (I k = 0; k < 64; ++k) labels.push_back(1000 + k);
    return one_hot(tensor<I>(labels, {64}), I(1) << 58).shape();
  });
  cases::print("diag_embed", [] { return diag_embed(ones({2}), (I(1) << 32) - 2).shape(); });
  cases::print("pad", [] { return pad(ones({2, 2}), {{(I(1) << 32) - 2, 0}, {(I(1) << 32) - 2, 0}}).shape(); });
  cases::print("one_hot of 2^62 + 1 classes", [] {
    return one_hot(tensor<I>({0, 1, 2, 3}, {4}), (I(1) << 62) + 1).shape();
  });
  cases::print("concat", [] {
    const Variable a(Array(Shape{I(1) << 62, 0}));
    return concat({a, a}, 0).shape();
  });
  cases::print("matmul", [] {
    return matmul(Variable(Array(Shape{I(1) << 32, 0})), Variable(Array(Shape{0, I(1) << 32}))).shape();
  });
  cases::print("sum", [] { return sum(Variable(Array(Shape{I(1) << 32, 0, I(1) << 32})), {1}).shape(); });
});

}  // namespace
