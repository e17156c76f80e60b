// SPDX-License-Identifier: BSD-3-Clause
// Pooling modules: options for the ops.
#include <xgrad/nn/pool.h>

namespace xgrad::nn {

namespace {

std::string describe_as(const char* name, Extents2d kernel, const OptionalExtents2d& stride, Extents2d padding) {
  return std::string(name) + "(kernel " + to_string(kernel) + ", stride " + to_string(stride.value_or(kernel)) +
         ", padding " + to_string(padding) + ")";
}

}  // namespace

Variable AvgPool2d::forward(const Variable& x) { return avg_pool2d(x, kernel_, options_); }

std::string AvgPool2d::describe() const { return describe_as("AvgPool2d", kernel_, options_.stride, options_.padding); }

Variable MaxPool2d::forward(const Variable& x) { return max_pool2d(x, kernel_, options_); }

std::string MaxPool2d::describe() const { return describe_as("MaxPool2d", kernel_, options_.stride, options_.padding); }

Variable AdaptiveAvgPool2d::forward(const Variable& x) { return adaptive_avg_pool2d(x, size_); }

}  // namespace xgrad::nn
