// SPDX-License-Identifier: BSD-3-Clause
// LayerNorm, made of ops.
#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/nn/layer_norm.h>

namespace xgrad::nn {

LayerNorm::LayerNorm(Shape normalized_shape, LayerNormOptions options) : shape_(normalized_shape), eps_(options.eps) {
  if (shape_.empty()) throw ShapeError("[LayerNorm] needs at least one axis to normalise over");
  if (!options.elementwise_affine) return;
  weight = register_parameter("weight", Array::full(shape_, 1.0, options.dtype));
  bias = register_parameter("bias", Array::zeros(shape_, options.dtype));
}

Variable LayerNorm::forward(const Variable& x) {
  const std::size_t k = shape_.rank();
  if (x.rank() < k || !std::equal(shape_.begin(), shape_.end(), x.shape().end() - k)) {
    throw ShapeError("[LayerNorm] normalises over last axes " + to_string(shape_) + ", but the input is " +
                     to_string(x.shape()));
  }
  Axes axes;
  for (std::size_t i = k; i > 0; --i) axes.push_back(-static_cast<std::int64_t>(i));
  // By the norm and not the variance, which leaves the range long before the deviation does.
  const Variable centred = x - mean(x, axes, true);
  const auto n = static_cast<double>(shape_.numel());
  Variable y = centred / (norm(centred, axes, true, n * eps_) / std::sqrt(n));
  if (weight.defined()) y = y * weight + bias;
  return y;
}

std::string LayerNorm::describe() const { return "LayerNorm(" + to_string(shape_) + ")"; }

}  // namespace xgrad::nn
