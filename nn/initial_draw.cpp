// SPDX-License-Identifier: BSD-3-Clause
// The order of initial draws: which were made back to back, and whether they are still as drawn.
#include <xgrad/nn/initial_draw.h>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace xgrad::nn::detail {

namespace {

using State = Generator::State;

/// By place in the stream; what takes no number of its own (a length of drawn weights) follows what ends there.
bool earlier(const InitialDraw* a, const InitialDraw* b) {
  return std::tie(a->before.offset, a->after.offset) < std::tie(b->before.offset, b->after.offset);
}

bool same_bits(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.nbytes()) == 0;
}

/// Draws again from where it was drawn and compares; what was changed meanwhile is put back.
bool is_as_drawn(const InitialDraw& d) {
  std::vector<Array> now;
  for (const Variable& v : d.values) now.push_back(v.array());
  const State stream = d.stream ? d.stream->state() : State{};
  Generator again(d.before.key);
  again.set_state(d.before);
  d.draw(again);
  bool same = !d.stream || d.stream->state() == stream;
  for (std::size_t i = 0; i < now.size(); ++i) same = same && same_bits(now[i], d.values[i].array());
  if (same) return true;
  for (std::size_t i = 0; i < now.size(); ++i) Variable(d.values[i]).set_array(now[i]);
  if (d.stream) d.stream->set_state(stream);
  return false;
}

}  // namespace

void draw_in_order(const std::vector<std::vector<InitialDraw*>>& arguments) {
  std::vector<InitialDraw*> wanted;
  for (std::vector<InitialDraw*> draws : arguments) {
    std::stable_sort(draws.begin(), draws.end(), earlier);
    wanted.insert(wanted.end(), draws.begin(), draws.end());
  }
  std::vector<InitialDraw*> made = wanted;
  std::stable_sort(made.begin(), made.end(), earlier);
  if (made == wanted) return;

  const auto generator = made.front()->generator.lock();
  if (!generator) return;
  for (std::size_t i = 0; i < made.size(); ++i) {
    const State next = i + 1 < made.size() ? made[i + 1]->before : (*generator)->state();
    if (made[i]->generator.lock() != generator || !(made[i]->after == next)) return;
  }
  if (!std::all_of(made.begin(), made.end(), [](const InitialDraw* d) { return is_as_drawn(*d); })) return;

  (*generator)->set_state(made.front()->before);
  for (InitialDraw* d : wanted) {
    d->before = (*generator)->state();
    d->draw(**generator);
    d->after = (*generator)->state();
  }
}

}  // namespace xgrad::nn::detail
