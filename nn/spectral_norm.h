// SPDX-License-Identifier: BSD-3-Clause
// Spectral normalisation: a layer whose weight is divided by its largest singular value.
#pragma once

#include <optional>

#include <xgrad/nn/reparametrize.h>

namespace xgrad::nn {

struct SpectralNormOptions {
  int n_power_iterations = 1;  ///< at each training forward
  double eps = 1e-12;          ///< keeps the vectors' norms from 0
  std::optional<std::int64_t> dim =
      std::nullopt;  ///< axis of the outputs: 0, but 1 for transposed convolutions, when not given
};

namespace detail {

/// The estimate sigma = u^T W v of the largest singular value of a weight, as a matrix W (outputs, everything else),
/// and its power iteration v = W^T u / |W^T u|, u = W v / |W v|.
class SpectralEstimate {
 public:
  /// @throws ValueError on options that make no sense.
  SpectralEstimate(const Variable& weight, std::int64_t axis, const SpectralNormOptions& options);
  /// Draws u and iterates until the estimate is usable.
  void start(const Variable& weight, Generator& generator);
  /// weight / sigma, differentiable in the weight; u and v are constants, moved on first when asked to.
  Variable normalized(const Variable& weight, bool iterate);

  Variable u, v;

 private:
  Variable matrix(const Variable& weight) const;
  void iterate(const Variable& weight, int times);

  std::size_t axis_;
  int iterations_;
  double eps_;
};

}  // namespace detail

/// A layer with a member `weight` that computes with weight / sigma, where sigma estimates the weight's largest
/// singular value by power iteration, so that the layer's Lipschitz constant is about 1 (Miyato et al., 2018,
/// "Spectral Normalization for Generative Adversarial Networks", algorithm 1; convolutions as the matrix of their
/// filters):
///
///   nn::Sequential critic(nn::spectral_norm(nn::Linear(784, 128)), nn::LeakyReLU(0.2));
///
/// Each forward in training mode moves the estimate on by n_power_iterations, in evaluation mode it rests. The vectors
/// are constants of the graph and sigma is not: its derivative is there to every order, also when the layer is applied
/// several times before the sweep. Samples do not see each other; threads must not share the layer. `weight` stays the
/// parameter that is trained and initialised; the state_dict calls it "weight_orig" and the vectors "weight_u"
/// (outputs,) and "weight_v" (rest,), as torch.nn.utils.spectral_norm does.
template <class Layer>
class SpectralNorm : public Layer {
 public:
  explicit SpectralNorm(Layer layer, const SpectralNormOptions& options = {},
                        Generator& generator = default_generator())
      : Layer(std::move(layer)), estimate_(this->weight, detail::output_axis<Layer>, options) {
    this->rename_parameter("weight", "weight_orig");
    this->register_buffer("weight_u", estimate_.u);
    this->register_buffer("weight_v", estimate_.v);
    this->draw_initial(generator, {estimate_.u, estimate_.v},
                       [estimate = estimate_, w = this->weight](Generator& g) mutable { estimate.start(w, g); });
  }
  Variable forward(const Variable& x) override {
    const detail::WeightGuard guard(this->weight, effective_weight());
    return Layer::forward(x);
  }
  /// What the next forward computes with; in training mode the estimate moves on.
  Variable effective_weight() { return estimate_.normalized(this->weight, this->is_training()); }
  std::string describe() const override { return "SpectralNorm(" + Layer::describe() + ")"; }

 private:
  detail::SpectralEstimate estimate_;
};

/// SpectralNorm of a layer that is moved in.
template <class Layer>
requires(!std::is_lvalue_reference_v<Layer>) SpectralNorm<Layer> spectral_norm(
    Layer&& layer, const SpectralNormOptions& options = {}, Generator& generator = default_generator()) {
  return SpectralNorm<Layer>(std::move(layer), options, generator);
}

}  // namespace xgrad::nn
