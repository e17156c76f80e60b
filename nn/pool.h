// SPDX-License-Identifier: BSD-3-Clause
// Pooling modules.
#pragma once

#include <xgrad/autograd/ops/pool.h>
#include <xgrad/nn/module.h>

namespace xgrad::nn {

/// Mean of each window (avg_pool2d): (..., H, W) -> (..., OH, OW).
class AvgPool2d : public Module {
 public:
  explicit AvgPool2d(Extents2d kernel, const AvgPool2dOptions& options = {}) : kernel_(kernel), options_(options) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  Extents2d kernel_;
  AvgPool2dOptions options_;
};

/// Largest element of each window (max_pool2d): (..., H, W) -> (..., OH, OW).
class MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Extents2d kernel, const MaxPool2dOptions& options = {}) : kernel_(kernel), options_(options) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  Extents2d kernel_;
  MaxPool2dOptions options_;
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
