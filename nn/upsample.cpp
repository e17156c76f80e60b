// SPDX-License-Identifier: BSD-3-Clause
// Upsample and the pixel shuffles: options handed to the ops.

#include <xgrad/autograd/ops/resize.h>
#include <xgrad/autograd/text.h>
#include <xgrad/nn/upsample.h>

namespace xgrad::nn {

Variable Upsample::forward(const Variable& x) {
  const auto to = [&](const auto& target) {
    return options_.mode == UpsampleMode::nearest ? upsample_nearest(x, target)
                                                  : upsample_bilinear(x, target, options_.align_corners);
  };
  const auto* size = std::get_if<Extents2d>(&target_);
  return size ? to(*size) : to(std::get<double>(target_));
}

std::string Upsample::describe() const {
  const auto* size = std::get_if<Extents2d>(&target_);
  return "Upsample(" +
         (size ? "size " + to_string(*size) : "scale " + xgrad::detail::text_of(std::get<double>(target_))) +
         (options_.mode == UpsampleMode::nearest ? ", nearest" : ", bilinear") +
         (options_.align_corners ? ", corners aligned)" : ")");
}

Variable PixelShuffle::forward(const Variable& x) { return pixel_shuffle(x, r_); }

Variable PixelUnshuffle::forward(const Variable& x) { return pixel_unshuffle(x, r_); }

}  // namespace xgrad::nn
