// SPDX-License-Identifier: BSD-3-Clause
// Pooling modules.
#pragma once

#include <optional>

#include <xgrad/nn/extents.h>
#include <xgrad/nn/module.h>

namespace xgrad::nn {

struct AvgPoolOptions {
  std::optional<Extents2d> stride = std::nullopt;  ///< the kernel's extents when not given
  Extents2d padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;
};

/// Mean of each window (avg_pool2d): (..., H, W) -> (..., OH, OW).
class AvgPool2d : public Module {
 public:
  explicit AvgPool2d(Extents2d kernel, const AvgPoolOptions& options = {}) : kernel_(kernel), options_(options) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  Extents2d kernel_;
  AvgPoolOptions options_;
};

struct MaxPoolOptions {
  std::optional<Extents2d> stride = std::nullopt;  ///< the kernel's extents when not given
  Extents2d padding = 0;
  Extents2d dilation = 1;
  bool ceil_mode = false;
};

/// Largest element of each window (max_pool2d): (..., H, W) -> (..., OH, OW).
class MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Extents2d kernel, const MaxPoolOptions& options = {}) : kernel_(kernel), options_(options) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  Extents2d kernel_;
  MaxPoolOptions options_;
};

/// Means over windows that cover the image (adaptive_avg_pool2d): (..., H, W) -> (..., OH, OW).
class AdaptiveAvgPool2d : public Module {
 public:
  explicit AdaptiveAvgPool2d(Extents2d size) : size_(size) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "AdaptiveAvgPool2d(" + to_string(size_) + ")"; }

 private:
  Extents2d size_;
};

}  // namespace xgrad::nn
