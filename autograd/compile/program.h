// SPDX-License-Identifier: BSD-3-Clause
// Program: a record made ready to be replayed, every operand a pointer and every value a place in one block.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/compile/memory_plan.h>
#include <xgrad/autograd/compile/record.h>

namespace xgrad::detail {

class Program {
 public:
  explicit Program(Record record);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// False when since the recording a module has changed between training and evaluation, a captured Variable its dtype
  /// or whether it requires a gradient, or a learning rate that the step computes with.
  bool applies() const noexcept;
  /// Inputs of the recorded kinds. @throws CompileError when a captured Variable is gone.
  Variables run(const Variables& inputs);

  std::size_t n_instructions() const noexcept { return steps_.size(); }
  std::size_t bytes() const noexcept { return block_.nbytes(); }

 private:
  /// What a recording takes for granted of a captured Variable.
  struct Kind {
    DType dtype;
    bool requires_grad;
    friend bool operator==(const Kind&, const Kind&) = default;
  };
  struct View {
    Array* array;
    const Array* of;
  };
  struct Step {
    const char* name;
    Work work;
    std::vector<const Variable*> in;
    std::vector<Array*> out;
    std::vector<const void*> places;  ///< where the results are to be
    std::vector<View> views;          ///< of Variables from outside, under other shapes than theirs
    Loop loop = Loop::none;
    std::size_t partner = 0;  ///< of a loop's first step the last, and the other way round
    int turns = 0, most_turns = 0;
  };

  static Kind kind_of(const Variable& v) { return {v.dtype(), v.requires_grad()}; }
  /// Under the eyes of a profiler or anomaly mode.
  static void run_watched(const Step& step);
  /// The Variable through which a value is read under a shape.
  Variable& slot(const Ref& ref);
  const Variable* operand(const Ref& ref, Step& step);
  /// Where to go on after a step.
  std::size_t after(std::size_t step);
  void aim(ValueId value, const void* elements);
  static void bring_back(Array& array, const void* place);
  void check_externals() const;

  Record record_;
  std::vector<Kind> captured_;  ///< of each external Variable
  Array block_;
  std::vector<std::deque<Variable>> slots_;  ///< of each value, one a shape
  std::vector<Step> steps_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> fresh_;  ///< outputs that get memory of their own at each run
};

}  // namespace xgrad::detail
