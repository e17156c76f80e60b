// SPDX-License-Identifier: BSD-3-Clause
// One round: the translators against both discriminators, then these against the past.
#include <xgrad/models/cycle/cycle.h>

#include <xgrad/autograd/ops.h>

namespace xgrad::models {

CycleLearner::CycleLearner(Preset preset, std::shared_ptr<Translators> translators, std::shared_ptr<nn::Module> of_a,
                           std::shared_ptr<nn::Module> of_b, Source a, Source b, std::uint64_t seed)
    : Learner(std::move(preset)),
      translators_(std::move(translators)),
      a_(std::move(a)),
      b_(std::move(b)),
      t_(add_player("T", translators_)),
      da_(add_player("DA", std::move(of_a))),
      db_(add_player("DB", std::move(of_b))),
      pool_a_(std::get<CycleGan>(preset_.family).pool, stream(seed, Stream::pool)),
      pool_b_(std::get<CycleGan>(preset_.family).pool, stream(seed, Stream::pool).split(1)) {
  sample_with(translators_);
  remember("poolA", pool_a_);
  remember("poolB", pool_b_);
  add_stream("poolA", pool_a_.random());
  add_stream("poolB", pool_b_.random());
}

double CycleLearner::judge(Player& player, SamplePool& pool, const Variable& real, const Variable& fake) {
  const Variable loss = preset_.objective.d_loss((*player.network)(real), (*player.network)(pool.exchange(fake)));
  const double value = finite(loss, "discriminator " + player.name);
  player.descend(loss);
  return value;
}

RoundReport CycleLearner::round() {
  const CycleGan& weights = std::get<CycleGan>(preset_.family);
  const Variable a = a_().x;
  const Variable b = b_().x;
  Translators& t = *translators_;
  const Variable to_b = t.g()(a);
  const Variable to_a = t.f()(b);
  const Variable cycle = cycle_loss(a, t.f()(to_b), b, t.g()(to_a));
  const Variable identity = identity_loss(t, a, b);
  const auto fool = [&](const Player& judge, const Variable& real, const Variable& fake) {
    nn::Module& d = *judge.network;
    return preset_.objective.g_loss(preset_.objective.g_sees_real ? d(real) : Variable(), d(fake));
  };
  const Variable loss = fool(db_, b, to_b) + fool(da_, a, to_a) + weights.cycle * cycle + weights.identity * identity;
  RoundReport report;
  report["t_loss"] = finite(loss, "translators");
  report["cycle"] = cycle.item();
  report["identity"] = identity.item();
  t_.descend(loss);
  report["da_loss"] = judge(da_, pool_a_, a, to_a);
  report["db_loss"] = judge(db_, pool_b_, b, to_b);
  return report;
}

}  // namespace xgrad::models
