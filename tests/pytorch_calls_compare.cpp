// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/compare.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"equal", binary<equal>},
    {"not_equal", binary<not_equal>},
    {"less", binary<less>},
    {"less_equal", binary<less_equal>},
    {"greater", binary<greater>},
    {"greater_equal", binary<greater_equal>},
    {"where", [](In x, At, DType) -> Variables { return {where(x[0], x[1], x[2])}; }},
});

}  // namespace
}  // namespace xgrad::testing
