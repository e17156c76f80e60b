// SPDX-License-Identifier: BSD-3-Clause
// Passes over records.
#include <xgrad/autograd/compile/passes.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>

namespace xgrad::detail {

namespace {

std::size_t at(ValueId v) { return static_cast<std::size_t>(v); }

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
  for (std::size_t t = record.instructions.size(); t-- > 0;) {
    for (const std::size_t e : record.instructions[t].writes) {
      for (std::size_t v = 0; v < record.values.size(); ++v) {
        const Value& value = record.values[v];
        if (value.kind == Value::Kind::external && value.index == e && value.since < static_cast<std::ptrdiff_t>(t)) {
          end[v] = t;
        }
      }
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

}  // namespace xgrad::detail
