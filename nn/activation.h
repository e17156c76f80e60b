// SPDX-License-Identifier: BSD-3-Clause
// Activation functions as modules, for Sequential.
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::nn {

/// x
struct Identity : Module {
  Variable forward(const Variable& x) override { return x; }
  std::string describe() const override { return "Identity()"; }
};

/// max(x, 0)
struct ReLU : Module {
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "ReLU()"; }
};

/// x > 0 ? x : slope x
struct LeakyReLU : Module {
  explicit LeakyReLU(double negative_slope = 0.01) : slope(negative_slope) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;
  double slope;
};

/// x > 0 ? x : alpha (e^x - 1)
struct ELU : Module {
  explicit ELU(double scale = 1.0) : alpha(scale) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;
  double alpha;
};

/// (e^x - e^-x) / (e^x + e^-x)
struct Tanh : Module {
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "Tanh()"; }
};

/// 1 / (1 + e^-x)
struct Sigmoid : Module {
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "Sigmoid()"; }
};

/// x Phi(x), exact form (Hendrycks & Gimpel, 2016)
struct GELU : Module {
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "GELU()"; }
};

/// x sigmoid(x)
struct SiLU : Module {
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "SiLU()"; }
};

/// log(1 + e^x)
struct Softplus : Module {
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "Softplus()"; }
};

}  // namespace xgrad::nn
