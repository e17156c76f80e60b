// SPDX-License-Identifier: BSD-3-Clause
// Modules that resize images: interpolation, and channels turned into pixels or back.
#pragma once

#include <variant>

#include <xgrad/autograd/extents.h>
#include <xgrad/nn/module.h>

namespace xgrad::nn {

enum class UpsampleMode { nearest, bilinear };

struct UpsampleOptions {
  UpsampleMode mode = UpsampleMode::nearest;
  bool align_corners = false;  ///< bilinear only
};

/// (..., H, W) -> (..., floor(scale H), floor(scale W)), or to a given size, by upsample_nearest or upsample_bilinear:
///
///   nn::Upsample twice(2.0);
///   nn::Upsample to_28(Extents2d(28, 28), {.mode = nn::UpsampleMode::bilinear});
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

/// (..., C r^2, H, W) -> (..., C, H r, W r) (pixel_shuffle).
class PixelShuffle : public Module {
 public:
  explicit PixelShuffle(std::int64_t r) : r_(r) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "PixelShuffle(" + std::to_string(r_) + ")"; }

 private:
  std::int64_t r_;
};

/// (..., C, H r, W r) -> (..., C r^2, H, W) (pixel_unshuffle).
class PixelUnshuffle : public Module {
 public:
  explicit PixelUnshuffle(std::int64_t r) : r_(r) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "PixelUnshuffle(" + std::to_string(r_) + ")"; }

 private:
  std::int64_t r_;
};

}  // namespace xgrad::nn
