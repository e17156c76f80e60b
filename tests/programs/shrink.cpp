// SPDX-License-Identifier: BSD-3-Clause
// Shrinking: steps that make a program smaller, taken as long as it keeps failing.
#include <algorithm>
#include <cmath>
#include <set>

#include "check.h"

namespace xgrad::test {

namespace {

/// Programs that are each one step simpler, the boldest steps first.
using Step = std::vector<Program> (*)(const Program&);

/// Without the lines on which no output hangs.
Program without_dead_lines(const Program& program) {
  std::vector<bool> live(program.lines.size());
  for (const std::size_t k : program.outputs) live[k] = true;
  for (std::size_t k = program.lines.size(); k-- > 0;) {
    if (!live[k]) continue;
    for (const std::size_t i : program.lines[k].operands) live[i] = true;
  }
  Program out;
  std::vector<std::size_t> renamed(program.lines.size());
  for (std::size_t k = 0; k < program.lines.size(); ++k) {
    if (!live[k]) continue;
    renamed[k] = out.lines.size();
    out.lines.push_back(program.lines[k]);
    for (std::size_t& i : out.lines.back().operands) i = renamed[i];
  }
  for (const std::size_t k : program.outputs) out.outputs.push_back(renamed[k]);
  return out;
}

std::vector<Program> drop_dead_lines(const Program& program) { return {without_dead_lines(program)}; }

/// One output alone, or an earlier line in its place.
std::vector<Program> move_outputs(const Program& program) {
  std::vector<Program> simpler;
  for (std::size_t k = 0; k < program.lines.size(); ++k) {
    if (!program.lines[k].operation || program.outputs == std::vector{k}) continue;
    simpler.push_back(program);
    simpler.back().outputs = {k};
    simpler.back() = without_dead_lines(simpler.back());
  }
  for (std::size_t k = 0; program.outputs.size() > 1 && k < program.outputs.size(); ++k) {
    simpler.push_back(program);
    simpler.back().outputs.erase(simpler.back().outputs.begin() + static_cast<std::ptrdiff_t>(k));
    simpler.back() = without_dead_lines(simpler.back());
  }
  return simpler;
}

/// An operation's result given as an input, late ones first: without what led to it, or with that as outputs.
std::vector<Program> cut_lines(const Program& program) {
  const Variables values = program.values(program.inputs());
  std::vector<Program> simpler;
  for (const bool keep_operands : {false, true}) {
    for (std::size_t k = program.lines.size(); k-- > 0;) {
      if (!program.lines[k].operation || values[k].dtype() != DType::float64) continue;
      Program cut = program;
      Line& line = cut.lines[k];
      if (keep_operands) cut.outputs.insert(cut.outputs.end(), line.operands.begin(), line.operands.end());
      line = Line();
      line.attributes.extents = values[k].shape();
      line.attributes.flag = true;
      line.attributes.c = values[k].array().to_vector<double>();
      simpler.push_back(without_dead_lines(cut));
    }
  }
  return simpler;
}

/// An operation's first operand of the same shape in its place.
std::vector<Program> bypass_lines(const Program& program) {
  const Variables values = program.values(program.inputs());
  std::vector<Program> simpler;
  for (std::size_t k = program.lines.size(); k-- > 0;) {
    for (const std::size_t i : program.lines[k].operands) {
      if (values[i].shape() != values[k].shape()) continue;
      simpler.push_back(program);
      for (Line& line : simpler.back().lines) std::ranges::replace(line.operands, k, i);
      simpler.back() = without_dead_lines(simpler.back());
      break;
    }
  }
  return simpler;
}

/// Inputs merged with earlier ones of their shape, or made constant.
std::vector<Program> tame_inputs(const Program& program) {
  std::vector<Program> simpler;
  for (std::size_t k = program.lines.size(); k-- > 0;) {
    const Line& input = program.lines[k];
    if (input.operation) continue;
    for (std::size_t i = 0; i < k; ++i) {
      if (program.lines[i].operation || !(program.lines[i].attributes.extents == input.attributes.extents)) continue;
      simpler.push_back(program);
      for (Line& line : simpler.back().lines) std::ranges::replace(line.operands, k, i);
      simpler.back() = without_dead_lines(simpler.back());
    }
    const auto others =
        std::ranges::count_if(program.lines, [](const Line& line) { return !line.operation && line.attributes.flag; });
    if (input.attributes.flag && others > 1) {
      simpler.push_back(program);
      simpler.back().lines[k].attributes.flag = false;
    }
  }
  return simpler;
}

/// Gives an input as many elements as its extents want.
void refill(Line& line) {
  if (!line.operation) line.attributes.c.resize(static_cast<std::size_t>(line.attributes.extents.numel()), 0.5);
}

/// Everywhere a smaller extent for one that occurs, or an input with one axis shorter or less.
std::vector<Program> shrink_extents(const Program& program) {
  std::set<std::int64_t> occurring;
  for (const Line& line : program.lines) {
    occurring.insert(line.attributes.extents.begin(), line.attributes.extents.end());
  }
  std::vector<Program> simpler;
  for (const std::int64_t from : occurring) {
    for (std::int64_t to = 1; to < from; ++to) {
      simpler.push_back(program);
      for (Line& line : simpler.back().lines) {
        Shape& extents = line.attributes.extents;
        for (std::size_t i = 0; i < extents.rank(); ++i) {
          if (extents[i] == from) extents[i] = to;
        }
        refill(line);
      }
    }
  }
  for (std::size_t k = 0; k < program.lines.size(); ++k) {
    if (program.lines[k].operation) continue;
    for (std::size_t axis = 0; axis < program.lines[k].attributes.extents.rank(); ++axis) {
      const auto with = [&](auto change) {
        simpler.push_back(program);
        Line& line = simpler.back().lines[k];
        change(line.attributes.extents);
        refill(line);
      };
      with([axis](Shape& extents) { extents.erase(axis); });
      if (program.lines[k].attributes.extents[axis] > 1) with([axis](Shape& extents) { --extents[axis]; });
    }
  }
  return simpler;
}

/// Elements of inputs with fewer digits.
std::vector<Program> round_elements(const Program& program) {
  std::vector<Program> simpler;
  for (const double steps : {1.0, 4.0, 16.0}) {
    for (std::size_t k = 0; k < program.lines.size(); ++k) {
      if (program.lines[k].operation) continue;
      simpler.push_back(program);
      std::vector<double>& c = simpler.back().lines[k].attributes.c;
      for (double& v : c) v = std::round(v * steps) / steps;
      if (c == program.lines[k].attributes.c) simpler.pop_back();
    }
  }
  return simpler;
}

/// Less is simpler; a step is taken only to a simpler program, so that shrinking ends.
auto size_of(const Program& program) {
  std::size_t n_elements = 0, n_differentiable = 0;
  double n_digits = 0;
  for (const Line& line : program.lines) {
    if (line.operation) continue;
    n_elements += line.attributes.c.size() + line.attributes.extents.rank();
    n_differentiable += line.attributes.flag;
    for (const double v : line.attributes.c) {
      for (double digits = 1; digits <= 1024; digits *= 2) n_digits += std::round(v * digits) != v * digits;
    }
  }
  return std::tuple(program.n_operations(), program.lines.size(), program.outputs.size(), n_elements, n_differentiable,
                    n_digits);
}

}  // namespace

Program shrink(Program program, const std::function<bool(const Program&)>& fails) {
  for (bool progress = true; progress;) {
    progress = false;
    for (const Step step :
         {drop_dead_lines, move_outputs, cut_lines, bypass_lines, tame_inputs, shrink_extents, round_elements}) {
      for (const Program& simpler : step(program)) {
        if (!(size_of(simpler) < size_of(program)) || !is_sound(simpler) || !fails(simpler)) continue;
        program = simpler;
        progress = true;
        break;
      }
      if (progress) break;
    }
  }
  return program;
}

}  // namespace xgrad::test
