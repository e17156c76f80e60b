// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/linalg.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

template <Variable (*f)(const Variable&, std::int64_t)>
Variables with_offset(const Variables& x, const Attributes& a, DType) {
  return {f(x[0], a["offset"])};
}

const PyTorchCalls rows({
    {"matmul",
     [](In x, At a, DType) -> Variables {
       return {matmul(x[0], x[1], a.value("transpose_a", false), a.value("transpose_b", false))};
     }},
    {"linear", [](In x, At, DType) -> Variables { return {linear(x[0], x[1], x.size() == 3 ? x[2] : Variable())}; }},
    {"dot", binary<dot>},
    {"outer", binary<outer>},
    {"diagonal",
     [](In x, At a, DType) -> Variables { return {diagonal(x[0], a["offset"], a["axis_a"], a["axis_b"])}; }},
    {"diag_embed", with_offset<diag_embed>},
    {"diag", with_offset<diag>},
    {"trace", unary<trace>},
    {"tril", with_offset<tril>},
    {"triu", with_offset<triu>},
});

}  // namespace
}  // namespace xgrad::testing
