// SPDX-License-Identifier: BSD-3-Clause
// Draft: a program being drawn at random, line by line, and the ways to draw operands and attributes.
#pragma once

#include <concepts>
#include <optional>
#include <random>

#include "program.h"

namespace xgrad::test {

class Draft {
 public:
  explicit Draft(std::uint64_t seed) : random_(seed) {}

  /// Adds a line that is sound; false when the operation found none.
  bool add(const Operation& operation);
  /// Takes some results as outputs and gives the program; what hangs on no output stays in it.
  Program finish();

  /// Uniform in low .. high, both included.
  std::int64_t integer(std::int64_t low, std::int64_t high);
  /// Uniform in [low, high], a multiple of 1/1024 so that it prints short.
  double real(double low, double high);
  bool chance(double p);
  /// Extents of 1 .. 4.
  Shape shape_of_rank(std::size_t rank);

  const Shape& shape(std::size_t line) const { return values_[line].shape(); }
  /// Any earlier line whose shape will do; often one that nothing has used yet.
  std::optional<std::size_t> find(const std::function<bool(const Shape&)>& will_do);
  /// An earlier line of that shape, or a new input.
  std::size_t value_of(const Shape& shape);
  std::size_t input(const Shape& shape);

 private:
  bool is_used(std::size_t line) const;
  void append(Line line, Variable value);

  std::mt19937_64 random_;
  Program program_;
  Variables values_;
};

/// A program of up to `max_operations`, the same for the same seed and vocabulary.
Program random_program(std::uint64_t seed, const Vocabulary& vocabulary, std::int64_t max_operations = 30);

// --- draws: each adds an operand or an attribute to the line --------------------------------------------------------

/// The first, then the second.
Draw operator&(Draw first, Draw second);

/// An operand of any shape.
Draw any();
/// An operand whose shape satisfies a condition, which the shapes of `otherwise` do.
Draw where_shape(std::function<bool(const Shape&)> will_do, std::function<Shape(Draft&)> otherwise);
/// An operand of low .. high axes.
Draw ranked(std::size_t low, std::size_t high = 5);
/// An operand that broadcasts with those before.
Draw broadcasting();
/// An operand of the shape computed from those of the operands before.
Draw shaped(std::function<Shape(Draft&, const std::vector<Shape>& before)> make);
/// An operand of the first one's shape.
Draw alike();

/// c: one more constant in [low, high].
Draw constant(double low, double high);
/// n: one more integer in low .. high.
Draw integer(std::int64_t low, std::int64_t high);
/// n: one more axis of the first operand, at times counted from the end.
Draw axis();
/// axes: some axes of the first operand, or none.
Draw some_axes();
/// flag
Draw either();
/// Attributes computed from the shapes of the operands.
Draw from_shapes(std::function<bool(Draft&, const std::vector<Shape>& shapes, Attributes&)> choose);

// --- clearances -----------------------------------------------------------------------------------------------------

/// Distance of the elements of operand 0 from 0.
double from_zero(const Variables& x, const Attributes&);
/// Distance between the elements of operands 0 and 1, broadcast.
double from_each_other(const Variables& x, const Attributes&);
/// Least distance between two elements of operand 0.
double spread(const Variables& x, const Attributes&);

}  // namespace xgrad::test
