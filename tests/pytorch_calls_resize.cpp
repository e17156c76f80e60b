// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/resize.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

using Extents = std::array<std::int64_t, 2>;

Padding2d padding(const Attributes& a) {
  const auto p = a["padding"].get<std::array<std::int64_t, 4>>();
  return {p[0], p[1], p[2], p[3]};
}

const PyTorchCalls rows({
    {"upsample_nearest",
     [](In x, At a, DType) -> Variables {
       if (a.contains("scale")) return {upsample_nearest(x[0], a["scale"].get<double>())};
       return {upsample_nearest(x[0], a["size"].get<Extents>())};
     }},
    {"upsample_bilinear",
     [](In x, At a, DType) -> Variables {
       if (a.contains("scale")) return {upsample_bilinear(x[0], a["scale"].get<double>(), a["align_corners"])};
       return {upsample_bilinear(x[0], a["size"].get<Extents>(), a["align_corners"])};
     }},
    {"reflection_pad2d", [](In x, At a, DType) -> Variables { return {reflection_pad2d(x[0], padding(a))}; }},
    {"replication_pad2d", [](In x, At a, DType) -> Variables { return {replication_pad2d(x[0], padding(a))}; }},
    {"pixel_shuffle", [](In x, At a, DType) -> Variables { return {pixel_shuffle(x[0], a["r"])}; }},
    {"pixel_unshuffle", [](In x, At a, DType) -> Variables { return {pixel_unshuffle(x[0], a["r"])}; }},
});

}  // namespace
}  // namespace xgrad::testing
