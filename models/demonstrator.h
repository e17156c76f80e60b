// SPDX-License-Identifier: BSD-3-Clause
// Demonstrator: a network whose work is seen on real samples.
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::models {

class Demonstrator : public nn::Module {
 public:
  /// Rows of as many samples as each batch of `real` has, one batch from each source of data: the samples and what
  /// becomes of them.
  virtual Variables demonstrate(const Variables& real) = 0;
};

}  // namespace xgrad::models
