// SPDX-License-Identifier: BSD-3-Clause
// Turns, with or without a recorder.
#include <xgrad/autograd/repeat.h>

#include <string>

#include <xgrad/autograd/compile/loop.h>
#include <xgrad/autograd/grad_mode.h>

namespace xgrad {

namespace {

Variables constants(const Variables& values) {
  Variables all;
  all.reserve(values.size());
  for (const Variable& v : values) all.push_back(v.detach());
  return all;
}

/// The body, its results checked.
Variables turn(const Variables& state, const detail::LoopBody& body) {
  const NoGradGuard guard;
  Variables next = constants(body(state));
  if (next.size() != state.size()) {
    throw ShapeError("[repeat_while] a turn makes " + std::to_string(next.size()) + " entries of a state of " +
                     std::to_string(state.size()));
  }
  for (std::size_t i = 0; i < next.size(); ++i) {
    if (next[i].shape() != state[i].shape()) {
      throw ShapeError("[repeat_while] a turn makes " + to_string(next[i].shape()) + " of entry " + std::to_string(i) +
                       " of the state, which is " + to_string(state[i].shape()));
    }
    if (next[i].dtype() != state[i].dtype()) {
      throw DTypeError(std::string("[repeat_while] a turn makes ") + name_of(next[i].dtype()) + " of entry " +
                       std::to_string(i) + " of the state, which is " + name_of(state[i].dtype()));
    }
  }
  return next;
}

}  // namespace

Variables repeat_while(Variables state, int most, const std::function<Variables(const Variables&)>& body) {
  if (state.empty() || state[0].size() != 1) {
    throw ValueError("[repeat_while] the first entry of the state says whether to go on, and must be one number");
  }
  state = constants(state);
  const detail::LoopBody checked = [&](const Variables& at) { return turn(at, body); };
  if (detail::records_loops()) return detail::record_loop(state, most, checked);
  for (int k = 0; k < most && state[0].item() != 0.0; ++k) state = checked(state);
  return state;
}

}  // namespace xgrad
