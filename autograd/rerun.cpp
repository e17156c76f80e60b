// SPDX-License-Identifier: BSD-3-Clause
// Runs of a checkpoint's function: the journal of the first one, and what the later ones make of it.
#include <xgrad/autograd/rerun.h>

#include <algorithm>
#include <string>

#include <xgrad/autograd/array_watch.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/random.h>
#include <xgrad/autograd/substitution.h>

namespace xgrad::detail {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw GraphError("[checkpoint] at its second run the function " + what +
                   ": it depends on something besides its inputs that has changed; pass that as an input, or run the "
                   "function without checkpoint");
}

}  // namespace

Content Content::of(const Variable& v) {
  const VariableImpl& now = *Access::impl(v);
  return {now.value, now.node, now.output_number};
}

void Content::put_into(VariableImpl& v) const noexcept {
  v.value = value;
  v.node = node;
  v.output_number = output_number;
}

WeakLeaf::WeakLeaf(const Variable& v) : node_(Access::impl(v)->node), impl_(Access::impl(v)) {
  // Its own node, which whoever put another there first holds.
  for (const Run* r = run; r != nullptr; r = r->outer_) {
    for (const auto& [leaf, before] : r->kept_) {
      if (leaf.is_same(v)) node_ = before.node;
    }
  }
  SubstitutionGuard::each([&](const Variable& leaf, const Variable& held) {
    if (leaf.is_same(v)) node_ = Access::impl(held)->node;
  });
  if (!node_) constant_ = v;
}

bool WeakLeaf::alone() const noexcept { return node_ ? get() == nullptr : impl_->use_count() == 1; }

VariableImpl* WeakLeaf::get() const noexcept {
  return !node_ || static_cast<const LeafNode&>(*node_).has_owner() ? impl_ : nullptr;
}

Run::Run(Journal* journal) : outer_(run), notes_(journal), began_(Node::clock()) {
  const auto note = [&](const Variable& leaf) { journal->substituted.emplace_back(WeakLeaf(leaf), Content::of(leaf)); };
  SubstitutionGuard::each([&](const Variable& leaf, const Variable&) { note(leaf); });
  if (const Run* second = again()) {  // what it put into leaves ends with it, and with it what this run sees
    for (const auto& [leaf, before] : second->kept_) note(leaf);
  }
  run = this;
}

Run::Run(const Journal& journal) : outer_(run), known_(&journal), began_(Node::clock()) {
  // Guards of now are lifted, those of then put back.
  SubstitutionGuard::each([&](const Variable& leaf, const Variable& held) {
    keep(*Access::impl(leaf));
    Content::of(held).put_into(*Access::impl(leaf));
  });
  const auto put = [&](const auto& leaves) {
    for (const auto& [leaf, content] : leaves) {
      if (VariableImpl* v = leaf.get()) {
        keep(*v);
        content.put_into(*v);
      }
    }
  };
  put(journal.written);
  put(journal.substituted);
  run = this;
}

Run::~Run() {
  run = outer_;
  // What the function made for itself is not kept.
  if (notes_ != nullptr) std::erase_if(notes_->written, [](const auto& w) { return w.first.alone(); });
  for (auto it = kept_.rbegin(); it != kept_.rend(); ++it) it->second.put_into(*Access::impl(it->first));
  for (const auto& [generator, state] : streams_) generator->set_state({state.first, state.second});
}

void Run::keep(VariableImpl& v) {
  const Variable handle = Access::handle(v);
  const auto same = [&](const auto& k) { return k.first.is_same(handle); };
  if (std::none_of(kept_.begin(), kept_.end(), same)) kept_.emplace_back(handle, Content::of(handle));
}

Run* Run::again() noexcept {
  Run* r = run;
  while (r != nullptr && r->known_ == nullptr) r = r->outer_;
  return r;
}

bool Run::precedes(const Node& node) const noexcept { return node.sequence() < began_; }

kernels::PhiloxState Run::take(kernels::PhiloxState& stream, std::int64_t n, DType dtype) {
  kernels::PhiloxState at = stream;
  Run* const second = again();
  if (second == nullptr) {
    stream.offset += kernels::counters_for(n, dtype);
  } else {
    const auto& draws = second->known_->draws;
    if (second->drawn_ == draws.size()) refuse("draws more random numbers than at its first");
    const Journal::Draw& then = draws[second->drawn_];
    if (then.n != n || then.dtype != dtype) {
      refuse("draws " + std::to_string(n) + " random numbers where it drew " + std::to_string(then.n) +
             " at its first");
    }
    at = then.at;
    ++second->drawn_;
  }
  for (Run* r = run; r != second; r = r->outer_) r->notes_->draws.push_back({at, n, dtype});
  return at;
}

bool Run::mode(bool now) {
  Run* const second = again();
  if (second != nullptr) {
    const auto& modes = second->known_->modes;
    if (second->asked_ == modes.size()) refuse("asks more modules for their mode than at its first");
    now = modes[second->asked_++];
  }
  for (Run* r = run; r != second; r = r->outer_) r->notes_->modes.push_back(now);
  return now;
}

void Run::writing(const Variable& v) {
  VariableImpl& now = *Access::impl(v);
  Run* const second = again();
  for (Run* r = run; r != second; r = r->outer_) {
    auto& written = r->notes_->written;
    const auto same = [&](const auto& w) { return w.first.get() == &now; };
    if (std::none_of(written.begin(), written.end(), same)) {
      written.emplace_back(WeakLeaf(v), Content::of(v));
    }
  }
  if (second == nullptr) return;
  if (recorder != nullptr) {
    throw GraphError(
        "[checkpoint] its function writes a Variable (such as the vectors of a spectral norm), which must not happen "
        "twice, and a step that is being compiled cannot take it back: leave out checkpoint or compile");
  }
  second->keep(now);
}

void Run::reseeding(Generator& generator) {
  Run* const second = again();
  if (second == nullptr) return;
  const auto same = [&](const auto& s) { return s.first == &generator; };
  auto& streams = second->streams_;
  if (std::any_of(streams.begin(), streams.end(), same)) return;
  const Generator::State state = generator.state();
  streams.emplace_back(&generator, std::pair(state.key, state.offset));
}

DrawAgain::DrawAgain(Generator& generator, std::int64_t n, DType dtype) {
  if (run == nullptr || Run::again() == nullptr) return;
  const Generator::State now = generator.state();
  key_ = now.key;
  offset_ = now.offset;
  kernels::PhiloxState unused{now.key, now.offset};
  const kernels::PhiloxState then = Run::take(unused, n, dtype);
  generator_ = &generator;
  run_ = std::exchange(run, nullptr);  // the draw itself is one like any other
  generator.set_state({then.key, then.offset});
}

DrawAgain::~DrawAgain() {
  if (generator_ == nullptr) return;
  generator_->set_state({key_, offset_});
  run = run_;
}

void Run::end_of(const Generator& generator) noexcept {
  for (Run* r = run; r != nullptr; r = r->outer_) {
    std::erase_if(r->streams_, [&](const auto& s) { return s.first == &generator; });
  }
}

void refuse_in_checkpoint(const char* what, const char* remedy) {
  if (run == nullptr) return;
  throw GraphError("[" + std::string(what) +
                   "] is called in the function of a checkpoint, which runs again in the sweep: it would happen "
                   "twice; " +
                   remedy);
}

}  // namespace xgrad::detail
