// SPDX-License-Identifier: BSD-3-Clause
// Autoencoder: images to normal distributions over z and back, and the terms of the evidence lower bound.
#pragma once

#include <memory>
#include <string>

#include <xgrad/autograd/random.h>
#include <xgrad/models/demonstrator.h>

namespace xgrad::models {

/// A normal distribution over z for each sample: independent, (n, latent) each.
struct Posterior {
  Variable mean;
  Variable log_variance;

  /// mean + exp(log_variance / 2) e with e ~ N(0, I): differentiable by both (Kingma and Welling, 2014, section 2.4).
  Variable draw(Generator& random) const;
};

/// The batch mean of KL(N(mu, sigma^2) || N(0, I)) = sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2) / 2 (the same,
/// appendix B), a scalar.
Variable divergence_from_prior(const Posterior& posterior);

/// The batch mean of -log N(x; mean, s^2 I) without its constant: sum_i (x_i - mean_i)^2 / (2 s^2), a scalar.
/// @throws ShapeError when the shapes differ.
Variable gaussian_reconstruction(const Variable& x, const Variable& mean, double deviation);

/// An encoder (n, ...) -> (n, 2 latent), which gives means beside logarithms of variances, and a decoder of z.
class Autoencoder : public Demonstrator {
 public:
  Autoencoder(std::shared_ptr<nn::Module> encoder, std::shared_ptr<nn::Module> decoder)
      : encoder_(register_module("encoder", std::move(encoder))),
        decoder_(register_module("decoder", std::move(decoder))) {}

  Posterior encode(const Variable& x);
  /// The decoder: to who draws samples, an autoencoder is a generator.
  Variable forward(const Variable& z) override { return decoder_(z); }
  /// The image of the posterior's mean.
  Variable reconstruct(const Variable& x) { return decoder_(encode(x).mean); }
  /// Originals over their reconstructions.
  Variables demonstrate(const Variables& real) override { return {real[0], reconstruct(real[0])}; }
  std::string describe() const override { return "Autoencoder"; }

 private:
  nn::Module& encoder_;
  nn::Module& decoder_;
};

}  // namespace xgrad::models
