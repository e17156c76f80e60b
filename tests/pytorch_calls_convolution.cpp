// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/convolution.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

Conv2dOptions geometry(const Attributes& a) {
  const Conv2dOptions usual;
  return {.stride = a.value("stride", usual.stride.array()),
          .padding = a.value("padding", usual.padding.array()),
          .dilation = a.value("dilation", usual.dilation.array()),
          .groups = a.value("groups", usual.groups)};
}

Conv1dOptions geometry_1d(const Attributes& a) {
  const Conv1dOptions usual;
  return {.stride = a.value("stride", usual.stride),
          .padding = a.value("padding", usual.padding),
          .dilation = a.value("dilation", usual.dilation),
          .groups = a.value("groups", usual.groups)};
}

const PyTorchCalls rows({
    {"conv2d",
     [](In x, At a, DType) -> Variables {
       return {conv2d(x[0], x[1], x.size() == 3 ? x[2] : Variable(), geometry(a))};
     }},
    {"conv_transpose2d",
     [](In x, At a, DType) -> Variables {
       return {conv_transpose2d(x[0], x[1], x.size() == 3 ? x[2] : Variable(), geometry(a),
                                a.value("output_padding", std::array<std::int64_t, 2>{0, 0}))};
     }},
    {"conv2d_weight",
     [](In x, At a, DType) -> Variables {
       return {conv2d_weight(x[0], x[1], a["kernel"].get<std::array<std::int64_t, 2>>(), geometry(a))};
     }},
    {"conv1d",
     [](In x, At a, DType) -> Variables {
       return {conv1d(x[0], x[1], x.size() == 3 ? x[2] : Variable(), geometry_1d(a))};
     }},
    {"conv_transpose1d",
     [](In x, At a, DType) -> Variables {
       return {conv_transpose1d(x[0], x[1], x.size() == 3 ? x[2] : Variable(), geometry_1d(a),
                                a.value("output_padding", std::int64_t{0}))};
     }},
    {"conv1d_weight",
     [](In x, At a, DType) -> Variables { return {conv1d_weight(x[0], x[1], a["kernel"], geometry_1d(a))}; }},
});

}  // namespace
}  // namespace xgrad::testing
