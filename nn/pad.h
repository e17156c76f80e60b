// SPDX-License-Identifier: BSD-3-Clause
// Modules that pad images by themselves.
#pragma once

#include <xgrad/autograd/ops/resize.h>
#include <xgrad/nn/module.h>

namespace xgrad::nn {

/// Pads with the image mirrored at its edge pixels (reflection_pad2d).
class ReflectionPad2d : public Module {
 public:
  explicit ReflectionPad2d(const Padding2d& padding) : padding_(padding) {}
  Variable forward(const Variable& x) override { return reflection_pad2d(x, padding_); }
  std::string describe() const override;

 private:
  Padding2d padding_;
};

/// Pads by repeating the edge pixels (replication_pad2d).
class ReplicationPad2d : public Module {
 public:
  explicit ReplicationPad2d(const Padding2d& padding) : padding_(padding) {}
  Variable forward(const Variable& x) override { return replication_pad2d(x, padding_); }
  std::string describe() const override;

 private:
  Padding2d padding_;
};

}  // namespace xgrad::nn
