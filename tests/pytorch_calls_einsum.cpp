// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/einsum.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"einsum", [](In x, At a, DType) -> Variables { return {einsum(a["equation"], x)}; }},
});

}  // namespace
}  // namespace xgrad::testing
