// SPDX-License-Identifier: BSD-3-Clause
// Weight normalisation: a layer whose weight is a length times a direction.
#pragma once

#include <optional>

#include <xgrad/nn/reparametrize.h>

namespace xgrad::nn {

struct WeightNormOptions {
  std::optional<std::int64_t> dim = 0;  ///< the axis that keeps lengths apart; none: one length for the whole weight
};

namespace detail {
/// Norms of a weight over all axes but one, as (1, ..., extent, ..., 1), or over all as ().
Variable lengths(const Variable& weight, const std::optional<std::int64_t>& dim);
/// v times length / its lengths.
Variable with_lengths(const Variable& v, const Variable& length, const std::optional<std::int64_t>& dim);
}  // namespace detail

/// A layer with a member `weight` that computes with g v / |v|: v, of the weight's shape, gives the direction of each
/// slice along `dim`, and g its length (Salimans & Kingma, 2016). Both are trained and start so that the layer computes
/// what it did. The member `weight` is v; the state_dict calls the two "weight_v" and "weight_g", as
/// torch.nn.utils.weight_norm does. Threads must not share the layer.
template <class Layer>
class WeightNorm : public Layer {
 public:
  explicit WeightNorm(Layer layer, const WeightNormOptions& options = {}) : Layer(std::move(layer)), dim_(options.dim) {
    this->rename_parameter("weight", "weight_v");
    weight_g = this->register_parameter("weight_g", detail::lengths(this->weight.detach(), dim_));
    this->derive_initial({weight_g}, [w = this->weight, g = weight_g, dim = dim_]() mutable {
      g.set_array(detail::lengths(w.detach(), dim).array());
    });
  }
  Variable forward(const Variable& x) override {
    const detail::WeightGuard guard(this->weight, effective_weight());
    return Layer::forward(x);
  }
  /// What forward computes with.
  Variable effective_weight() const { return detail::with_lengths(this->weight, weight_g, dim_); }
  std::string describe() const override { return "WeightNorm(" + Layer::describe() + ")"; }

  Variable weight_g;

 private:
  std::optional<std::int64_t> dim_;
};

/// WeightNorm of a layer that is moved in.
template <class Layer>
requires(!std::is_lvalue_reference_v<Layer>) WeightNorm<Layer> weight_norm(Layer&& layer,
                                                                           const WeightNormOptions& options = {}) {
  return WeightNorm<Layer>(std::move(layer), options);
}

}  // namespace xgrad::nn
