// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/order.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"sort",
     [](In x, At a, DType) -> Variables {
       const auto [values, indices] = sort(x[0], a["axis"], a["descending"]);
       return {values, indices};
     }},
    {"argsort", [](In x, At a, DType) -> Variables { return {argsort(x[0], a["axis"], a["descending"])}; }},
    {"topk",
     [](In x, At a, DType) -> Variables {
       const auto [values, indices] = topk(x[0], a["k"], a["axis"], a["largest"]);
       return {values, indices};
     }},
});

}  // namespace
}  // namespace xgrad::testing
