// SPDX-License-Identifier: BSD-3-Clause
// Dropout with a random stream of its own.
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::nn {

/// In training, each element is 0 (be it infinite or NaN) with probability p and x / (1 - p) otherwise (Srivastava et
/// al., 2014); the identity in evaluation. Without a generator the layer derives its own stream from the default
/// generator; it is found by named_generators() under "generator". @throws ValueError when p is outside [0, 1].
class Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  Dropout(double p, Generator generator);
  Variable forward(const Variable& x) override;
  std::string describe() const override;
  Generator& generator() noexcept { return *generator_; }

 private:
  double p_;
  std::shared_ptr<Generator> generator_;
};

}  // namespace xgrad::nn
