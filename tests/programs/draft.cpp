// SPDX-License-Identifier: BSD-3-Clause
// Drawing programs at random.
#include "draft.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/autograd/error.h>

namespace xgrad::test {

namespace {

/// Values of a program stay small, so that hundreds of programs are checked in seconds.
constexpr std::int64_t largest_size = 160;

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  try {
    return broadcast_shapes(a, b, "draft");
  } catch (const ShapeError&) {
    return std::nullopt;
  }
}

}  // namespace

// --- randomness -----------------------------------------------------------------------------------------------------

std::int64_t Draft::integer(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
}

double Draft::real(double low, double high) {
  constexpr double steps = 1024.0;
  return static_cast<double>(integer(std::llround(std::ceil(low * steps)), std::llround(std::floor(high * steps)))) /
         steps;
}

bool Draft::chance(double p) { return static_cast<double>(random_() >> 11) * 0x1p-53 < p; }

Shape Draft::shape_of_rank(std::size_t rank) {
  Shape shape;
  for (std::size_t i = 0; i < rank; ++i) shape.push_back(integer(1, 4));
  return shape;
}

// --- lines ----------------------------------------------------------------------------------------------------------

void Draft::append(Line line, Variable value) {
  program_.lines.push_back(std::move(line));
  values_.push_back(std::move(value));
}

std::size_t Draft::input(const Shape& shape) {
  Line line;
  line.attributes.extents = shape;
  line.attributes.flag = values_.empty() || chance(0.85);
  for (std::int64_t i = 0; i < shape.numel(); ++i) line.attributes.c.push_back(real(-1.5, 1.5));
  Variable value = tensor(line.attributes.c, shape);
  append(std::move(line), std::move(value));
  return values_.size() - 1;
}

bool Draft::is_used(std::size_t line) const {
  return std::ranges::any_of(program_.lines, [&](const Line& l) { return std::ranges::count(l.operands, line) > 0; });
}

std::optional<std::size_t> Draft::find(const std::function<bool(const Shape&)>& will_do) {
  std::vector<std::size_t> fitting, unused;
  for (std::size_t k = 0; k < values_.size(); ++k) {
    if (!will_do(shape(k))) continue;
    fitting.push_back(k);
    if (!is_used(k)) unused.push_back(k);
  }
  const auto& candidates = !unused.empty() && chance(0.6) ? unused : fitting;
  if (candidates.empty()) return std::nullopt;
  return candidates[static_cast<std::size_t>(integer(0, std::ssize(candidates) - 1))];
}

std::size_t Draft::value_of(const Shape& wanted) {
  const auto found = find([&](const Shape& shape) { return shape == wanted; });
  return found ? *found : input(wanted);
}

bool Draft::add(const Operation& operation) {
  const std::size_t before = values_.size();
  Line line;
  line.operation = &operation;
  if (operation.draw(*this, line)) {
    Variables operands;
    for (const std::size_t k : line.operands) operands.push_back(values_[k]);
    Variable value = operation.expression.run(operands, line.attributes);
    if (value.size() <= largest_size && value.rank() <= 6 && is_sound(line, operands, value)) {
      append(std::move(line), std::move(value));
      return true;
    }
  }
  program_.lines.resize(before);  // inputs made for it
  values_.resize(before);
  return false;
}

Program Draft::finish() {
  for (std::size_t k = 0; k < values_.size(); ++k) {
    const bool last = k + 1 == values_.size();
    if (last || chance(is_used(k) ? 0.05 : 0.6)) program_.outputs.push_back(k);
  }
  return program_;
}

Program random_program(std::uint64_t seed, const Vocabulary& vocabulary, std::int64_t max_operations) {
  Draft draft(seed);
  for (std::int64_t n = draft.integer(1, 3); n > 0; --n) {
    draft.input(draft.shape_of_rank(static_cast<std::size_t>(draft.integer(0, 4))));
  }
  std::int64_t wanted = draft.integer(1, max_operations);
  for (int attempts = 0; wanted > 0 && attempts < 1000; ++attempts) {
    const auto row = static_cast<std::size_t>(draft.integer(0, std::ssize(vocabulary) - 1));
    wanted -= draft.add(vocabulary[row]);
  }
  return draft.finish();
}

// --- draws ----------------------------------------------------------------------------------------------------------

namespace {

std::vector<Shape> shapes_of(const Draft& draft, const Line& line) {
  std::vector<Shape> shapes;
  for (const std::size_t k : line.operands) shapes.push_back(draft.shape(k));
  return shapes;
}

}  // namespace

Draw operator&(Draw first, Draw second) {
  return [first = std::move(first), second = std::move(second)](Draft& draft, Line& line) {
    return first(draft, line) && second(draft, line);
  };
}

Draw where_shape(std::function<bool(const Shape&)> will_do, std::function<Shape(Draft&)> otherwise) {
  return [will_do = std::move(will_do), otherwise = std::move(otherwise)](Draft& draft, Line& line) {
    const auto found = draft.find(will_do);
    line.operands.push_back(found ? *found : draft.input(otherwise(draft)));
    return true;
  };
}

Draw ranked(std::size_t low, std::size_t high) {
  return where_shape([=](const Shape& s) { return s.rank() >= low && s.rank() <= high; },
                     [=](Draft& draft) {
                       return draft.shape_of_rank(static_cast<std::size_t>(draft.integer(
                           static_cast<std::int64_t>(low), static_cast<std::int64_t>(std::min(high, low + 2)))));
                     });
}

Draw any() { return ranked(0, Shape::max_rank); }

Draw shaped(std::function<Shape(Draft&, const std::vector<Shape>&)> make) {
  return [make = std::move(make)](Draft& draft, Line& line) {
    line.operands.push_back(draft.value_of(make(draft, shapes_of(draft, line))));
    return true;
  };
}

Draw alike() {
  return shaped([](Draft&, const std::vector<Shape>& before) { return before[0]; });
}

Draw broadcasting() {
  return [](Draft& draft, Line& line) {
    Shape common;
    for (const Shape& s : shapes_of(draft, line)) common = *broadcast(common, s);
    const auto found = draft.find([&](const Shape& s) {
      const auto together = broadcast(common, s);
      return together && together->numel() <= largest_size;
    });
    if (found && draft.chance(0.9)) {
      line.operands.push_back(*found);
      return true;
    }
    Shape shape = common;  // a new input, stretched here and there
    while (shape.rank() > 0 && draft.chance(0.3)) shape.erase(0);
    for (std::size_t i = 0; i < shape.rank(); ++i) {
      if (draft.chance(0.3)) shape[i] = 1;
    }
    line.operands.push_back(draft.input(shape));
    return true;
  };
}

Draw from_shapes(std::function<bool(Draft&, const std::vector<Shape>&, Attributes&)> choose) {
  return [choose = std::move(choose)](Draft& draft, Line& line) {
    return choose(draft, shapes_of(draft, line), line.attributes);
  };
}

Draw constant(double low, double high) {
  return [=](Draft& draft, Line& line) {
    line.attributes.c.push_back(draft.real(low, high));
    return true;
  };
}

Draw integer(std::int64_t low, std::int64_t high) {
  return [=](Draft& draft, Line& line) {
    line.attributes.n.push_back(draft.integer(low, high));
    return true;
  };
}

Draw axis() {
  return [](Draft& draft, Line& line) {
    const auto rank = static_cast<std::int64_t>(draft.shape(line.operands[0]).rank());
    if (rank == 0) return false;
    line.attributes.n.push_back(draft.integer(-rank, rank - 1));
    return true;
  };
}

Draw some_axes() {
  return [](Draft& draft, Line& line) {
    const auto rank = static_cast<std::int64_t>(draft.shape(line.operands[0]).rank());
    for (std::int64_t a = 0; a < rank; ++a) {
      if (draft.chance(0.5)) line.attributes.axes.push_back(draft.chance(0.3) ? a - rank : a);
    }
    return true;
  };
}

Draw either() {
  return [](Draft& draft, Line& line) {
    line.attributes.flag = draft.chance(0.5);
    return true;
  };
}

// --- clearances -----------------------------------------------------------------------------------------------------

double from_zero(const Variables& x, const Attributes&) { return x[0].size() == 0 ? 1.0 : min(abs(x[0])).item(); }

double from_each_other(const Variables& x, const Attributes&) {
  const Variable difference = x[0] - x[1];
  return difference.size() == 0 ? 1.0 : min(abs(difference)).item();
}

double spread(const Variables& x, const Attributes&) {
  std::vector<double> sorted = x[0].array().to_vector<double>();
  std::ranges::sort(sorted);
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < sorted.size(); ++i) least = std::min(least, sorted[i] - sorted[i - 1]);
  return least;
}

}  // namespace xgrad::test
