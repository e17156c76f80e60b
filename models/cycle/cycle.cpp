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

void CycleLearner::round() {
  const Variable a = a_().x;
  const Variable b = b_().x;
  const Variables fakes =
      replay("translate", {}, {a, b}, [this](const Variables& in) { return translate(in[0], in[1]); });
  // The pools choose by what they have drawn and hold, which is no work for a record.
  replay("judge", {}, {a, pool_a_.exchange(fakes[0]), b, pool_b_.exchange(fakes[1])}, [this](const Variables& in) {
    judge(da_, "da_loss", in[0], in[1]);
    judge(db_, "db_loss", in[2], in[3]);
    return Variables{};
  });
}

Variables CycleLearner::translate(const Variable& a, const Variable& b) {
  const CycleGan& weights = std::get<CycleGan>(preset_.family);
  Translators& t = *translators_;
  const Variable to_b = t.g()(a);
  const Variable to_a = t.f()(b);
  // One application a statement: layers with a state of their own see them in one order, whatever the compiler's.
  const Variable a_again = t.f()(to_b);
  const Variable b_again = t.g()(to_a);
  const Variable cycle = cycle_loss(a, a_again, b, b_again);
  const Variable identity = identity_loss(t, a, b);
  const auto fool = [&](const Player& judge, const Variable& real, const Variable& fake) {
    nn::Module& d = *judge.network;
    const Variable r = preset_.objective.g_sees_real ? d(real) : Variable();
    return preset_.objective.g_loss(r, d(fake));
  };
  const Variable fooled_b = fool(db_, b, to_b);
  const Variable fooled_a = fool(da_, a, to_a);
  const Variable loss = fooled_b + fooled_a + weights.cycle * cycle + weights.identity * identity;
  tell_loss("t_loss", loss, "translators");
  tell("cycle", cycle);
  tell("identity", identity);
  t_.descend(loss);
  return {to_a.detach(), to_b.detach()};
}

void CycleLearner::judge(Player& player, const std::string& figure, const Variable& real, const Variable& fake) {
  const Variable r = (*player.network)(real);
  const Variable f = (*player.network)(fake);
  const Variable loss = preset_.objective.d_loss(r, f);
  tell_loss(figure, loss, "discriminator " + player.name);
  player.descend(loss);
}

}  // namespace xgrad::models
