// SPDX-License-Identifier: BSD-3-Clause
// Modules that make images larger: interpolation, and channels turned into pixels.
#pragma once

#include <variant>

#include <xgrad/nn/extents.h>
#include <xgrad/nn/module.h>

namespace xgrad::nn {

enum class UpsampleMode { nearest, bilinear };

struct UpsampleOptions {
  UpsampleMode mode = UpsampleMode::nearest;
  bool align_corners = false;  ///< bilinear only
};

/// (..., H, W) -> (..., floor(scale H), floor(scale W)), or to a given size, by upsample_nearest or upsample_bilinear:
///
///   nn::Upsample(2.0)
///   nn::Upsample(nn::Extents2d(28, 28), {.mode = nn::UpsampleMode::bilinear})
class Upsample : public Module {
 public:
  explicit Upsample(double scale, const UpsampleOptions& options = {}) : target_(scale), options_(options) {}
  explicit Upsample(Extents2d size, const UpsampleOptions& options = {}) : target_(size), options_(options) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  std::variant<double, Extents2d> target_;
  UpsampleOptions options_;
};

}  // namespace xgrad::nn
