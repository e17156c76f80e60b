// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/scan.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"cumsum", [](In x, At a, DType) -> Variables { return {cumsum(x[0], a["axis"], a["reverse"])}; }},
    {"cumprod", along_axis<cumprod>},
    {"linear_recurrence",
     [](In x, At a, DType) -> Variables { return {linear_recurrence(x[0], x[1], a["axis"], a["reverse"])}; }},
});

}  // namespace
}  // namespace xgrad::testing
