// SPDX-License-Identifier: BSD-3-Clause
// Recorder: values are told apart by their memory, Variables from outside by having been there before.
#include <xgrad/autograd/compile/recorder.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>

#include <xgrad/autograd/array_access.h>
#include <xgrad/autograd/error.h>

namespace xgrad::detail {

namespace {

std::string describe(const Spec& s) { return name_of(s.dtype) + to_string(s.shape); }
Spec spec_of(const Array& a) { return {a.shape(), a.dtype()}; }

void copy_elements(const Array& from, Array& to) {
  if (from.dtype() != to.dtype()) return kernels::cast(from, to);
  void* place = to.mutable_raw();
  if (from.raw() != place) std::memcpy(place, from.raw(), from.nbytes());
}

}  // namespace

void throw_compile(const Record& record, const std::string& what) {
  const auto& done = record.instructions;
  throw CompileError("[compile] " +
                     (done.empty()
                          ? std::string("at the beginning of the step")
                          : "after piece of work " + std::to_string(done.size()) + " (" + done.back().name + ")") +
                     ": " + what);
}

Recorder::Recorder(const Variables& inputs) : inputs_(inputs), began_(Node::clock()) {
  record_.n_inputs = inputs.size();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Array& a = Access::impl(inputs[i])->value;
    bind(a, add({.kind = Value::Kind::input, .spec = spec_of(a), .index = i}));
  }
  recorder = this;
}

Recorder::~Recorder() { recorder = nullptr; }

ValueId Recorder::add(Value value) {
  record_.values.push_back(std::move(value));
  return static_cast<ValueId>(record_.values.size() - 1);
}

void Recorder::bind(const Array& a, ValueId value) {
  const bool own = record_.values[at(value)].kind != Value::Kind::external;
  known_[a.raw()] = {value, own ? ArrayAccess::buffer(a).get() : nullptr};
}

void Recorder::made(Buffer* buffer) { known_[buffer->own_elements()] = {by_host, buffer}; }

void Recorder::refuse(const char* what) const {
  fail(std::string(what) +
       " by host code, which a replay would not run. Give data to the step as an input, return what is to be read, and "
       "let ops choose between values (where, clamp)");
}

std::size_t Recorder::external(const Variable& v) {
  const auto [place, added] = externals_.try_emplace(Access::impl(v), record_.externals.size());
  if (added) {
    const Array& a = Access::impl(v)->value;
    record_.externals.push_back(v);
    held_.push_back(add({.kind = Value::Kind::external, .spec = spec_of(a), .index = place->second}));
    updates_.push_back(0);
    bind(a, held_.back());
  }
  return place->second;
}

Ref Recorder::ref(const Variable& v, const std::string& reader) {
  const VariableImpl* impl = Access::impl(v);
  const Array& a = impl->value;
  const auto found = known_.find(a.raw());
  if (found == known_.end()) {
    if (born_.count(impl) > 0) {
      fail(reader + " is an array from outside that no Variable there holds (" + describe(spec_of(a)) +
           "): pass it to the step as an input");
    }
    external(v);
    return {known_.at(a.raw()).value, a.shape()};
  }
  const ValueId value = found->second.value;
  if (value == by_host) {
    fail(reader + " was filled by host code inside of the step (" + describe(spec_of(a)) +
         "): a replay would not fill it again; make it outside and pass it as an input");
  }
  const bool in_body = std::any_of(bodies_.begin(), bodies_.end(), [&](const auto& body) {
    return value >= body.first && value < body.second && record_.values[at(value)].kind == Value::Kind::computed;
  });
  if (in_body) {
    fail(reader + " was computed in the body of a loop that has ended (" + describe(spec_of(a)) +
         "): only its state comes out");
  }
  const Value& known = record_.values[at(value)];
  if (known.kind == Value::Kind::external && born_.count(impl) == 0 &&
      Access::impl(record_.externals[known.index]) != impl) {
    sharing_.emplace_back(v, value);
  }
  return {value, a.shape()};
}

std::vector<Ref> Recorder::refs(const char* name, Reads reads) {
  std::vector<Ref> in;
  for (std::size_t i = 0; i < reads.size(); ++i) {
    in.push_back(ref(*reads[i], "input " + std::to_string(i) + " of " + name));
  }
  return in;
}

void Recorder::append(const char* name, const Work& work, std::vector<Ref> in, std::vector<ValueId> out) {
  record_.instructions.push_back({.name = name, .work = work, .in = std::move(in), .out = std::move(out)});
}

void Recorder::read(const Variable& v) {
  // What is taken out of a Variable from outside must be known as its when it comes back in another one.
  const VariableImpl* impl = Access::impl(v);
  if (born_.count(impl) == 0 && known_.count(impl->value.raw()) == 0) external(v);
}

Array Recorder::op(const char* name, const Work& work, Reads reads, const Shape& shape, DType dtype) {
  std::vector<Ref> in = refs(name, reads);
  Array out;
  {
    const PauseRecording pause;
    out = Array(shape, dtype);
    Array* const outs[] = {&out};
    work(reads, outs);
  }
  const ValueId value = add({.kind = Value::Kind::computed, .spec = {shape, dtype}});
  bind(out, value);
  append(name, work, std::move(in), {value});
  return out;
}

Array Recorder::draw(const char* name, Generator& generator, double p, double q, const Shape& shape, DType dtype,
                     std::function<void(Array&)> fill) {
  refuse_in_loop(name);
  Stream& stream = streams_.try_emplace(&generator, Stream{generator.state(), {}}).first->second;
  const Generator::State from = generator.state();
  Array out;
  {
    const PauseRecording pause;
    out = Array(shape, dtype);
    fill(out);
  }
  if (from == stream.frontier) {
    const ValueId value = add({.kind = Value::Kind::computed, .spec = {shape, dtype}});
    bind(out, value);
    append(name, [fill](Reads, std::span<Array* const> outs) { fill(*outs[0]); }, {}, {value});
    record_.instructions.back().effect = true;
    stream.frontier = generator.state();
    stream.draws.push_back({from, name, p, q, {shape, dtype}, value});
    return out;
  }
  // A stream that was put back draws what it drew before.
  for (const Stream::Draw& d : stream.draws) {
    if (d.from == from && d.name == std::string_view(name) && d.p == p && d.q == q && d.spec == Spec{shape, dtype}) {
      bind(out, d.value);
      return out;
    }
  }
  fail(std::string("[") + name + "] draws from a generator that was set anew in the step: seed it outside");
}

void Recorder::work(const char* name, const Work& work, Reads reads, std::span<const Variable> writes) {
  if (!writes.empty()) refuse_in_loop(name);
  std::vector<Ref> in = refs(name, reads);
  std::vector<std::size_t> written;
  for (const Variable& w : writes) {
    if (born_.count(Access::impl(w)) > 0) fail(std::string("[") + name + "] changes a Variable made in the step");
    written.push_back(external(w));
  }
  {
    const PauseRecording pause;
    work(reads, {});
  }
  append(name, work, std::move(in), {});
  record_.instructions.back().effect = true;
  record_.instructions.back().writes = written;
  for (const std::size_t i : written) {
    const Array& a = Access::impl(record_.externals[i])->value;
    held_[i] = add({.kind = Value::Kind::external, .spec = spec_of(a), .index = i, .version = ++updates_[i]});
    bind(a, held_[i]);
  }
}

void Recorder::constant(const Array& value) {
  bind(value, add({.kind = Value::Kind::constant, .spec = spec_of(value), .constant = value}));
}

void Recorder::conversion(const Array& from, const Array& to) {
  const auto found = known_.find(from.raw());
  if (found == known_.end() || found->second.value == by_host) return;  // refused when it is read
  const ValueId value = add({.kind = Value::Kind::computed, .spec = spec_of(to)});
  bind(to, value);
  append("convert", [](Reads in, std::span<Array* const> out) { copy_elements(Access::impl(*in[0])->value, *out[0]); },
         {{found->second.value, from.shape()}}, {value});
}

void Recorder::assignment(const Variable& v) {
  const auto found = known_.find(Access::impl(v)->value.raw());
  if (found == known_.end() || found->second.value == by_host) {
    fail("[set_array] is given an array that the step did not compute: pass it as an input");
  }
  if (born_.count(Access::impl(v)) > 0) return;  // a leaf of the step's own
  refuse_in_loop("set_array");
  const ValueId value = found->second.value;
  const auto [place, added] = externals_.try_emplace(Access::impl(v), record_.externals.size());
  if (added) {
    record_.externals.push_back(v);
    held_.push_back(value);
    updates_.push_back(0);
  }
  held_[place->second] = value;
  ++updates_[place->second];
  append("set_array",
         [v](Reads in, std::span<Array* const>) { copy_elements(Access::impl(*in[0])->value, Access::impl(v)->value); },
         {{value, v.shape()}}, {});
  record_.instructions.back().effect = true;
  record_.instructions.back().writes = {place->second};
}

void Recorder::gradient(LeafNode& leaf) {
  if (leaf.sequence() >= began_) return;  // the step's own, gone with it
  refuse_in_loop("backward");
  const auto same = [&](const intrusive_ptr<LeafNode>& g) { return g.get() == &leaf; };
  if (std::none_of(gradients_.begin(), gradients_.end(), same)) {
    gradients_.push_back(intrusive_ptr<LeafNode>::share(&leaf));
  }
}

void Recorder::check_own(const LeafNode& leaf, const char* what) {
  const auto same = [&](const intrusive_ptr<LeafNode>& g) { return g.get() == &leaf; };
  if (leaf.sequence() >= began_ || std::any_of(gradients_.begin(), gradients_.end(), same)) return;
  fail(std::string(what) + " of a leaf of shape " + to_string(leaf.output_shape()) +
       " from before the step: call zero_grad() in the step first, or use grad() instead of backward()");
}

// --- the end --------------------------------------------------------------------------------------------------------

void Recorder::record_gradients() {
  for (const auto& leaf : gradients_) {
    std::vector<Ref> in;
    if (leaf->grad.defined()) in.push_back(ref(leaf->grad, "the gradient of a leaf"));
    // A captured Variable has another leaf when it was frozen or converted for a while.
    const auto owner = std::find_if(record_.externals.begin(), record_.externals.end(),
                                    [&](const Variable& v) { return Access::impl(v)->node == leaf; });
    VariableImpl* const captured = owner == record_.externals.end() ? nullptr : Access::impl(*owner);
    append("grad",
           [leaf, captured](Reads g, std::span<Array* const>) {
             LeafNode& now = captured == nullptr ? *leaf : static_cast<LeafNode&>(*captured->node);
             now.grad = g.empty() ? Variable() : Variable(Access::impl(*g[0])->value.clone());
           },
           std::move(in), {});
    record_.instructions.back().effect = true;
  }
}

void Recorder::end_of(const Generator& generator) noexcept { lost_stream_ |= streams_.erase(&generator) > 0; }

void Recorder::check_parts() const {
  if (lost_part_) fail("a module or an optimiser lives in the step itself, gone at a replay: make it outside");
}

void Recorder::check_streams() {
  if (lost_stream_) fail("a random generator lives in the step itself, gone at a replay: make it outside");
  for (const auto& [generator, stream] : streams_) {
    if (!(generator->state() == stream.frontier)) {
      fail("a random generator was set anew in the step: seed it outside");
    }
  }
}

void Recorder::check_externals() {
  for (std::size_t i = 0; i < record_.externals.size(); ++i) {
    const Array& a = Access::impl(record_.externals[i])->value;
    const auto found = known_.find(a.raw());
    if (found == known_.end() || found->second.value != held_[i]) {
      fail("a captured Variable, " + describe(spec_of(a)) + ", was changed behind the recorder's back");
    }
  }
  for (auto& [v, value] : sharing_) {
    VariableImpl* impl = Access::impl(v);
    const auto found = known_.find(impl->value.raw());
    if (found == known_.end() || found->second.value != value) continue;  // it stood for the other for a while
    const PauseRecording pause;
    impl->value = impl->value.clone();
    spoilt_ = true;
  }
}

void Recorder::check_escapes(const Variables& outputs) {
  // Who may still hold what the step made.
  std::unordered_map<const void*, std::uint32_t> holders;
  std::unordered_set<const VariableImpl*> counted;
  const auto count = [&](const Variable& v) {
    if (v.defined() && counted.insert(Access::impl(v)).second) ++holders[Access::impl(v)->value.raw()];
  };
  for (const Variable& v : outputs) count(v);
  for (const Variable& v : inputs_) count(v);
  for (const Variable& v : record_.externals) count(v);
  for (const auto& leaf : gradients_) count(leaf->grad);
  for (const Value& v : record_.values) {
    if (v.constant.defined()) ++holders[v.constant.raw()];
  }
  const std::string remedy =
      "the step keeps what it computed outside of itself, where no replay would renew it: return it, or write it to a "
      "Variable with set_array";
  for (const Variable& v : inputs_) {
    // One handle is the caller's, one the recorder's.
    if (Access::impl(v)->use_count() > 2) fail(remedy + " (an input)");
  }
  for (const VariableImpl* v : born_) {
    if (counted.count(v) == 0) fail(remedy + " (a Variable, " + describe(spec_of(v->value)) + ")");
  }
  for (const auto& [elements, known] : known_) {
    if (known.buffer != nullptr && known.buffer->use_count() > holders[elements]) {
      std::string by = "an array filled by host code";
      for (const Instruction& i : record_.instructions) {
        if (std::find(i.out.begin(), i.out.end(), known.value) != i.out.end()) by = "a result of " + i.name;
      }
      fail(remedy + " (" + by + ")");
    }
  }
}

Variables Recorder::finish(Variables outputs) {
  Variables results;
  for (const Variable& y : outputs) {
    if (!y.defined()) fail("output " + std::to_string(results.size()) + " is undefined");
    record_.outputs.push_back(ref(y, "output " + std::to_string(results.size())));
    results.push_back(Variable(Access::impl(y)->value));
  }
  outputs.clear();
  check_parts();
  record_gradients();
  check_streams();
  check_externals();
  check_escapes(results);
  return results;
}

}  // namespace xgrad::detail
