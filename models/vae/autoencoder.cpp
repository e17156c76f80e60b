// SPDX-License-Identifier: BSD-3-Clause
// The terms of the bound.
#include <xgrad/models/vae/autoencoder.h>

#include <xgrad/autograd/ops.h>
#include <xgrad/nn/loss.h>

namespace xgrad::models {

namespace {

double per_sample(const Variable& x) { return 1.0 / static_cast<double>(x.size(0)); }

}  // namespace

Variable Posterior::draw(Generator& random) const {
  return mean + exp(0.5 * log_variance) * normal(mean.shape(), 0.0, 1.0, mean.dtype(), random);
}

Variable divergence_from_prior(const Posterior& posterior) {
  const Variable& l = posterior.log_variance;
  return 0.5 * per_sample(l) * sum(square(posterior.mean) + exp(l) - 1.0 - l);
}

Variable gaussian_reconstruction(const Variable& x, const Variable& mean, double deviation) {
  return per_sample(x) / (2.0 * deviation * deviation) * nn::mse_loss(mean, x, nn::Reduction::sum);
}

Posterior Autoencoder::encode(const Variable& x) {
  const Variable code = encoder_(x);
  const std::int64_t latent = code.size(1) / 2;
  return {slice(code, 1, 0, latent), slice(code, 1, latent, 2 * latent)};
}

}  // namespace xgrad::models
