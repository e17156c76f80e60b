// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/shape.h about parts of an axis, of index.h and of create.h.
#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

namespace {

using Shapes = std::vector<Shape>;

std::int64_t extent_of(const Shapes& shapes, const Attributes& a) {
  return shapes[0][normalize_axis(a.n[0], shapes[0].rank(), "")];
}

/// n: axis, start, stop, step of some elements.
bool part(Draft& draft, const Shapes& shapes, Attributes& a) {
  const std::int64_t extent = extent_of(shapes, a);
  const std::int64_t start = draft.integer(0, extent - 1);
  a.n.push_back(draft.chance(0.3) ? start - extent : start);
  a.n.push_back(draft.integer(start + 1, extent + 1));
  a.n.push_back(draft.integer(1, 3));
  return true;
}

/// n: axis and an index.
bool place(Draft& draft, const Shapes& shapes, Attributes& a) {
  const std::int64_t extent = extent_of(shapes, a);
  a.n.push_back(draft.integer(-extent, extent - 1));
  return true;
}

/// extents, and n: axis, start, step that put operand 0 into them.
bool wider(Draft& draft, const Shapes& shapes, Attributes& a) {
  const std::int64_t start = draft.integer(0, 2), step = draft.integer(1, 2);
  a.extents = shapes[0];
  a.extents[normalize_axis(a.n[0], a.extents.rank(), "")] =
      start + (extent_of(shapes, a) - 1) * step + 1 + draft.integer(0, 1);
  a.n.insert(a.n.end(), {start, step});
  return true;
}

Variable indices(Draft& draft, const Shape& shape, std::int64_t below) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < shape.numel(); ++i) values.push_back(draft.integer(-below, below - 1));
  return tensor(values, shape);
}

/// index: of operand 0's shape, another extent along the axis; read from there.
bool gathered(Draft& draft, const Shapes& shapes, Attributes& a) {
  Shape shape = shapes[0];
  shape[normalize_axis(a.n[0], shape.rank(), "")] = draft.integer(1, 4);
  a.index = indices(draft, shape, extent_of(shapes, a));
  return true;
}

/// index: of operand 0's shape or of one axis' extent, into extents that differ along the axis.
template <bool one_axis>
bool scattered(Draft& draft, const Shapes& shapes, Attributes& a) {
  a.extents = shapes[0];
  const std::int64_t room = a.extents[normalize_axis(a.n[0], a.extents.rank(), "")] = draft.integer(1, 5);
  a.index = indices(draft, one_axis ? Shape{extent_of(shapes, a)} : shapes[0], room);
  return true;
}

bool selected(Draft& draft, const Shapes& shapes, Attributes& a) {
  a.index = indices(draft, {draft.integer(1, 5)}, extent_of(shapes, a));
  return true;
}

/// index: of any shape, into the first axis.
bool embedded(Draft& draft, const Shapes& shapes, Attributes& a) {
  a.index = indices(draft, draft.shape_of_rank(static_cast<std::size_t>(draft.integer(0, 2))), shapes[0][0]);
  return true;
}

/// n: four amounts that leave something of two axes; negative ones crop.
bool margins(Draft& draft, const Shapes& shapes, Attributes& a) {
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t before = draft.integer(shapes[0][i] > 1 ? -1 : 0, 2);
    a.n.insert(a.n.end(), {before, draft.integer(shapes[0][i] + before > 1 ? -1 : 0, 2)});
  }
  return true;
}

}  // namespace

Vocabulary slice_words() {
  const Draw along = ranked(1) & axis();
  return {{EXPRESSION(slice(x[0], n[0], n[1], n[2], n[3])), along & from_shapes(part)},
          {EXPRESSION(slice(x[0], n[0], std::nullopt, std::nullopt, -n[1])), along & integer(1, 2)},
          {EXPRESSION(select(x[0], n[0], n[1])), along & from_shapes(place)},
          {EXPRESSION(slice_scatter(x[0], extents, n[0], n[1], n[2])), along & from_shapes(wider)},
          {EXPRESSION(pad(x[0], {{n[0], n[1]}, {n[2], n[3]}}, c[0])),
           ranked(2, 2) & from_shapes(margins) & constant(-1.0, 1.0)},
          {EXPRESSION(split(x[0], n[1], n[0]).front()), along & integer(1, 3)},
          {EXPRESSION(split(x[0], n[1], n[0]).back()), along & integer(1, 3)},
          {EXPRESSION(flip(x[0], axes)), any() & some_axes()},
          {EXPRESSION(roll(x[0], n[1], n[0])), along & integer(-5, 5)},
          {EXPRESSION(roll(x[0], {n[0], n[1]}, {0, 1})), ranked(2) & integer(-5, 5) & integer(-5, 5)}};
}

Vocabulary index_words() {
  const Draw along = ranked(1) & axis();
  return {{EXPRESSION(gather(x[0], n[0], index)), along & from_shapes(gathered)},
          {EXPRESSION(scatter_add(x[0], extents, n[0], index)), along & from_shapes(scattered<false>)},
          {EXPRESSION(index_select(x[0], n[0], index)), along & from_shapes(selected)},
          {EXPRESSION(index_add(x[0], extents, n[0], index)), along & from_shapes(scattered<true>)},
          {EXPRESSION(embedding(index, x[0])), ranked(1, 3) & from_shapes(embedded)}};
}

Vocabulary create_words() {
  return {{EXPRESSION(x[0] - zeros(x[0].shape(), x[0].dtype())), any()},
          {EXPRESSION(x[0] - ones(x[0].shape(), x[0].dtype())), any()},
          {EXPRESSION(x[0] * full(x[0].shape(), c[0], x[0].dtype())), any() & constant(-1.0, 1.0)},
          {EXPRESSION(x[0] - zeros_like(x[0])), any()},
          {EXPRESSION(x[0] / (ones_like(x[0]) + 1.0)), any()},
          {EXPRESSION(x[0] * arange(x[0].size(-1), x[0].dtype(), c[0], c[1])),
           ranked(1) & constant(-1.0, 1.0) & constant(-0.5, 0.5)},
          {EXPRESSION(x[0] * astype(tensor(std::vector<double>{c[0], c[1]}, Shape{2, 1}), x[0].dtype())),
           ranked(0, 1) & constant(-1.0, 1.0) & constant(-1.0, 1.0)}};
}

}  // namespace xgrad::test
