// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/reduce.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"sum", reduction<sum>},
    {"mean", reduction<mean>},
    {"var",
     [](In x, At a, DType) -> Variables { return {var(x[0], a["axes"].get<Axes>(), a["keepdims"], a["correction"])}; }},
    {"stddev",
     [](In x, At a, DType) -> Variables {
       return {stddev(x[0], a["axes"].get<Axes>(), a["keepdims"], a["correction"])};
     }},
    {"prod", reduction<prod>},
    {"max", reduction<max>},
    {"min", reduction<min>},
    {"logsumexp", reduction<logsumexp>},
    {"softmax", along_axis<softmax>},
    {"log_softmax", along_axis<log_softmax>},
    {"norm",
     [](In x, At a, DType) -> Variables { return {norm(x[0], a["axes"].get<Axes>(), a["keepdims"], a["eps"])}; }},
    {"argmax", along_axis<argmax>},
    {"sum_to", [](In x, At a, DType) -> Variables { return {sum_to(x[0], shape_of(a))}; }},
});

}  // namespace
}  // namespace xgrad::testing
