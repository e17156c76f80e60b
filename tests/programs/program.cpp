// SPDX-License-Identifier: BSD-3-Clause
// Running, judging and printing programs.
#include "program.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <regex>

#include <xgrad/autograd/error.h>

namespace xgrad::test {

// --- running --------------------------------------------------------------------------------------------------------

std::size_t Program::n_operations() const {
  return static_cast<std::size_t>(std::ranges::count_if(lines, [](const Line& line) { return line.operation; }));
}

Variables Program::inputs(DType dtype) const {
  Variables all;
  for (const Line& line : lines) {
    if (line.operation) continue;
    const Array value = Array::from(line.attributes.c, line.attributes.extents);
    all.push_back(Variable(value.astype(dtype), line.attributes.flag));
  }
  return all;
}

Variables Program::values(const Variables& inputs) const {
  Variables all;
  auto input = inputs.begin();
  for (const Line& line : lines) {
    Variables operands;
    for (const std::size_t k : line.operands) operands.push_back(all[k]);
    all.push_back(line.operation ? line.operation->expression.run(operands, line.attributes) : *input++);
  }
  return all;
}

Variables Program::operator()(const Variables& inputs) const {
  const Variables all = values(inputs);
  Variables chosen;
  for (const std::size_t k : outputs) chosen.push_back(all[k]);
  return chosen;
}

// --- judging --------------------------------------------------------------------------------------------------------

bool is_sound(const Line& line, const Variables& operands, const Variable& value) {
  for (const double v : value.array().to_vector<double>()) {
    if (!(std::abs(v) <= largest_value)) return false;
  }
  if (!line.operation || !line.operation->clearance) return true;
  return line.operation->clearance(operands, line.attributes) >= least_clearance;
}

bool is_sound(const Program& program) {
  try {
    const Variables all = program.values(program.inputs());
    for (std::size_t k = 0; k < all.size(); ++k) {
      Variables operands;
      for (const std::size_t i : program.lines[k].operands) operands.push_back(all[i]);
      if (!is_sound(program.lines[k], operands, all[k])) return false;
    }
    return true;
  } catch (const Error&) {
    return false;
  }
}

// --- printing -------------------------------------------------------------------------------------------------------

std::string to_cpp(double number) {
  std::array<char, 32> text;
  std::string digits(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
  return digits.find_first_of(".en") == std::string::npos ? digits + ".0" : digits;
}

namespace {

std::string to_text(std::int64_t n) { return std::to_string(n); }
std::string to_text(double x) { return to_cpp(x); }
std::string to_text(const std::string& s) { return s; }

template <class List>
std::string braced(const std::string& type, const List& list) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : ", ") + to_text(item);
  return type + "{" + text + "}";
}

/// The expression with the names of its operands and the values of its attributes.
std::string expression(const Line& line, const std::vector<std::string>& operands) {
  static const std::regex placeholder(R"(\b(?:([xnc])\[(\d+)\]|(x|n|axes|extents|index|flag)\b))");
  const Attributes& a = line.attributes;
  static const std::regex line_break(R"(\( )");  // the preprocessor leaves a space of it
  const std::string text = std::regex_replace(line.operation->expression.text, line_break, "(");
  std::string out;
  auto rest = text.begin();
  for (std::sregex_iterator it(text.begin(), text.end(), placeholder), end; it != end; ++it) {
    const std::smatch& match = *it;
    out.append(rest, match[0].first);
    rest = match[0].second;
    const std::string list = match[1], whole = match[3];
    const std::size_t k = list.empty() ? 0 : std::stoul(match[2]);
    if (list == "x") out += operands.at(k);
    if (list == "n") out += to_text(a.n.at(k));
    if (list == "c") out += to_text(a.c.at(k));
    if (whole == "x") out += braced("Variables", operands);
    if (whole == "n") out += braced("std::vector<std::int64_t>", a.n);
    if (whole == "axes") out += braced("Axes", a.axes);
    if (whole == "extents") out += braced("Shape", a.extents);
    if (whole == "flag") out += a.flag ? "true" : "false";
    if (whole == "index") {
      out += "tensor(" + braced("std::vector<std::int64_t>", a.index.array().to_vector<std::int64_t>()) + ", " +
             braced("Shape", a.index.shape()) + ")";
    }
  }
  return out.append(rest, text.end());
}

}  // namespace

std::string to_cpp(const Program& program, const std::string& name) {
  const Variables values = program.values(program.inputs());
  std::vector<std::string> names;
  std::string inputs, body;
  std::size_t n_inputs = 0;
  for (const Line& line : program.lines) {
    const std::size_t k = names.size();
    if (!line.operation) {
      names.push_back("in[" + std::to_string(n_inputs++) + "]");
      inputs += "      tensor(" + braced("std::vector<double>", line.attributes.c) + ", " +
                braced("Shape", line.attributes.extents) + ", " + (line.attributes.flag ? "true" : "false") + "),\n";
      continue;
    }
    std::vector<std::string> operands;
    for (const std::size_t i : line.operands) operands.push_back(names[i]);
    names.push_back("v" + std::to_string(k));
    const bool is_used =
        std::ranges::count(program.outputs, k) > 0 ||
        std::ranges::any_of(program.lines, [k](const Line& l) { return std::ranges::count(l.operands, k); });
    body += std::string(is_used ? "  " : "  [[maybe_unused]] ") + "const Variable " + names[k] + " = " +
            expression(line, operands) + ";  // " + to_string(values[k].shape()) + "\n";
  }
  std::vector<std::string> outputs;
  for (const std::size_t k : program.outputs) outputs.push_back(names[k]);
  return "Variables " + name + "_inputs() {\n  return {\n" + inputs + "  };\n}\n\nVariables " + name +
         "(const Variables& in) {\n" + body + "  return " + braced("", outputs) + ";\n}\n";
}

}  // namespace xgrad::test
