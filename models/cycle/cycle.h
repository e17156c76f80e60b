// SPDX-License-Identifier: BSD-3-Clause
// CycleLearner: two generators and two discriminators learn to translate between domains without pairs.
#pragma once

#include <memory>
#include <string>

#include <xgrad/models/cycle/pool.h>
#include <xgrad/models/cycle/translators.h>
#include <xgrad/models/learner.h>

namespace xgrad::models {

/// Players "T" (the translators G and F, which share a loss), "DA" and "DB". A round is a batch of each domain: one
/// update of the translators, then one of each discriminator, which judges generated samples out of a pool. Its
/// figures: "t_loss" and its terms "cycle" and "identity" before their weights, and "da_loss" and "db_loss".
class CycleLearner : public Learner {
 public:
  /// `a` gives samples of the domain to translate from, `b` of that to translate to.
  CycleLearner(Preset preset, std::shared_ptr<Translators> translators, std::shared_ptr<nn::Module> of_a,
               std::shared_ptr<nn::Module> of_b, Source a, Source b, std::uint64_t seed);

 private:
  void round() override;
  /// One update of both translators; gives the samples of a and of b that they made of the other domain's.
  Variables translate(const Variable& a, const Variable& b);
  /// One update of a discriminator on real and pooled generated samples.
  void judge(Player& player, const std::string& figure, const Variable& real, const Variable& fake);

  std::shared_ptr<Translators> translators_;
  Source a_, b_;
  Player& t_;
  Player& da_;
  Player& db_;
  SamplePool pool_a_, pool_b_;
};

}  // namespace xgrad::models
