// SPDX-License-Identifier: BSD-3-Clause
// Penalty: a term on the gradient of the discriminator's output, added to the loss of one player or of both.
//
// A penalty is three choices: the point where the gradient is taken, the measure of the gradient, and who pays. The
// gradient is always of the summed output, so that sample i's part of it is grad D(x_i): every penalty here needs
// networks whose samples do not see each other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <xgrad/autograd/random.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::nn {
class Module;
}

namespace xgrad::models {

/// grad_x D(x) from score = D(at), at = x of shape (N, ...), differentiable again: a row for each score, (N, elements),
/// over all elements that it is of, a sample or a pack of them.
Variable slopes(const Variable& score, const Variable& at);

/// E (||row|| - 1)^2. The norm is sqrt(sum + 1e-12), whose derivatives of both orders are finite where the row is 0.
Variable mean_square_from_one(const Variable& slopes);
/// E ||row||^2.
Variable mean_square_norm(const Variable& slopes);

/// E (||grad_x D(x)|| - 1)^2 and E ||grad_x D(x)||^2.
Variable unit_norm_penalty(const Variable& score, const Variable& at);
Variable square_norm_penalty(const Variable& score, const Variable& at);

/// u x + (1 - u) y with one u ~ U[0, 1) for each sample: a point of the line between x_i and y_i, a fresh leaf that
/// requires a gradient.
Variable interpolate(const Variable& x, const Variable& y, Generator& random);
/// x + 1/2 sd(x) n with n ~ N(0, I) and sd that of all elements of the batch, a fresh leaf that requires a gradient.
Variable perturb(const Variable& x, Generator& random);

/// One batch's samples, packed as D judges them, and logits, for penalties to use again. `real`, `fake` and `z` require
/// gradients as far as the penalties ask for them.
struct Round {
  std::function<Variable(const Variable&)> discriminator;  ///< told the condition on the samples, if there is one
  Variable real, r;                                        ///< x and D(x)
  Variable z, fake, f;                                     ///< z, G(z) and D(G(z)); z is never packed
  Variable condition = {};  ///< on each real and each generated sample; undefined without labels
};

struct Penalty {
  enum class Point { real, fake, real_and_fake, interpolated, perturbed, latent };
  enum class Player { discriminator, generator, both };
  /// Whose gradient: the logit's or, saturating, that of its sigmoid.
  enum class On { logit, probability };

  std::string name;
  std::string formula;
  /// The factor in front: lambda. Negative rewards steepness.
  double weight = 1.0;
  Point point = Point::real;
  /// From what `slopes` gives, (N, elements): row i is the gradient of score i.
  Variable (*measure)(const Variable& slopes) = mean_square_norm;
  Player player = Player::discriminator;
  On on = On::logit;
  /// Paid in each `every`-th update of its player, `every` times as much: the same on average and cheaper (Karras et
  /// al., 2020, "lazy regularization"; their change of Adam's constants is for a step of the penalty's own, and here it
  /// joins the loss's).
  int every = 1;

  bool reads_real() const noexcept { return point == Point::real || point == Point::real_and_fake; }
  bool reads_fake() const noexcept { return point == Point::fake || point == Point::real_and_fake; }
  /// Whether it is paid in an update of that number, from 0.
  bool is_due(std::int64_t update) const noexcept { return update % every == 0; }
  bool acts_on_discriminator() const noexcept { return player != Player::generator; }
  bool acts_on_generator() const noexcept { return player != Player::discriminator; }
  /// weight * every * measure at the point, a scalar. Draws from `random` at random points only. `norms`, if given,
  /// becomes each sample's ||grad D||, (N) or (2 N) at two points, without history.
  Variable operator()(const Round& round, Generator& random, Variable* norms = nullptr) const;
};

/// lambda E (||grad D(xh)|| - 1)^2, xh = u x + (1 - u) G(z) (Gulrajani et al., 2017).
Penalty wgan_gp(double lambda = 10.0);
/// gamma/2 E ||grad D(x)||^2 (Mescheder et al., 2018).
Penalty r1(double gamma);
/// gamma/2 E ||grad D(G(z))||^2, by the generated image (Mescheder et al., 2018).
Penalty r2(double gamma);
/// r1 and r2 together, gamma/2 (E ||grad D(x)||^2 + E ||grad D(G(z))||^2) (Roth et al., 2017; Huang et al., 2024).
Penalty r1_and_r2(double gamma);
/// lambda E (||grad D(x + noise)|| - 1)^2 around the data (Kodali et al., 2017).
Penalty dragan(double lambda = 10.0);
/// lambda E ||grad_z D(G(z))||^2 in the loss of the given player or of both.
Penalty latent_gradient(double lambda, Penalty::Player player);

/// The same penalty, paid in every k-th update only and k times as much.
Penalty lazy(Penalty penalty, int k);

/// @throws ValueError naming the penalty and the module when `network` contains one that mixes samples.
void refuse_mixing(const Penalty& penalty, const nn::Module& network);

}  // namespace xgrad::models
