// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/linalg.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"matmul",
     [](In x, At a, DType) -> Variables {
       return {matmul(x[0], x[1], a.value("transpose_a", false), a.value("transpose_b", false))};
     }},
    {"linear", [](In x, At, DType) -> Variables { return {linear(x[0], x[1], x.size() == 3 ? x[2] : Variable())}; }},
});

}  // namespace
}  // namespace xgrad::testing
