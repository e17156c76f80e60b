// SPDX-License-Identifier: BSD-3-Clause
// Fusion: groups of element-wise work that share values, each done in one pass when its results are first needed.
#include <xgrad/autograd/compile/passes.h>

#include <algorithm>
#include <list>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/chain.h>

namespace xgrad::detail {

namespace {

using kernels::Chain;
using kernels::Strides;

/// The shape as rows and columns, such that each operand steps evenly through both. Columns run innermost.
struct Grid {
  std::int64_t rows = 1, columns = 1;
  std::vector<Chain::Steps> steps;  ///< of each operand
};

/// Nullopt when two axes are not enough.
std::optional<Grid> grid_of(const Shape& shape, const std::vector<Shape>& operands) {
  std::vector<Strides> strides;
  strides.push_back(kernels::contiguous_strides(shape));  // the results
  for (const Shape& s : operands) {
    strides.push_back(s.numel() == shape.numel() ? strides[0] : kernels::detail::broadcast_strides(s, shape));
  }
  std::vector<std::int64_t> extents;
  std::vector<std::vector<std::int64_t>> merged(strides.size());
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 1) continue;
    bool joins = !extents.empty();
    for (std::size_t k = 0; k < strides.size() && joins; ++k)
      joins = merged[k].back() == strides[k][axis] * shape[axis];
    if (joins) {
      extents.back() *= shape[axis];
    } else {
      extents.push_back(shape[axis]);
    }
    for (std::size_t k = 0; k < strides.size(); ++k) {
      joins ? static_cast<void>(merged[k].back() = strides[k][axis]) : merged[k].push_back(strides[k][axis]);
    }
  }
  if (extents.size() > 2) return std::nullopt;
  Grid grid;
  if (!extents.empty()) grid.columns = extents.back();
  if (extents.size() == 2) grid.rows = extents[0];
  for (std::size_t k = 1; k < strides.size(); ++k) {
    grid.steps.push_back({extents.size() == 2 ? merged[k][0] : 0, extents.empty() ? 0 : merged[k].back()});
  }
  return grid;
}

struct Group {
  std::vector<Instruction> members;
  Spec spec;                                       ///< of every result
  std::vector<Shape> operands;                     ///< shapes under which values from outside are read
  std::unordered_map<ValueId, std::size_t> makes;  ///< member by value
  std::unordered_set<ValueId> reads;               ///< values from outside
};

class Fuser {
 public:
  explicit Fuser(Record& record) : record_(record), uses_(record.values.size(), 0) {
    for (const Instruction& i : record.instructions) {
      for (const Ref& r : i.in) ++uses_[at(r.value)];
    }
    for (const Ref& r : record.outputs) ++uses_[at(r.value)];
  }

  std::int64_t run() {
    for (Instruction& i : record_.instructions) {
      Group* home = fusible(i) ? home_of(i) : nullptr;
      close_if([&](const Group& g) { return &g != home && conflicts(g, i); });
      if (home != nullptr) {
        join(*home, std::move(i));
      } else if (fusible(i)) {
        open(std::move(i));
      } else {
        done_.push_back(std::move(i));
      }
    }
    close_if([](const Group&) { return true; });
    record_.instructions = std::move(done_);
    return fused_;
  }

 private:
  bool fusible(const Instruction& i) const {
    if (!i.elementwise || i.elementwise->arity == 0 || i.effect || i.out.size() != 1) return false;
    const Spec& spec = record_.values[at(i.out[0])].spec;
    return is_floating(spec.dtype) && spec.shape.numel() > 0;
  }

  /// An open group of the same shape with which it shares a value.
  Group* home_of(const Instruction& i) {
    const Spec& spec = record_.values[at(i.out[0])].spec;
    for (Group& g : open_) {
      if (g.spec != spec || g.members.size() >= Chain::most_links) continue;
      const bool related = std::any_of(i.in.begin(), i.in.end(), [&](const Ref& r) {
        return g.makes.count(r.value) > 0 || g.reads.count(r.value) > 0;
      });
      if (!related) continue;
      std::vector<Shape> operands = g.operands;
      bool fits = true;
      for (const Ref& r : i.in) {
        if (g.makes.count(r.value) == 0) {
          operands.push_back(r.shape);
        } else if (r.shape.numel() != spec.shape.numel()) {
          fits = false;  // cannot be: a result has as many elements as it is read with
        }
      }
      if (fits && grid_of(spec.shape, operands)) return &g;
    }
    return nullptr;
  }

  /// True when the group must be done before `i`: its results are read, or what it reads is about to change, or a loop
  /// begins or ends there.
  bool conflicts(const Group& g, const Instruction& i) const {
    const bool read = std::any_of(i.in.begin(), i.in.end(), [&](const Ref& r) { return g.makes.count(r.value) > 0; });
    if (read) return true;
    if (i.loop != Loop::none) return true;
    return !i.writes.empty() && std::any_of(g.reads.begin(), g.reads.end(), [&](ValueId v) {
      const Value& value = record_.values[at(v)];
      return value.kind == Value::Kind::external &&
             std::find(i.writes.begin(), i.writes.end(), value.index) != i.writes.end();
    });
  }

  void open(Instruction i) {
    Group g;
    g.spec = record_.values[at(i.out[0])].spec;
    std::vector<Shape> operands;
    for (const Ref& r : i.in) operands.push_back(r.shape);
    if (!grid_of(g.spec.shape, operands)) {
      done_.push_back(std::move(i));
      return;
    }
    open_.push_back(std::move(g));
    join(open_.back(), std::move(i));
  }

  void join(Group& g, Instruction i) {
    for (const Ref& r : i.in) {
      if (g.makes.count(r.value) > 0) continue;
      g.operands.push_back(r.shape);
      g.reads.insert(r.value);
    }
    g.makes.emplace(i.out[0], g.members.size());
    g.members.push_back(std::move(i));
  }

  template <class Condition>
  void close_if(const Condition& condition) {
    for (auto g = open_.begin(); g != open_.end();) {
      if (!condition(*g)) {
        ++g;
        continue;
      }
      close(std::move(*g));
      g = open_.erase(g);
    }
  }

  void close(Group g) {
    if (g.members.size() == 1) {
      done_.push_back(std::move(g.members[0]));
      return;
    }
    Instruction pass{.name = "pass", .work = {}, .in = {}, .out = {}};
    std::vector<int> inside(g.members.size(), 0);
    for (const Instruction& m : g.members) {
      for (const Ref& r : m.in) {
        if (const auto made = g.makes.find(r.value); made != g.makes.end()) ++inside[made->second];
      }
    }
    Chain chain{.dtype = g.spec.dtype, .rows = 1, .columns = 1, .inputs = {}, .links = {}};
    std::vector<Shape> shapes;
    const auto source = [&](const Ref& r) -> Chain::Source {
      if (const auto made = g.makes.find(r.value); made != g.makes.end()) return {true, made->second};
      for (std::size_t k = 0; k < pass.in.size(); ++k) {
        if (pass.in[k].value == r.value && pass.in[k].shape == r.shape) return {false, k};
      }
      pass.in.push_back(r);
      shapes.push_back(r.shape);
      return {false, pass.in.size() - 1};
    };
    for (std::size_t k = 0; k < g.members.size(); ++k) {
      const Instruction& m = g.members[k];
      Chain::Link link{.f = *m.elementwise, .a = source(m.in[0])};
      if (m.in.size() > 1) link.b = source(m.in[1]);
      if (uses_[at(m.out[0])] > inside[k]) {
        link.out = static_cast<std::ptrdiff_t>(pass.out.size());
        pass.out.push_back(m.out[0]);
      }
      chain.links.push_back(link);
      pass.name += k == 0 ? " (" + m.name : ", " + m.name;
    }
    pass.name += ")";
    const Grid grid = *grid_of(g.spec.shape, shapes);
    chain.rows = grid.rows;
    chain.columns = grid.columns;
    chain.inputs = grid.steps;
    pass.work = [chain = std::make_shared<const kernels::ChainPass>(std::move(chain))](Reads in,
                                                                                       std::span<Array* const> out) {
      std::array<const void*, 2 * Chain::most_links> from;
      std::array<void*, Chain::most_links> to;
      for (std::size_t k = 0; k < in.size(); ++k) from[k] = Access::impl(*in[k])->value.raw();
      for (std::size_t k = 0; k < out.size(); ++k) to[k] = out[k]->mutable_raw();
      chain->run(from.data(), to.data());
    };
    fused_ += static_cast<std::int64_t>(g.members.size()) - 1;
    done_.push_back(std::move(pass));
  }

  Record& record_;
  std::vector<int> uses_;
  std::list<Group> open_;
  std::vector<Instruction> done_;
  std::int64_t fused_ = 0;
};

}  // namespace

std::int64_t fuse(Record& record) { return Fuser(record).run(); }

}  // namespace xgrad::detail
