// SPDX-License-Identifier: BSD-3-Clause
// Recorder: watches one run of a step and writes it down, refusing what a replay would not do again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <xgrad/autograd/compile/loop.h>
#include <xgrad/autograd/compile/record.h>
#include <xgrad/autograd/random.h>

namespace xgrad::detail {

class Recorder {
 public:
  /// Begins to record on this thread. `inputs` are what the step will be given, in memory of their own.
  explicit Recorder(const Variables& inputs);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// The step's results without history. Ends the recording and checks it. @throws CompileError also for an undefined
  /// result.
  Variables finish(Variables outputs);
  /// True when memory that two Variables shared was parted: the record is not to be trusted, the next one will be.
  bool spoilt() const noexcept { return spoilt_; }
  Record take() { return std::move(record_); }

  Array op(const char* name, const Work& work, Reads reads, const Shape& shape, DType dtype);
  void elementwise(const kernels::Elementwise& f) { record_.instructions.back().elementwise = f; }
  void accumulating(const Work& work) { record_.instructions.back().accumulating = work; }
  Array draw(const char* name, Generator& generator, double p, double q, const Shape& shape, DType dtype,
             std::function<void(Array&)> fill);
  void use_of(const void* part) { used_.insert(part); }
  void end_of(const void* part) noexcept { lost_part_ |= used_.erase(part) > 0; }
  void end_of(const Generator& generator) noexcept;
  void work(const char* name, const Work& work, Reads reads, std::span<const Variable> writes);
  Variables loop(const Variables& state, int most, const LoopBody& body);
  void constant(const Array& value);
  void conversion(const Array& from, const Array& to);
  void assignment(const Variable& v);
  void gradient(LeafNode& leaf);
  void check_own(const LeafNode& leaf, const char* what);
  void flag(const bool& flag) { found(record_.flags, flag); }
  void number(const double& number) { found(record_.numbers, number); }
  void made(Buffer* buffer);
  void made(const VariableImpl* v) { born_.insert(v); }
  void freed(const Buffer* buffer) noexcept { known_.erase(buffer->own_elements()); }
  void freed(const VariableImpl* v) noexcept { born_.erase(v); }
  void read(const Variable& v);
  void refuse(const char* what) const;

  bool paused() const noexcept { return pauses_ > 0; }
  void pause(int change) noexcept { pauses_ += change; }

 private:
  static constexpr ValueId by_host = -1;
  struct Known {
    ValueId value;         ///< or by_host: made in the step, filled by nobody known
    const Buffer* buffer;  ///< null for memory from outside
  };
  struct Stream {
    Generator::State frontier;  ///< where a draw goes on
    struct Draw {
      Generator::State from;
      const char* name;
      double p, q;
      Spec spec;
      ValueId value;
    };
    std::vector<Draw> draws;
  };

  /// A replay must find the same there.
  template <class T>
  void found(std::vector<std::pair<const T*, T>>& all, const T& x) {
    used_.insert(&x);
    const std::pair<const T*, T> seen(&x, x);
    if (std::find(all.begin(), all.end(), seen) == all.end()) all.push_back(seen);
  }
  /// What a replay would do once, and eager mode in each turn.
  void refuse_in_loop(const char* name) const;
  ValueId add(Value value);
  /// The memory of `a` now holds `value`.
  void bind(const Array& a, ValueId value);
  Ref ref(const Variable& v, const std::string& reader);
  /// The number of a Variable from outside.
  std::size_t external(const Variable& v);
  void append(const char* name, const Work& work, std::vector<Ref> in, std::vector<ValueId> out);
  std::vector<Ref> refs(const char* name, Reads reads);
  void check_parts() const;
  void check_streams();
  void record_gradients();
  void check_externals();
  void check_escapes(const Variables& outputs);
  [[noreturn]] void fail(const std::string& what) const { throw_compile(record_, what); }

  Record record_;
  std::unordered_map<const void*, Known> known_;  ///< by the address of the elements
  std::unordered_set<const VariableImpl*> born_;  ///< made while recording
  std::unordered_map<const VariableImpl*, std::size_t> externals_;
  std::vector<ValueId> held_;                          ///< by each Variable from outside, by now
  std::vector<std::size_t> updates_;                   ///< of each, so far
  std::vector<std::pair<Variable, ValueId>> sharing_;  ///< Variables from outside seen with another's memory
  std::map<const Generator*, Stream> streams_;
  bool lost_stream_ = false;              ///< one that was drawn from is gone
  std::unordered_set<const void*> used_;  ///< parts of modules and optimisers
  bool lost_part_ = false;                ///< one of them is gone
  std::vector<intrusive_ptr<LeafNode>> gradients_;
  Variables inputs_;
  std::uint64_t began_;                              ///< creation number that nodes from before stay below
  std::vector<std::pair<ValueId, ValueId>> bodies_;  ///< the values, from and up to, of loops that have ended
  int loops_ = 0;                                    ///< whose bodies are being recorded
  int pauses_ = 0;
  bool spoilt_ = false;
};

}  // namespace xgrad::detail
