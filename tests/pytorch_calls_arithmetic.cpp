// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/arithmetic.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"add", binary<add>},
    {"sub", binary<sub>},
    {"mul", binary<mul>},
    {"div", binary<div>},
    {"neg", unary<neg>},
    {"affine", [](In x, At a, DType) -> Variables { return {affine(x[0], a["scale"], a["shift"])}; }},
    {"pow",
     [](In x, At a, DType) -> Variables {
       return {x.size() == 2 ? pow(x[0], x[1]) : pow(x[0], a["exponent"].get<double>())};
     }},
    {"reciprocal", unary<reciprocal>},
    {"maximum", binary<maximum>},
    {"minimum", binary<minimum>},
});

}  // namespace
}  // namespace xgrad::testing
