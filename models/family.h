// SPDX-License-Identifier: BSD-3-Clause
// Family: what a preset's players are and the weights of their losses, as a choice of the preset.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace xgrad::models {

/// A generator from noise against a discriminator: the preset's objective, penalty and schedule are all there is.
struct Gan {
  std::string formula(const std::string& objective) const { return objective; }
  std::string constants() const { return {}; }
  double* main_weight() { return nullptr; }  ///< that is its penalty's or pairing's
};

/// An encoder E and a decoder G, which minimise together
/// E ||x - G(z)||^2 / (2 s^2) + kl E KL(N(mu, sigma^2) || N(0, I)), z ~ N(mu, sigma^2), (mu, log sigma^2) = E(x)
/// (Kingma and Welling, 2014; with another weight the beta-VAE of Higgins et al., 2017).
struct Vae {
  double kl = 1.0;
  double deviation = 0.25;  ///< s, of pixels about the decoder's image

  std::string formula(const std::string& objective) const;
  std::string constants() const;
  double* main_weight() { return &kl; }
};

/// A vae whose decoder is the generator of a GAN, and whose reconstructions are compared by the features phi of its
/// discriminator: E ||phi(x) - phi(G(z))||^2 / 2, weighted for G (Larsen et al., 2016).
struct VaeGan {
  double kl = 1.0;        ///< in the encoder's loss
  double features = 1.0;  ///< gamma: of the reconstruction in the decoder's loss

  std::string formula(const std::string& objective) const;
  std::string constants() const;
  double* main_weight() { return &features; }
};

/// Generators G: A -> B and F: B -> A, each with a discriminator that plays the preset's objective on samples out of a
/// pool: + cycle (E |F(G(a)) - a| + E |G(F(b)) - b|) + identity (E |F(a) - a| + E |G(b) - b|) (Zhu et al., 2017).
struct CycleGan {
  double cycle = 10.0;
  double identity = 5.0;
  std::int64_t pool = 50;  ///< generated samples that each discriminator's pool keeps

  std::string formula(const std::string& objective) const;
  std::string constants() const;
  double* main_weight() { return &cycle; }
};

/// A context encoder G, which fills a hole in the middle of an image from what is around it, against a discriminator of
/// whole images: (1 - adversarial) times the hole's mean square error + adversarial times the preset's objective
/// (Pathak et al., 2016).
struct Inpainting {
  double adversarial = 0.001;
  double hole = 0.5;  ///< share of the image's sides that the hole's have

  std::string formula(const std::string& objective) const;
  std::string constants() const;
  double* main_weight() { return &adversarial; }
};

/// The family of a preset.
using Family = std::variant<Gan, Vae, VaeGan, CycleGan, Inpainting>;

/// Whether samples are made of noise alone, rather than of other samples.
bool draws_from_noise(const Family& family);
/// Whether there are two domains, so that a second source of samples is needed.
bool translates(const Family& family);

/// The losses in one line, in which the objective's formula may stand.
std::string formula(const Family& family, const std::string& objective);
/// The weights and other constants, as "lambda = 1, s = 0.25".
std::string constants(const Family& family);
/// The weight called lambda, which --lambda sets; none for Gan.
double* main_weight(Family& family);

}  // namespace xgrad::models
