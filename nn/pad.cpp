// SPDX-License-Identifier: BSD-3-Clause
// How padding modules describe themselves.
#include <xgrad/nn/pad.h>

namespace xgrad::nn {

namespace {

std::string describe_as(const char* name, const Padding2d& p) {
  return std::string(name) + "(left " + std::to_string(p.left) + ", right " + std::to_string(p.right) + ", top " +
         std::to_string(p.top) + ", bottom " + std::to_string(p.bottom) + ")";
}

}  // namespace

std::string ReflectionPad2d::describe() const { return describe_as("ReflectionPad2d", padding_); }

std::string ReplicationPad2d::describe() const { return describe_as("ReplicationPad2d", padding_); }

}  // namespace xgrad::nn
