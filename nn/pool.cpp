// SPDX-License-Identifier: BSD-3-Clause
// Pooling modules: options for the ops.
#include <xgrad/autograd/ops/pool.h>
#include <xgrad/nn/pool.h>

namespace xgrad::nn {

namespace {

std::optional<std::array<std::int64_t, 2>> array_of(const std::optional<Extents2d>& e) {
  return e ? std::optional(e->array()) : std::nullopt;
}

std::string describe_as(const char* name, Extents2d kernel, const std::optional<Extents2d>& stride, Extents2d padding) {
  return std::string(name) + "(kernel " + to_string(kernel) + ", stride " + to_string(stride.value_or(kernel)) +
         ", padding " + to_string(padding) + ")";
}

}  // namespace

Variable AvgPool2d::forward(const Variable& x) {
  return avg_pool2d(x, kernel_.array(),
                    {.stride = array_of(options_.stride),
                     .padding = options_.padding.array(),
                     .ceil_mode = options_.ceil_mode,
                     .count_include_pad = options_.count_include_pad});
}

std::string AvgPool2d::describe() const { return describe_as("AvgPool2d", kernel_, options_.stride, options_.padding); }

Variable MaxPool2d::forward(const Variable& x) {
  return max_pool2d(x, kernel_.array(),
                    {.stride = array_of(options_.stride),
                     .padding = options_.padding.array(),
                     .dilation = options_.dilation.array(),
                     .ceil_mode = options_.ceil_mode});
}

std::string MaxPool2d::describe() const { return describe_as("MaxPool2d", kernel_, options_.stride, options_.padding); }

Variable AdaptiveAvgPool2d::forward(const Variable& x) { return adaptive_avg_pool2d(x, size_.array()); }

}  // namespace xgrad::nn
