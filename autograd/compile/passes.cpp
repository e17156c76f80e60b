// SPDX-License-Identifier: BSD-3-Clause
// Passes over records.
#include <xgrad/autograd/compile/passes.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <utility>

namespace xgrad::detail {

namespace {

Instruction copy(ValueId from, const Shape& shape, ValueId to) {
  return {.name = "copy",
          .work =
              [](Reads in, std::span<Array* const> out) {
                std::memcpy(out[0]->mutable_raw(), in[0]->array().raw(), out[0]->nbytes());
              },
          .in = {{from, shape}},
          .out = {to}};
}

}  // namespace

void preserve_old_values(Record& record) {
  constexpr auto never = std::numeric_limits<std::size_t>::max();
  // The update that ends each value, and its last use.
  std::vector<std::size_t> end(record.values.size(), never), last_use(record.values.size(), 0);
  std::vector<std::size_t> updates(record.externals.size(), 0);
  for (std::size_t t = 0; t < record.instructions.size(); ++t) {
    for (const std::size_t e : record.instructions[t].writes) {
      for (std::size_t v = 0; v < record.values.size(); ++v) {
        const Value& value = record.values[v];
        if (value.kind == Value::Kind::external && value.index == e && value.version == updates[e]) end[v] = t;
      }
      ++updates[e];
    }
  }
  for (std::size_t t = 0; t < record.instructions.size(); ++t) {
    for (const Ref& r : record.instructions[t].in) last_use[at(r.value)] = t;
  }
  for (const Ref& r : record.outputs) last_use[at(r.value)] = record.instructions.size();

  std::map<ValueId, ValueId> kept;
  const auto redirect = [&](Ref& r) {
    if (const auto found = kept.find(r.value); found != kept.end()) r.value = found->second;
  };
  std::vector<Instruction> instructions;
  for (std::size_t t = 0; t < record.instructions.size(); ++t) {
    for (std::size_t v = 0; v < end.size(); ++v) {
      if (end[v] != t || last_use[v] < t) continue;
      const Spec spec = record.values[v].spec;
      record.values.push_back({.kind = Value::Kind::computed, .spec = spec});
      const auto id = static_cast<ValueId>(record.values.size() - 1);
      instructions.push_back(copy(static_cast<ValueId>(v), spec.shape, id));
      kept[static_cast<ValueId>(v)] = id;
    }
    Instruction& i = record.instructions[t];
    for (Ref& r : i.in) redirect(r);
    instructions.push_back(std::move(i));
  }
  for (Ref& r : record.outputs) redirect(r);
  record.instructions = std::move(instructions);
}

void hoist(Record& record) {
  // Values that change from turn to turn of the loop, if any, in whose body the instruction stands.
  std::vector<char> varies(record.values.size(), 0);
  std::vector<Instruction> kept;
  std::vector<std::size_t> begins;  // of the loops around it
  for (Instruction& i : record.instructions) {
    if (i.loop == Loop::end) begins.pop_back();
    const bool same = !begins.empty() && !i.effect &&
                      std::none_of(i.in.begin(), i.in.end(), [&](const Ref& r) { return varies[at(r.value)] != 0; });
    if (same) {
      kept.insert(kept.begin() + static_cast<std::ptrdiff_t>(begins.front()), std::move(i));
      for (std::size_t& b : begins) ++b;
      continue;
    }
    if (i.loop == Loop::begin) begins.push_back(kept.size());
    for (const ValueId v : i.out) varies[at(v)] = begins.empty() ? 0 : 1;
    kept.push_back(std::move(i));
  }
  record.instructions = std::move(kept);
}

void drop_dead(Record& record) {
  std::vector<char> needed(record.values.size(), 0);
  for (const Ref& r : record.outputs) needed[at(r.value)] = 1;
  std::vector<Instruction> kept;
  for (auto i = record.instructions.rbegin(); i != record.instructions.rend(); ++i) {
    const bool wanted =
        i->effect || std::any_of(i->out.begin(), i->out.end(), [&](ValueId v) { return needed[at(v)] != 0; });
    if (!wanted) continue;
    for (const Ref& r : i->in) needed[at(r.value)] = 1;
    kept.push_back(std::move(*i));
  }
  std::reverse(kept.begin(), kept.end());
  record.instructions = std::move(kept);
}

namespace {

/// True when every element is the same, bit for bit.
bool uniform(const Array& a) {
  const auto* bytes = static_cast<const char*>(a.raw());
  const std::size_t n = a.nbytes(), one = size_of(a.dtype());
  return n <= one || std::memcmp(bytes, bytes + one, n - one) == 0;
}

}  // namespace

void fold(Record& record) {
  constexpr std::size_t small = 1 << 16;  // bytes; more is better computed than read
  std::map<ValueId, Ref> repeats;         // what is only another value broadcast, and to which shape
  std::vector<Instruction> kept;
  for (Instruction& i : record.instructions) {
    const bool constant = !i.effect && !i.in.empty() && std::all_of(i.in.begin(), i.in.end(), [&](const Ref& r) {
      const Value& v = record.values[at(r.value)];
      return v.kind == Value::Kind::constant && r.shape.numel() == v.constant.size() && v.bytes() <= small;
    });
    if (constant && i.out.size() == 1 && record.values[at(i.out[0])].bytes() <= small) {
      Value& to = record.values[at(i.out[0])];
      std::vector<Variable> in;
      std::vector<const Variable*> reads;
      for (const Ref& r : i.in) in.push_back(Variable(record.values[at(r.value)].constant.reshape(r.shape)));
      for (const Variable& v : in) reads.push_back(&v);
      Array out(to.spec.shape, to.spec.dtype);
      Array* const outs[] = {&out};
      i.work(reads, outs);
      to.kind = Value::Kind::constant;
      to.constant = std::move(out);
      continue;
    }
    if (i.elementwise && i.elementwise->arity == 0) repeats.emplace(i.out[0], i.in[0]);
    if (i.elementwise && i.elementwise->arity == 2) {
      for (Ref& r : i.in) {
        const auto from = repeats.find(r.value);
        if (from != repeats.end() && r.shape == record.values[at(r.value)].spec.shape) r = from->second;
        const Value& v = record.values[at(r.value)];
        if (v.kind == Value::Kind::constant && v.constant.size() > 1 && uniform(v.constant)) r.shape = Shape{};
      }
    }
    kept.push_back(std::move(i));
  }
  record.instructions = std::move(kept);
}

void accumulate(Record& record) {
  std::vector<int> uses(record.values.size(), 0);
  std::vector<std::ptrdiff_t> maker(record.values.size(), -1);
  for (const Instruction& i : record.instructions) {
    for (const Ref& r : i.in) ++uses[at(r.value)];
  }
  for (const Ref& r : record.outputs) ++uses[at(r.value)];
  std::vector<char> gone(record.instructions.size(), 0);
  for (std::size_t t = 0; t < record.instructions.size(); ++t) {
    Instruction& i = record.instructions[t];
    for (const ValueId v : i.out) maker[at(v)] = static_cast<std::ptrdiff_t>(t);
    if (!i.elementwise || i.elementwise->arity != 2 || i.elementwise->binary != kernels::Binary::add) continue;
    const std::int64_t size = record.values[at(i.out[0])].spec.shape.numel();
    const auto only_here = [&](const Ref& r) {
      return uses[at(r.value)] == 1 && maker[at(r.value)] >= 0 && r.shape.numel() == size;
    };
    if (!only_here(i.in[0]) || !only_here(i.in[1])) continue;
    // The term that is made later is added to the other.
    const bool first_is_later = maker[at(i.in[0].value)] > maker[at(i.in[1].value)];
    const Ref& sum = i.in[first_is_later ? 1 : 0];
    const auto later = static_cast<std::size_t>(maker[at(i.in[first_is_later ? 0 : 1].value)]);
    Instruction& term = record.instructions[later];
    if (!term.accumulating || term.out.size() != 1) continue;
    const ValueId result = i.out[0];
    term.name += " + " + i.name;
    term.in.push_back({sum.value, record.values[at(sum.value)].spec.shape});
    term.in_place_of = static_cast<std::ptrdiff_t>(term.in.size()) - 1;
    record.values[at(result)].spec = record.values[at(term.out[0])].spec;
    term.out[0] = result;
    term.work = [add = std::exchange(term.accumulating, nullptr)](Reads in, std::span<Array* const> out) {
      const Array& sum = Access::impl(*in.back())->value;
      void* place = out[0]->mutable_raw();
      if (sum.raw() != place) std::memcpy(place, sum.raw(), out[0]->nbytes());
      add(in.first(in.size() - 1), out);
    };
    maker[at(result)] = static_cast<std::ptrdiff_t>(later);
    gone[t] = 1;
  }
  std::vector<Instruction> kept;
  for (std::size_t t = 0; t < gone.size(); ++t) {
    if (!gone[t]) kept.push_back(std::move(record.instructions[t]));
  }
  record.instructions = std::move(kept);
}

void shrink_constants(Record& record) {
  std::vector<std::int64_t> read(record.values.size(), 0);
  const auto count = [&](const Ref& r) { read[at(r.value)] = std::max(read[at(r.value)], r.shape.numel()); };
  for (const Instruction& i : record.instructions) std::for_each(i.in.begin(), i.in.end(), count);
  std::for_each(record.outputs.begin(), record.outputs.end(), count);
  for (std::size_t v = 0; v < read.size(); ++v) {
    Array& whole = record.values[v].constant;
    if (!whole.defined() || read[v] >= whole.size()) continue;
    Array one(Shape{}, whole.dtype());
    if (read[v] > 0) std::memcpy(one.mutable_raw(), whole.raw(), one.nbytes());
    whole = read[v] > 0 ? one : Array();
  }
}

}  // namespace xgrad::detail
