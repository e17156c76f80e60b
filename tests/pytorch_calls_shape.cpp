// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/shape.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

std::optional<std::int64_t> optional_int(const Attributes& value) {
  return value.is_null() ? std::nullopt : std::optional<std::int64_t>(value.get<std::int64_t>());
}

DType dtype_named(const std::string& name) {
  for (DType t : {DType::float32, DType::float64}) {
    if (name == name_of(t)) return t;
  }
  return DType::int64;
}

const PyTorchCalls rows({
    {"reshape",
     [](In x, At a, DType) -> Variables { return {reshape(x[0], a["shape"].get<std::vector<std::int64_t>>())}; }},
    {"permute", [](In x, At a, DType) -> Variables { return {permute(x[0], a["perm"].get<Axes>())}; }},
    {"transpose", [](In x, At a, DType) -> Variables { return {transpose(x[0], a["axis_a"], a["axis_b"])}; }},
    {"squeeze", [](In x, At a, DType) -> Variables { return {squeeze(x[0], a["axes"].get<Axes>())}; }},
    {"unsqueeze", along_axis<unsqueeze>},
    {"expand", [](In x, At a, DType) -> Variables { return {expand(x[0], shape_of(a))}; }},
    {"flatten", [](In x, At a, DType) -> Variables { return {flatten(x[0], a["first"], a["last"])}; }},
    {"slice",
     [](In x, At a, DType) -> Variables {
       return {slice(x[0], a["axis"], optional_int(a["start"]), optional_int(a["stop"]), a["step"])};
     }},
    {"select", [](In x, At a, DType) -> Variables { return {select(x[0], a["axis"], a["index"])}; }},
    {"slice_scatter",
     [](In x, At a, DType) -> Variables {
       return {slice_scatter(x[0], shape_of(a), a["axis"], a["start"], a["step"])};
     }},
    {"pad",
     [](In x, At a, DType) -> Variables {
       return {pad(x[0], a["amounts"].get<std::vector<std::pair<std::int64_t, std::int64_t>>>(), a["value"])};
     }},
    {"concat", joined<concat>},
    {"stack", joined<stack>},
    {"split", [](In x, At a, DType) -> Variables { return split(x[0], a["size"], a["axis"]); }},
    {"flip", [](In x, At a, DType) -> Variables { return {flip(x[0], a["axes"].get<Axes>())}; }},
    {"roll",
     [](In x, At a, DType) -> Variables {
       return {roll(x[0], a["shifts"].get<std::vector<std::int64_t>>(), a["axes"].get<Axes>())};
     }},
    {"astype", [](In x, At a, DType) -> Variables { return {astype(x[0], dtype_named(a["dtype"]))}; }},
    {"clone", unary<clone>},
});

}  // namespace
}  // namespace xgrad::testing
