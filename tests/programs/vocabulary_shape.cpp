// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/shape.h, those that are not about parts of an axis.
#include <algorithm>

#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

namespace {

using Shapes = std::vector<Shape>;

/// extents: as many elements as operand 0, extents merged, swapped and ones put in.
bool reshaped(Draft& draft, const Shapes& shapes, Attributes& a) {
  for (const std::int64_t e : shapes[0]) {
    if (a.extents.rank() > 0 && draft.chance(0.3)) {
      a.extents[a.extents.rank() - 1] *= e;
    } else {
      a.extents.insert(static_cast<std::size_t>(draft.integer(0, static_cast<std::int64_t>(a.extents.rank()))), e);
    }
  }
  if (draft.chance(0.2)) a.extents.push_back(1);
  return true;
}

/// axes: all, shuffled.
bool permuted(Draft& draft, const Shapes& shapes, Attributes& a) {
  for (std::size_t i = 0; i < shapes[0].rank(); ++i) {
    const auto place = draft.integer(0, static_cast<std::int64_t>(i));
    a.axes.insert(a.axes.begin() + place, static_cast<std::int64_t>(i));
  }
  return true;
}

/// axes: some of extent 1.
bool ones_among_axes(Draft& draft, const Shapes& shapes, Attributes& a) {
  for (std::size_t i = 0; i < shapes[0].rank(); ++i) {
    if (shapes[0][i] == 1 && draft.chance(0.7)) a.axes.push_back(static_cast<std::int64_t>(i));
  }
  return true;
}

/// extents: operand 0's, ones stretched and axes put in front.
bool expanded(Draft& draft, const Shapes& shapes, Attributes& a) {
  a.extents = shapes[0];
  for (std::size_t i = 0; i < a.extents.rank(); ++i) {
    if (a.extents[i] == 1 && draft.chance(0.7)) a.extents[i] = draft.integer(1, 4);
  }
  if (draft.chance(0.3)) a.extents.insert(0, draft.integer(1, 3));
  return a.extents.rank() > 0;
}

/// n: a range of axes.
bool range_of_axes(Draft& draft, const Shapes& shapes, Attributes& a) {
  const auto rank = static_cast<std::int64_t>(shapes[0].rank());
  const std::int64_t first = draft.integer(0, rank - 1);
  a.n = {first, draft.integer(first, rank - 1) - (draft.chance(0.3) ? rank : 0)};
  return true;
}

/// Operands that agree except along axis n[0].
bool joined(Draft& draft, Line& line) {
  if (!(ranked(1, 4) & axis())(draft, line)) return false;
  const Shape first = draft.shape(line.operands[0]);
  const std::size_t along = normalize_axis(line.attributes.n[0], first.rank(), "");
  const auto fits = [&](const Shape& s) {
    if (s.rank() != first.rank()) return false;
    for (std::size_t i = 0; i < s.rank(); ++i) {
      if (i != along && s[i] != first[i]) return false;
    }
    return true;
  };
  for (std::int64_t more = draft.integer(0, 2); more > 0; --more) line.operands.push_back(*draft.find(fits));
  return true;
}

bool new_axis(Draft& draft, const Shapes& shapes, Attributes& a) {
  const auto rank = static_cast<std::int64_t>(shapes[0].rank());
  a.n = {draft.integer(-rank - 1, rank)};
  return true;
}

}  // namespace

Vocabulary shape_words() {
  return {{EXPRESSION(reshape(x[0], extents)), any() & from_shapes(reshaped)},
          {EXPRESSION(permute(x[0], axes)), any() & from_shapes(permuted)},
          {EXPRESSION(transpose(x[0], n[0], n[1])), any() & axis() & axis()},
          {EXPRESSION(squeeze(x[0], axes)), any() & from_shapes(ones_among_axes)},
          {EXPRESSION(unsqueeze(x[0], n[0])), any() & from_shapes(new_axis)},
          {EXPRESSION(expand(x[0], extents)), any() & from_shapes(expanded)},
          {EXPRESSION(flatten(x[0], n[0], n[1])), ranked(1) & from_shapes(range_of_axes)},
          {EXPRESSION(concat(x, n[0])), joined},
          {EXPRESSION(stack({x[0], x[1]}, n[0])), any() & alike() & from_shapes(new_axis)},
          {EXPRESSION(astype(astype(x[0], DType::float64), x[0].dtype())), any()},
          {EXPRESSION(clone(x[0])), any()}};
}

}  // namespace xgrad::test
