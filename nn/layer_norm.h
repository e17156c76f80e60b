// SPDX-License-Identifier: BSD-3-Clause
// LayerNorm: normalisation over the last axes of each sample.
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;
  DType dtype = DType::float32;
};

/// y = (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance over the last axes, which must have
/// extents `normalized_shape` (Ba et al., 2016). weight and bias, of that shape, start at 1 and 0.
/// @throws ShapeError when the input's last axes differ.
class LayerNorm : public Module {
 public:
  explicit LayerNorm(Shape normalized_shape, LayerNormOptions options = {});
  Variable forward(const Variable& x) override;
  std::string describe() const override;

  Variable weight;  ///< undefined without affine
  Variable bias;

 private:
  Shape shape_;
  double eps_;
};

}  // namespace xgrad::nn
