// SPDX-License-Identifier: BSD-3-Clause
// Completion: the hole of an image filled by a generator that was never told of holes, by a search for the z whose
// image agrees with what is around it.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::models {

struct CompletionOptions {
  std::int64_t latent = 100;
  std::int64_t steps = 500;
  std::int64_t tries = 4;  ///< starts for each image, of which the one that agrees best is taken
  double lr = 0.03;        ///< Adam's
  double prior = 0.003;    ///< weight of the discriminator's opinion
  double reach = 3.0;      ///< elements of z stay within +- this: where N(0, 1) has its mass
};

struct Completion {
  Variable images;             ///< known pixels as they were, bit for bit, and the hole from `generated`
  Variable generated;          ///< G(z)
  std::vector<double> misfit;  ///< of each image: the weighted distance around the hole
};

/// From z ~ N(0, I) down the gradient of sum_i w_i |G(z)_i - x_i| + prior sp(-D(G(z))) by z, sp(t) = log(1 + e^t)
/// (semantic inpainting, Yeh et al., 2017, equations 4 to 6; for their log(1 - s(D)) its non-saturating form, and no
/// Poisson blending). `generator`: (m, latent) -> (m, ...), `judge`: (m, ...) -> logits (m, 1), with m = tries * n and
/// x's n images over and over. `weights` and `hole` broadcast over x.
Completion complete(const std::function<Variable(const Variable&)>& generator,
                    const std::function<Variable(const Variable&)>& judge, const Variable& x, const Variable& hole,
                    const Variable& weights, const CompletionOptions& options, Generator& random);

}  // namespace xgrad::models
