// SPDX-License-Identifier: BSD-3-Clause
// ContextEncoder: a network that fills the hole of an image from what is around it; and its learner.
#pragma once

#include <memory>
#include <string>

#include <xgrad/models/demonstrator.h>
#include <xgrad/models/inpaint/hole.h>
#include <xgrad/models/learner.h>

namespace xgrad::models {

class ContextEncoder : public Demonstrator {
 public:
  /// `net` makes whole images of images with a hole.
  ContextEncoder(std::shared_ptr<nn::Module> net, Variable hole)
      : net_(register_module("net", std::move(net))), hole_(std::move(hole)) {}

  const Variable& hole() const noexcept { return hole_; }
  /// The network's image of what is around the hole of x.
  Variable imagine(const Variable& x) { return net_(cut_out(x, hole_)); }
  /// x with its hole filled; nothing of x inside the hole is looked at.
  Variable forward(const Variable& x) override { return fill_in(x, imagine(x), hole_); }
  /// With a hole, filled, and as they were.
  Variables demonstrate(const Variables& real) override;
  std::string describe() const override { return "ContextEncoder"; }

 private:
  nn::Module& net_;
  Variable hole_;
};

/// The mean of (x - imagined)^2 over all pixels inside the hole, a scalar: the masked L2 of Pathak et al., 2016
/// (equation 1), of a pixel.
Variable hole_loss(const Variable& x, const Variable& imagined, const Variable& hole);

/// Players "G" and "D", which move in turn: G: (1 - a) times the hole's loss + a times the objective's, D: the
/// objective's, judging whole images, real and filled (Pathak et al., 2016, equation 3). A round is a batch. Its
/// figures: "d_loss", "g_loss" and, before its weight, "reconstruction"; "d_real" and "d_fake", D's mean logits.
class ContextEncoderLearner : public Learner {
 public:
  ContextEncoderLearner(Preset preset, std::shared_ptr<ContextEncoder> generator,
                        std::shared_ptr<nn::Module> discriminator, Source source);

 private:
  void round() override;
  void learn(const Variable& x);

  std::shared_ptr<ContextEncoder> generator_;
  Source source_;
  Player& g_;
  Player& d_;
};

}  // namespace xgrad::models
