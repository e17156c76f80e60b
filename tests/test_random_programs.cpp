// SPDX-License-Identifier: BSD-3-Clause
// Random programs of up to 30 ops from the whole op set: first and second derivatives, and the shrinking of failures.
//
// XGRAD_PROGRAMS=20000 checks so many instead of 500, XGRAD_PROGRAM_SEED=7 begins elsewhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/common.h>

#include "op_table.h"
#include "programs/check.h"
#include "programs/draft.h"
#include "programs/vocabulary.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Programs of one run have neighbouring seeds; those of another seed share none with them.
std::uint64_t seed_of(std::uint64_t run, std::uint64_t k) { return (run << 32) + k; }

/// sin whose rule is off by one per cent.
Variable slightly_wrong(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "slightly_wrong",
      .infer = infer::floating,
      .run = run::unary<kernels::Unary::sin>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * cos(op.input(0)) * 1.01; }};
  return apply(op, x);
}

/// sin whose rule cuts the graph: wrong at order 2 alone.
Variable cutting(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "cutting",
      .infer = infer::floating,
      .run = run::unary<kernels::Unary::sin>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * cos(op.input(0)).detach(); }};
  return apply(op, x);
}

/// a b whose rule is wrong only when one operand is stretched.
Variable wrong_when_stretched(const Variable& a, const Variable& b) {
  static constexpr OpDef<> op{.name = "wrong_when_stretched",
                              .infer = infer::broadcast_floating,
                              .run = run::binary<kernels::Binary::mul>,
                              .uses = {uses::input(1), uses::input(0)},
                              .rule =
                                  [](const Op<>& op, const Variable& g, std::size_t i) {
                                    const bool stretched = !(op.input(1 - i).shape() == g.shape());
                                    return g * op.input(1 - i) * (stretched ? 1.01 : 1.0);
                                  },
                              .broadcasts = true};
  return apply(op, a, b);
}

/// The vocabulary and `n` times a wrong word.
Vocabulary with(const Operation& wrong) {
  Vocabulary words = vocabulary();
  for (int i = 0; i < 5; ++i) words.push_back(wrong);
  return words;
}

/// The first long program that is wrong.
Program wrong_program(const Vocabulary& words) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const Program program = random_program(seed, words);
    if (program.n_operations() >= 15 && !fault(program).empty()) return program;
  }
  FAIL("no program is wrong");
  return {};
}

}  // namespace

TEST_CASE("random programs: derivatives of first and second order, float32, nothing leaked") {
  const std::uint64_t run = setting("XGRAD_PROGRAM_SEED", 1);
  for (std::uint64_t k = 0, n = setting("XGRAD_PROGRAMS", 500); k < n; ++k) {
    const Program program = random_program(seed_of(run, k), vocabulary());
    if (!fault(program).empty()) FAIL_CHECK("program ", k, " of seed ", run, ": ", report(program));
  }
}

TEST_CASE("random programs: a wrong rule is found and the program shrunk to it") {
  struct Case {
    Operation word;
    std::string call, order;
    std::size_t most_elements;
  };
  for (const auto& [word, call, order, most_elements] :
       {Case{{EXPRESSION(slightly_wrong(x[0])), any()}, "slightly_wrong(in[0])", "order 1", 1},
        Case{{EXPRESSION(cutting(x[0])), any()}, "cutting(in[0])", "order 2", 1},
        Case{{EXPRESSION(wrong_when_stretched(x[0], x[1])), any() & broadcasting()},
             "wrong_when_stretched(in[0], in[1])",
             "order 1",
             3}}) {
    const Vocabulary words = with(word);
    const Program program = wrong_program(words);
    const Program small = shrink(program, [](const Program& p) { return !fault(p).empty(); });
    CAPTURE(to_cpp(program));
    CAPTURE(to_cpp(small));
    CHECK(small.n_operations() == 1);
    CHECK(to_cpp(small).find(call) != std::string::npos);
    CHECK(fault(small).find(order) != std::string::npos);
    std::size_t n_elements = 0;
    for (const Variable& x : small.inputs()) n_elements += static_cast<std::size_t>(x.size());
    CHECK(n_elements <= most_elements);
  }
}

TEST_CASE("random programs: what depends on two lines shrinks to these two") {
  const auto calls = [](const Program& p, const std::string& name) {
    return std::ranges::any_of(p.lines, [&](const Line& line) {
      return line.operation && line.operation->expression.text.starts_with(name + "(");
    });
  };
  const auto fails = [&](const Program& p) { return calls(p, "tanh") && calls(p, "sum"); };
  for (std::uint64_t seed = 0, found = 0; found < 3; ++seed) {
    Program program = random_program(seed, vocabulary());
    if (!fails(program)) continue;
    ++found;
    program.outputs
        .clear();  // every line is one: shrinking drops dead lines, and with one of the two nothing would fail
    for (std::size_t k = 0; k < program.lines.size(); ++k) {
      if (program.lines[k].operation) program.outputs.push_back(k);
    }
    const Program small = shrink(program, fails);
    CHECK(small.n_operations() == 2);
    CHECK(fails(small));
  }
}

TEST_CASE("random programs: they share values, broadcast, and have dead branches, several inputs and outputs") {
  std::size_t shared = 0, dead = 0, several_inputs = 0, several_outputs = 0, constants = 0, longest = 0;
  std::map<std::string, std::size_t> seen;
  for (std::uint64_t k = 0; k < 500; ++k) {
    const Program program = random_program(seed_of(1, k), vocabulary());
    std::vector<std::size_t> uses(program.lines.size());
    std::size_t n_inputs = 0;
    for (const Line& line : program.lines) {
      for (const std::size_t i : line.operands) ++uses[i];
      n_inputs += !line.operation;
      constants += !line.operation && !line.attributes.flag;
      if (line.operation) ++seen[line.operation->expression.text];
    }
    for (std::size_t i = 0; i < uses.size(); ++i) {
      shared += uses[i] > 1;
      dead += uses[i] == 0 && std::ranges::count(program.outputs, i) == 0;
    }
    several_inputs += n_inputs > 1;
    several_outputs += program.outputs.size() > 1;
    longest = std::max(longest, program.n_operations());
  }
  for (const std::size_t n : {shared, dead, several_inputs, several_outputs, constants}) CHECK(n > 200);
  CHECK(longest == 30);
  for (const Operation& operation : vocabulary()) {
    CAPTURE(operation.expression.text);
    CHECK(seen[operation.expression.text] >= 10);
  }
}

TEST_CASE("random programs: every declared op is in the vocabulary") {
  for (const std::string& name : without_word(declared_ops(), vocabulary())) {
    FAIL_CHECK(name, " has no row in tests/programs/vocabulary_*.cpp");
  }
  CHECK(without_word({"tanh", "novel"}, vocabulary()) == std::vector<std::string>{"novel"});
}
