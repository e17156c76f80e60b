// SPDX-License-Identifier: BSD-3-Clause
// Record: a step as a list of pieces of work on numbered values. What the recorder writes, the passes improve and the
// program replays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/node.h>

namespace xgrad::detail {

using ValueId = std::int32_t;
/// Its place in lists of something for each value.
constexpr std::size_t at(ValueId v) noexcept { return static_cast<std::size_t>(v); }

/// Memory that is written once. Reading it under another shape is not another value.
struct Value {
  enum class Kind {
    computed,  ///< written by a piece of work, in the program's memory
    constant,  ///< made by an op such as ones_like
    input,     ///< given to the step
    external,  ///< what a Variable from outside holds, between two of its updates
  };
  Kind kind;
  Spec spec;
  Array constant = {};
  std::size_t index = 0;    ///< of the input or external Variable
  std::size_t version = 0;  ///< external: how many of the step's updates it comes after

  std::size_t bytes() const { return static_cast<std::size_t>(spec.shape.numel()) * size_of(spec.dtype); }
};

/// A value as something reads it.
struct Ref {
  ValueId value;
  Shape shape;
};

/// A loop stands in the list as its first instruction, which gives the state its first values, its body, and its last,
/// which gives it the next ones.
enum class Loop { none, begin, end };

struct Instruction {
  std::string name;
  Work work;
  std::vector<Ref> in;
  std::vector<ValueId> out;
  std::vector<std::size_t> writes = {};  ///< external Variables that it changes
  bool effect = false;                   ///< must be done even if nobody reads its results
  std::optional<kernels::Elementwise> elementwise = std::nullopt;
  Work accumulating = nullptr;      ///< adds to what the result's memory holds, where that can be had
  std::ptrdiff_t in_place_of = -1;  ///< number of the operand whose memory the result had best take
  Loop loop = Loop::none;
  int most_turns = 0;  ///< of the loop that ends here
};

struct Record {
  std::vector<Value> values;
  std::vector<Instruction> instructions;
  Variables externals;
  std::vector<Ref> outputs;
  std::vector<std::pair<const bool*, bool>> flags;
  std::vector<std::pair<const double*, double>> numbers;
  std::size_t n_inputs = 0;
};

/// "[compile] after 17 recorded pieces of work (the last one mul): ..." thrown as CompileError.
[[noreturn]] void throw_compile(const Record& record, const std::string& what);

}  // namespace xgrad::detail
