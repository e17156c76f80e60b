// SPDX-License-Identifier: BSD-3-Clause
// Programs: ops on values, as data that can be run, judged, shrunk and printed as C++.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <xgrad/autograd/ops.h>

namespace xgrad::test {

/// What an operation takes beside values.
struct Attributes {
  std::vector<std::int64_t> n;  ///< integers
  std::vector<double> c;        ///< constants
  Axes axes;
  Shape extents;
  Variable index;  ///< int64
  bool flag = false;
};

/// A C++ expression that can be run and printed, made by EXPRESSION from one text.
struct Expression {
  Variable (*run)(const Variables& x, const Attributes& attributes);
  std::string text;
};

/// EXPRESSION(clamp(x[0], c[0], c[1])): x are the operands, n, c, axes, extents, index and flag the attributes.
#define EXPRESSION(...)                                                                                \
  ::xgrad::test::Expression {                                                                          \
    []([[maybe_unused]] const Variables& x, const ::xgrad::test::Attributes& attributes) -> Variable { \
      [[maybe_unused]] const auto& [n, c, axes, extents, index, flag] = attributes;                    \
      return __VA_ARGS__;                                                                              \
    },                                                                                                 \
        #__VA_ARGS__                                                                                   \
  }

class Draft;
struct Line;

/// Chooses operands and attributes; false when nothing fits.
using Draw = std::function<bool(Draft&, Line&)>;
/// How far the operands are from the nearest point where the operation is not smooth.
using Clearance = std::function<double(const Variables& x, const Attributes& attributes)>;

/// A row of the vocabulary.
struct Operation {
  Expression expression;
  Draw draw;
  Clearance clearance = {};  ///< none: smooth wherever it is drawn
};
using Vocabulary = std::vector<Operation>;

/// One value of a program: an operation on earlier values or, without one, an input.
struct Line {
  const Operation* operation = nullptr;
  std::vector<std::size_t> operands;  ///< numbers of lines
  Attributes attributes;              ///< of an input: extents, its elements in c, and whether it is differentiable
};

struct Program {
  std::vector<Line> lines;
  std::vector<std::size_t> outputs;

  /// Lines that are operations.
  std::size_t n_operations() const;
  /// The inputs that it was made with.
  Variables inputs(DType dtype = DType::float64) const;
  /// The values of all lines.
  Variables values(const Variables& inputs) const;
  /// The values of the outputs.
  Variables operator()(const Variables& inputs) const;
};

/// Values stay within this magnitude and this far from kinks.
inline constexpr double largest_value = 10.0, least_clearance = 1e-3;

/// True when differences may be taken there: the value is finite and small, its operands away from kinks.
bool is_sound(const Line& line, const Variables& operands, const Variable& value);
/// True when all lines can be computed and are sound.
bool is_sound(const Program& program);

/// `Variables <name>(const Variables& in)` and `Variables <name>_inputs()`, to be compiled in namespace xgrad.
std::string to_cpp(const Program& program, const std::string& name = "program");
/// A number as C++ that gives it back exactly.
std::string to_cpp(double number);

}  // namespace xgrad::test
