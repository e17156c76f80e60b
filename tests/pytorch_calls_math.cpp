// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/math.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double bound(const Attributes& value, double unbounded) { return value.is_null() ? unbounded : value.get<double>(); }

const PyTorchCalls rows({
    {"square", unary<square>},
    {"exp", unary<exp>},
    {"log", unary<log>},
    {"log1p", unary<log1p>},
    {"expm1", unary<expm1>},
    {"sqrt", unary<sqrt>},
    {"rsqrt", unary<rsqrt>},
    {"sin", unary<sin>},
    {"cos", unary<cos>},
    {"erf", unary<erf>},
    {"abs", unary<abs>},
    {"sign", unary<sign>},
    {"tanh", unary<tanh>},
    {"sigmoid", unary<sigmoid>},
    {"softplus", unary<softplus>},
    {"relu", unary<relu>},
    {"leaky_relu", [](In x, At a, DType) -> Variables { return {leaky_relu(x[0], a["slope"])}; }},
    {"elu", [](In x, At a, DType) -> Variables { return {elu(x[0], a["alpha"])}; }},
    {"gelu", unary<gelu>},
    {"silu", unary<silu>},
    {"clamp",
     [](In x, At a, DType) -> Variables {
       return {clamp(x[0], bound(a["low"], -infinity), bound(a["high"], infinity))};
     }},
});

}  // namespace
}  // namespace xgrad::testing
