// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/shape.h that cut and join, and of index.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

constexpr auto smooth = Smoothness::smooth;
using Bound = std::optional<std::int64_t>;
using Amounts = std::vector<std::pair<std::int64_t, std::int64_t>>;

template <class F>
Sample on(const Shape& shape, F f) {
  return {[f](const Variables& x) { return f(x[0]); }, {uniform_in(shape, -2.0, 2.0)}};
}

OpRow row_of_slice() {
  const auto cut = [](const Shape& shape, std::int64_t axis, Bound start, Bound stop = {}, std::int64_t step = 1) {
    return on(shape, [=](const Variable& x) { return slice(x, axis, start, stop, step); });
  };
  return {"slice",
          smooth,
          {cut({5}, 0, 1, 4), cut({5}, 0, {}, {}, 2), cut({5}, 0, {}, {}, -1), cut({5}, 0, -2, {}, -2),
           cut({3, 4}, 1, -3, -1), cut({3, 4}, 0, 2, 1), cut({3, 4}, -1, -9, 9, 3), cut({0, 3}, 1, 1), cut({0}, 0, 0),
           cut({1}, 0, 0, 1), cut({2, 1, 3, 1, 2, 2}, 2, 2, 0, -1)},
          {throws<ValueError>([] { slice(ones({3}), 0, 0, 3, 0); }, "[slice] the step must not be 0"),
           throws<ShapeError>([] { slice(ones({3}), 1, 0); }, "[slice] axis 1 is out of range for 1 axes")}};
}

OpRow row_of_select() {
  const auto at = [](const Shape& shape, std::int64_t axis, std::int64_t index) {
    return on(shape, [=](const Variable& x) { return select(x, axis, index); });
  };
  return {"select",
          smooth,
          {at({5}, 0, 2), at({5}, 0, -1), at({3, 4}, 0, 1), at({3, 4}, -1, -4), at({0, 3}, 1, 2), at({1}, 0, 0),
           at({2, 1, 3, 1, 2, 2}, 2, 1)},
          {throws<ValueError>(
               [] {
                 select(ones({2, 3}), 1, 3);
               },
               "[select] index 3 is out of range for axis 1 of (2, 3)"),
           throws<ShapeError>([] { select(ones({}), 0, 0); }, "[select] axis 0 is out of range for 0 axes")}};
}

OpRow row_of_slice_scatter() {
  const auto into = [](const Shape& from, const Shape& shape, std::int64_t axis, std::int64_t start,
                       std::int64_t step) {
    return on(from, [=](const Variable& x) { return slice_scatter(x, shape, axis, start, step); });
  };
  return {
      "slice_scatter",
      smooth,
      {into({2}, {5}, 0, 1, 2), into({3}, {5}, 0, 4, -2), into({3, 2}, {3, 4}, 1, 0, 1), into({3, 0}, {3, 4}, 1, 0, 1),
       into({0, 3}, {0, 3}, 1, 0, 1), into({1}, {1}, 0, 0, 1), into({2, 1, 2, 1, 2, 2}, {2, 1, 3, 1, 2, 2}, 2, 2, -1)},
      {throws<ShapeError>([] { slice_scatter(ones({3}), {5}, 0, 3, 1); },
                          "[slice_scatter] values of shape (3,) do not fit axis 0 of (5,)"),
       throws<ShapeError>(
           [] {
             slice_scatter(ones({2, 2}), {5}, 0, 0, 1);
           },
           "[slice_scatter] values of shape")}};
}

OpRow row_of_pad() {
  const auto by = [](const Shape& shape, const Amounts& amounts, double value = 0.0) {
    return on(shape, [=](const Variable& x) { return pad(x, amounts, value); });
  };
  return {"pad",
          smooth,
          {by({3}, {{1, 2}}), by({3, 4}, {{1, 0}, {0, 2}}, 3.0), by({3, 4}, {{-1, 0}, {0, -2}}),
           by({3, 4}, {{-1, 2}, {2, -1}}, -1.0), by({}, {}), by({0}, {{1, 1}}), by({0, 3}, {{0, 0}, {1, 1}}),
           by({1}, {{-1, 0}}), by({3}, {{4, -5}}),
           by({2, 1, 3, 1, 2, 2}, {{0, 1}, {0, 0}, {-1, 1}, {1, 0}, {0, 0}, {0, -1}})},
          {throws<ShapeError>(
               [] {
                 pad(ones({2, 3}), {{1, 1}});
               },
               "[pad] 1 (before, after) pairs given for an input of shape (2, 3)"),
           throws<ShapeError>(
               [] {
                 pad(ones({2}), {{-2, -1}});
               },
               "[pad] cropping axis 0 of (2,)")}};
}

Variables several(const std::vector<Shape>& shapes) {
  Variables xs;
  for (std::size_t i = 0; i < shapes.size(); ++i) xs.push_back(uniform_in(shapes[i], -2.0, 2.0, i + 1));
  return xs;
}

OpRow row_of_concat() {
  const auto join = [](const std::vector<Shape>& shapes, std::int64_t axis) {
    return Sample([axis](const Variables& xs) { return concat(xs, axis); }, several(shapes));
  };
  return {"concat",
          smooth,
          {join({{2}, {3}}, 0), join({{2, 3}, {2, 1}, {2, 2}}, 1), join({{1, 3}, {2, 3}, {3, 3}, {1, 3}}, 0),
           join({{2, 0}, {2, 3}}, -1), join({{0, 3}, {0, 3}}, 0), join({{3, 4}}, 0),
           join({{2, 1, 3, 1, 2, 2}, {2, 1, 1, 1, 2, 2}}, 2)},
          {throws<ValueError>([] { concat({}); }, "[concat] needs at least one input"),
           throws<ShapeError>(
               [] {
                 concat({ones({2, 3}), ones({3, 3})}, 1);
               },
               "[concat] inputs must agree off axis 1"),
           throws<ShapeError>(
               [] {
                 concat({ones({2}), ones({2}, DType::float64)});
               },
               "and in dtype"),
           throws<ShapeError>(
               [] {
                 concat({ones({}), ones({})});
               },
               "[concat] axis 0 is out of range for 0 axes")}};
}

OpRow row_of_stack() {
  const auto join = [](const std::vector<Shape>& shapes, std::int64_t axis) {
    return Sample([axis](const Variables& xs) { return stack(xs, axis); }, several(shapes));
  };
  return {"stack",
          smooth,
          {join({{}, {}, {}}, 0), join({{3, 4}, {3, 4}}, 1), join({{3, 4}, {3, 4}}, -1), join({{0, 3}, {0, 3}}, 0),
           join({{0}, {0}}, 1), join({{1}}, 0), join({{2, 1, 3, 1, 2}, {2, 1, 3, 1, 2}}, 5)},
          {throws<ValueError>([] { stack({}); }, "[stack] needs at least one input"),
           throws<ShapeError>(
               [] {
                 stack({ones({2}), ones({3})});
               },
               "[stack] inputs must have one shape and dtype"),
           throws<ShapeError>([] { stack({ones({2})}, 3); }, "[stack] axis 3 is out of range for 2 axes")}};
}

OpRow row_of_split() {
  const auto cut = [](const Shape& shape, std::int64_t size, std::int64_t axis) {
    return on(shape, [=](const Variable& x) { return split(x, size, axis); });
  };
  return {"split",
          smooth,
          {cut({5}, 2, 0), cut({6}, 3, 0), cut({3, 4}, 1, 1), cut({3, 4}, 9, -1), cut({0, 3}, 2, 1), cut({1}, 1, 0),
           cut({2, 1, 3, 1, 2, 2}, 2, 2)},
          {throws<ValueError>([] { split(ones({3}), 0); }, "[split] the piece size must be positive, got 0"),
           throws<ShapeError>([] { split(ones({3}), 1, 1); }, "[split] axis 1 is out of range for 1 axes")}};
}

OpRow row_of_flip() {
  const auto over = [](const Shape& shape, const Axes& axes) {
    return on(shape, [=](const Variable& x) { return flip(x, axes); });
  };
  return {"flip",
          smooth,
          {over({5}, {}), over({3, 4}, {0}), over({3, 4}, {-1}), over({3, 4}, {1, 0}), over({}, {}), over({0, 3}, {1}),
           over({0}, {0}), over({1}, {0}), over({2, 1, 3, 1, 2, 2}, {0, 2, -1})},
          {throws<ShapeError>(
               [] {
                 flip(ones({2, 3}), {2});
               },
               "[flip] axis 2 is out of range for 2 axes"),
           throws<ShapeError>(
               [] {
                 flip(ones({2, 3}), {1, -1});
               },
               "[flip] axis -1 is given twice")}};
}

OpRow row_of_roll() {
  const auto by = [](const Shape& shape, const std::vector<std::int64_t>& shifts, const Axes& axes) {
    return on(shape, [=](const Variable& x) { return roll(x, shifts, axes); });
  };
  return {
      "roll",
      smooth,
      {by({5}, {2}, {0}), by({5}, {-7}, {0}), by({3, 4}, {1, -1}, {0, 1}), by({3, 4}, {4}, {1}),
       by({3, 4}, {1, 2}, {-1, 1}), by({}, {}, {}), by({0, 3}, {1, 1}, {0, 1}), by({1}, {1}, {0}),
       by({2, 1, 3, 1, 2, 2}, {1, 2, 1, 5}, {0, 2, 4, 3}), on({3, 4}, [](const Variable& x) { return roll(x, 1, 0); })},
      {throws<ValueError>(
           [] {
             roll(ones({2, 3}), {1, 2}, {1});
           },
           "[roll] 2 shifts given for 1 axes"),
       throws<ShapeError>([] { roll(ones({2}), 1, 1); }, "[roll] axis 1 is out of range for 1 axes")}};
}

// --- indexing: duplicates add up, negative indices count from the end
// -------------------------------------------------

OpRow row_of_gather() {
  const auto read = [](const Shape& shape, std::int64_t axis, const std::vector<std::int64_t>& index,
                       const Shape& index_shape) {
    return Sample([axis](const Variables& x) { return gather(x[0], axis, x[1]); },
                  {uniform_in(shape, -2.0, 2.0), integers(index, index_shape)});
  };
  return {
      "gather",
      smooth,
      {read({5}, 0, {4, 0, -1, 0}, {4}), read({3, 4}, 1, {0, 3, 1, 1, -2, 2}, {3, 2}),
       read({3, 4}, 0, {2, 0, 1, 1}, {1, 4}), read({3, 4}, 0, {2, -1, 0, 1}, {2, 2}), read({0, 3}, 1, {}, {0, 2}),
       read({3}, 0, {}, {0}), read({1}, 0, {0}, {1}),
       read({2, 1, 3, 1, 2, 2}, 2, {0, 1, 2, 2, -1, 0, 0, 1}, {2, 1, 1, 1, 2, 2})},
      {throws<ValueError>([] { gather(ones({3}), 0, integers({3}, {1})); }, "[gather]"),
       throws<ShapeError>(
           [] {
             gather(ones({3, 4}), 1, integers({0}, {1}));
           },
           "[gather] index (1,) does not fit"),
       throws<DTypeError>([] { gather(ones({3}), 0, ones({1})); }, "[gather] the index must be int64, got float32")}};
}

OpRow row_of_scatter_add() {
  const auto write = [](const Shape& from, const Shape& shape, std::int64_t axis,
                        const std::vector<std::int64_t>& index) {
    return Sample([=](const Variables& x) { return scatter_add(x[0], shape, axis, x[1]); },
                  {uniform_in(from, -2.0, 2.0), integers(index, from)});
  };
  return {"scatter_add",
          smooth,
          {write({4}, {5}, 0, {4, 0, -1, 0}), write({3, 2}, {3, 4}, 1, {0, 3, 1, 1, -2, 2}),
           write({1, 4}, {3, 4}, 0, {2, 0, 1, 1}), write({0, 2}, {0, 3}, 1, {}), write({0}, {3}, 0, {}),
           write({1}, {1}, 0, {0}), write({2, 1, 1, 1, 2, 2}, {2, 1, 3, 1, 2, 2}, 2, {0, 1, 2, 2, -1, 0, 0, 1})},
          {throws<ValueError>([] { scatter_add(ones({1}), {3}, 0, integers({-4}, {1})); }, "[scatter_add]"),
           throws<ShapeError>([] { scatter_add(ones({2}), {3}, 0, integers({0}, {1})); },
                              "[scatter_add] values of shape (2,) do not match the index: (1,) expected")}};
}

OpRow row_of_index_select() {
  const auto read = [](const Shape& shape, std::int64_t axis, const std::vector<std::int64_t>& index) {
    return Sample([axis](const Variables& x) { return index_select(x[0], axis, x[1]); },
                  {uniform_in(shape, -2.0, 2.0), integers(index, {static_cast<std::int64_t>(index.size())})});
  };
  return {
      "index_select",
      smooth,
      {read({5}, 0, {4, 0, -1, 0}), read({3, 4}, 1, {1, 1, 3}), read({3, 4}, 0, {2}), read({3, 4}, -1, {}),
       read({0, 3}, 1, {2, 0}), read({1}, 0, {0, 0}), read({2, 1, 3, 1, 2, 2}, 2, {2, 0, 2, -3})},
      {throws<ValueError>([] { index_select(ones({3}), 0, integers({-4}, {1})); }, "[index_select]"),
       throws<ShapeError>(
           [] {
             index_select(ones({3}), 0, integers({0}, {1, 1}));
           },
           "[index_select] the index must have one axis, got (1, 1)"),
       throws<DTypeError>([] { index_select(ones({3}), 0, ones({1})); }, "[index_select] the index must be int64")}};
}

OpRow row_of_index_add() {
  const auto write = [](const Shape& from, const Shape& shape, std::int64_t axis,
                        const std::vector<std::int64_t>& index) {
    return Sample([=](const Variables& x) { return index_add(x[0], shape, axis, x[1]); },
                  {uniform_in(from, -2.0, 2.0), integers(index, {static_cast<std::int64_t>(index.size())})});
  };
  return {"index_add",
          smooth,
          {write({4}, {5}, 0, {4, 0, -1, 0}), write({3, 3}, {3, 4}, 1, {1, 1, 3}), write({1, 4}, {3, 4}, 0, {2}),
           write({3, 0}, {3, 4}, -1, {}), write({0, 2}, {0, 3}, 1, {2, 0}), write({2}, {1}, 0, {0, 0}),
           write({2, 1, 4, 1, 2, 2}, {2, 1, 3, 1, 2, 2}, 2, {2, 0, 2, -3})},
          {throws<ValueError>([] { index_add(ones({1}), {3}, 0, integers({3}, {1})); }, "[index_add]"),
           throws<ShapeError>([] { index_add(ones({2}), {3}, 0, integers({0}, {1})); },
                              "[index_add] values of shape (2,) do not match the index: (1,) expected")}};
}

OpRow row_of_embedding() {
  const auto read = [](const Shape& weight, const std::vector<std::int64_t>& index, const Shape& index_shape) {
    return Sample([](const Variables& x) { return embedding(x[1], x[0]); },
                  {uniform_in(weight, -2.0, 2.0), integers(index, index_shape)});
  };
  return {"embedding",
          smooth,
          {read({5, 3}, {4, 0, -1, 0}, {4}), read({3, 2}, {0, 2, 1, 1, 2, 0}, {2, 3}), read({3, 2}, {1}, {}),
           read({3, 2}, {}, {0}), read({4}, {3, 3}, {2}), read({1, 1}, {0}, {1}), read({2, 0}, {0, 1}, {2}),
           read({3, 1, 2}, {2, 0, 2, 1}, {2, 1, 2})},
          {throws<ValueError>(
               [] {
                 embedding(integers({3}, {1}), ones({3, 2}));
               },
               "index 3 at place 0 is out of range for an axis of 3 elements"),
           throws<DTypeError>(
               [] {
                 embedding(ones({1}), ones({3, 2}));
               },
               "[embedding] the index must be int64, got float32"),
           throws<ShapeError>([] { embedding(integers({0}, {1}), ones({})); },
                              "[embedding] the weight needs at least one axis")}};
}

}  // namespace

OpRows slice_rows() {
  return {row_of_slice(), row_of_select(), row_of_slice_scatter(), row_of_pad(), row_of_concat(),
          row_of_stack(), row_of_split(),  row_of_flip(),          row_of_roll()};
}

OpRows index_rows() {
  return {row_of_gather(), row_of_scatter_add(), row_of_index_select(), row_of_index_add(), row_of_embedding()};
}

}  // namespace xgrad::test
