// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/create.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"zeros", [](In, At a, DType dtype) -> Variables { return {zeros(shape_of(a), dtype)}; }},
    {"ones", [](In, At a, DType dtype) -> Variables { return {ones(shape_of(a), dtype)}; }},
    {"full", [](In, At a, DType dtype) -> Variables { return {full(shape_of(a), a["value"], dtype)}; }},
    {"zeros_like", unary<zeros_like>},
    {"ones_like", unary<ones_like>},
    {"arange", [](In, At a, DType dtype) -> Variables { return {arange(a["n"], dtype, a["start"], a["step"])}; }},
    {"tensor",
     [](In, At a, DType dtype) -> Variables {
       if (dtype == DType::float32) return {tensor(a["values"].get<std::vector<float>>(), shape_of(a))};
       return {tensor(a["values"].get<std::vector<double>>(), shape_of(a))};
     }},
    {"one_hot", [](In x, At a, DType dtype) -> Variables { return {one_hot(x[0], a["classes"], dtype)}; }},
});

}  // namespace
}  // namespace xgrad::testing
