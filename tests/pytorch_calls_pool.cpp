// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/pool.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

using Extents = std::array<std::int64_t, 2>;

OptionalExtents2d stride(const Attributes& a) {
  if (!a.contains("stride")) return {};
  return Extents2d(a["stride"].get<Extents>());
}

MaxPool2dOptions max_options(const Attributes& a) {
  return {.stride = stride(a),
          .padding = a.value("padding", Extents{0, 0}),
          .dilation = a.value("dilation", Extents{1, 1}),
          .ceil_mode = a.value("ceil_mode", false)};
}

const PyTorchCalls rows({
    {"avg_pool2d",
     [](In x, At a, DType) -> Variables {
       return {avg_pool2d(x[0], a["kernel"].get<Extents>(),
                          {.stride = stride(a),
                           .padding = a.value("padding", Extents{0, 0}),
                           .ceil_mode = a.value("ceil_mode", false),
                           .count_include_pad = a.value("count_include_pad", true)})};
     }},
    {"adaptive_avg_pool2d",
     [](In x, At a, DType) -> Variables { return {adaptive_avg_pool2d(x[0], a["size"].get<Extents>())}; }},
    {"max_pool2d",
     [](In x, At a, DType) -> Variables { return {max_pool2d(x[0], a["kernel"].get<Extents>(), max_options(a))}; }},
    {"max_pool2d_with_indices",
     [](In x, At a, DType) -> Variables {
       return max_pool2d_with_indices(x[0], a["kernel"].get<Extents>(), max_options(a));
     }},
    {"max_unpool2d",
     [](In x, At a, DType) -> Variables { return {max_unpool2d(x[0], x[1], a["size"].get<Extents>())}; }},
});

}  // namespace
}  // namespace xgrad::testing
