// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/decompose.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"solve", binary<solve>},
    {"solve_triangular",
     [](In x, At a, DType) -> Variables { return {solve_triangular(x[0], x[1], a["upper"], a["transpose"])}; }},
    {"inverse", unary<inverse>},
    {"cholesky", unary<cholesky>},
    {"slogdet",
     [](In x, At, DType) -> Variables {
       const auto [sign, logabsdet] = slogdet(x[0]);
       return {sign, logabsdet};
     }},
    {"logdet", unary<logdet>},
});

}  // namespace
}  // namespace xgrad::testing
