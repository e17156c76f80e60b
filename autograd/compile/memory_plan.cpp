// SPDX-License-Identifier: BSD-3-Clause
// MemoryPlan: first come, first served, each value in the smallest gap that holds it.
#include <xgrad/autograd/compile/memory_plan.h>

#include <algorithm>
#include <map>

namespace xgrad::detail {

namespace {

constexpr std::size_t granule = 64;

/// Free stretches of a block that grows as needed.
class Gaps {
 public:
  std::size_t take(std::size_t bytes) {
    auto best = free_.end();
    for (auto g = free_.begin(); g != free_.end(); ++g) {
      if (g->second >= bytes && (best == free_.end() || g->second < best->second)) best = g;
    }
    if (best == free_.end()) {
      // The last stretch may grow.
      if (!free_.empty() && std::prev(free_.end())->first + std::prev(free_.end())->second == end_) {
        const std::size_t offset = std::prev(free_.end())->first;
        free_.erase(std::prev(free_.end()));
        end_ = offset + bytes;
        return offset;
      }
      const std::size_t offset = end_;
      end_ += bytes;
      return offset;
    }
    const std::size_t offset = best->first, left = best->second - bytes;
    free_.erase(best);
    if (left > 0) free_.emplace(offset + bytes, left);
    return offset;
  }

  void give(std::size_t offset, std::size_t bytes) {
    auto next = free_.lower_bound(offset);
    if (next != free_.end() && next->first == offset + bytes) {
      bytes += next->second;
      next = free_.erase(next);
    }
    if (next != free_.begin() && std::prev(next)->first + std::prev(next)->second == offset) {
      std::prev(next)->second += bytes;
    } else {
      free_.emplace(offset, bytes);
    }
  }

  std::size_t end() const noexcept { return end_; }

 private:
  std::map<std::size_t, std::size_t> free_;  ///< bytes by offset
  std::size_t end_ = 0;
};

/// What is made before the end of a loop's first instruction, the loop's state included, and read in its body is read
/// again in the next turn.
void outlive_loops(const Record& record, std::vector<std::size_t>& last) {
  constexpr auto never = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> made(record.values.size(), never), begins;
  for (std::size_t t = 0; t < record.instructions.size(); ++t) {
    for (const ValueId v : record.instructions[t].out) made[at(v)] = std::min(made[at(v)], t);
  }
  for (std::size_t t = 0; t < record.instructions.size(); ++t) {
    if (record.instructions[t].loop == Loop::begin) begins.push_back(t);
    if (record.instructions[t].loop != Loop::end) continue;
    const std::size_t begin = begins.back();
    begins.pop_back();
    for (std::size_t k = begin; k < t; ++k) {
      for (const Ref& r : record.instructions[k + 1].in) {
        const std::size_t v = at(r.value);
        if (made[v] != never && made[v] <= begin) last[v] = std::max(last[v], t);
      }
    }
  }
}

}  // namespace

MemoryPlan plan_memory(const Record& record) {
  const std::size_t n = record.instructions.size();
  std::vector<std::size_t> last(record.values.size(), 0);
  for (std::size_t t = 0; t < n; ++t) {
    for (const ValueId v : record.instructions[t].out) last[at(v)] = t;
    for (const Ref& r : record.instructions[t].in) last[at(r.value)] = t;
  }
  outlive_loops(record, last);
  std::vector<char> is_output(record.values.size(), 0);
  for (const Ref& r : record.outputs) is_output[at(r.value)] = 1;
  std::vector<std::vector<std::size_t>> dying(n);
  for (std::size_t v = 0; v < record.values.size(); ++v) {
    if (n > 0) dying[last[v]].push_back(v);
  }

  MemoryPlan plan;
  plan.offset.assign(record.values.size(), MemoryPlan::elsewhere);
  Gaps gaps;
  const auto rounded = [&](std::size_t v) {
    return std::max(granule, (record.values[v].bytes() + granule - 1) / granule * granule);
  };
  for (std::size_t t = 0; t < n; ++t) {
    const Instruction& i = record.instructions[t];
    std::size_t taken_over = record.values.size();
    if (i.in_place_of >= 0) {
      const std::size_t from = at(i.in[static_cast<std::size_t>(i.in_place_of)].value), to = at(i.out[0]);
      if (plan.offset[from] != MemoryPlan::elsewhere && last[from] == t && !is_output[to] &&
          rounded(from) == rounded(to)) {
        plan.offset[to] = plan.offset[from];
        taken_over = from;
      }
    }
    for (const ValueId v : i.out) {
      if (!is_output[at(v)] && plan.offset[at(v)] == MemoryPlan::elsewhere)
        plan.offset[at(v)] = gaps.take(rounded(at(v)));
    }
    for (const std::size_t v : dying[t]) {
      if (v == taken_over) continue;
      if (plan.offset[v] != MemoryPlan::elsewhere) gaps.give(plan.offset[v], rounded(v));
    }
  }
  plan.bytes = gaps.end();
  return plan;
}

}  // namespace xgrad::detail
