// SPDX-License-Identifier: BSD-3-Clause
// Recorder: a loop's first turn is recorded for all of them, the others only done.
#include <xgrad/autograd/compile/loop.h>

#include <algorithm>
#include <cstring>
#include <string>

#include <xgrad/autograd/compile/recorder.h>

namespace xgrad::detail {

namespace {

void copy_all(Reads in, std::span<Array* const> out) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    void* place = out[i]->mutable_raw();
    const Array& from = Access::impl(*in[i])->value;
    if (from.raw() != place) std::memcpy(place, from.raw(), from.nbytes());
  }
}

Spec spec_of(const Variable& v) {
  const Array& a = Access::impl(v)->value;
  return {a.shape(), a.dtype()};
}

/// In memory of their own, that nobody has recorded.
Variables clones(const Variables& values) {
  const PauseRecording pause;
  Variables all;
  for (const Variable& v : values) all.push_back(Variable(Access::impl(v)->value.clone()));
  return all;
}

}  // namespace

void Recorder::refuse_in_loop(const char* name) const {
  if (loops_ > 0) {
    fail(
        std::string("[") + name +
        "] in the body of a loop: draw random numbers and change Variables before or after it, or outside of the step");
  }
}

Variables Recorder::loop(const Variables& state, int most, const LoopBody& body) {
  const auto goes_on = [](const Variables& s) {
    const PauseRecording pause;
    return s[0].item() != 0.0;
  };
  if (most < 1 || !goes_on(state)) {
    // There is no turn to record. Another call may have one.
    spoilt_ = spoilt_ || most > 0;
    return state;
  }
  std::vector<Ref> first;
  std::vector<ValueId> carried;
  for (const Variable& v : state) first.push_back(ref(v, "the state of a loop"));
  for (const Variable& v : state) carried.push_back(add({.kind = Value::Kind::computed, .spec = spec_of(v)}));
  append("loop", copy_all, std::move(first), carried);
  record_.instructions.back().effect = true;
  record_.instructions.back().loop = Loop::begin;

  Variables now = clones(state);
  for (std::size_t i = 0; i < now.size(); ++i) bind(Access::impl(now[i])->value, carried[i]);
  const auto begin = static_cast<ValueId>(record_.values.size());
  ++loops_;
  Variables next = body(now);
  --loops_;
  std::vector<Ref> last;
  for (std::size_t i = 0; i < next.size(); ++i) {
    Ref r = ref(next[i], "the state of a loop");
    // Another entry's value, which the end may have replaced before it is read.
    if (r.value != carried[i] && std::find(carried.begin(), carried.end(), r.value) != carried.end()) {
      const ValueId copy = add({.kind = Value::Kind::computed, .spec = record_.values[at(r.value)].spec});
      append("copy", copy_all, {r}, {copy});
      r.value = copy;
    }
    last.push_back(std::move(r));
  }
  bodies_.emplace_back(begin, static_cast<ValueId>(record_.values.size()));
  append("turn", copy_all, std::move(last), carried);
  record_.instructions.back().effect = true;
  record_.instructions.back().loop = Loop::end;
  record_.instructions.back().most_turns = most;

  for (int k = 1; k < most && goes_on(next); ++k) {
    const PauseRecording pause;
    next = body(next);
  }
  Variables results = clones(next);
  for (std::size_t i = 0; i < results.size(); ++i) bind(Access::impl(results[i])->value, carried[i]);
  return results;
}

bool records_loops() noexcept { return recorder && !recorder->paused(); }

Variables record_loop(const Variables& state, int most, const LoopBody& body) {
  return recorder->loop(state, most, body);
}

}  // namespace xgrad::detail
