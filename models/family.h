// SPDX-License-Identifier: BSD-3-Clause
// Family: what a preset's players are and the weights of their losses, as a choice of the preset.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace xgrad::models {

/// A generator from noise against a discriminator: the preset's objective, penalty and schedule are all there is.
struct Gan {};

/// An encoder E and a decoder G: E sum_i (x_i - G(z)_i)^2 / (2 s^2) + kl KL(N(mu, sigma^2) || N(0, I)) (Kingma and
/// Welling, 2014; with another weight the beta-VAE of Higgins et al., 2017).
struct Vae {
  double kl = 1.0;
  double deviation = 0.25;  ///< s, of pixels about the decoder's image
};

/// The family of a preset.
using Family = std::variant<Gan, Vae>;

/// Whether samples are made of noise alone, rather than of other samples.
bool draws_from_noise(const Family& family);
/// The family's own losses in one line, in which the objective's formula may stand.
std::string formula(const Family& family, const std::string& objective);
/// The weights and other constants, as "lambda = 1, s = 0.25".
std::string constants(const Family& family);
/// The weight that --lambda sets; none for Gan, whose weight is its penalty's or pairing's.
double* main_weight(Family& family);

}  // namespace xgrad::models
