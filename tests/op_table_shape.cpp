// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/shape.h for views of whole arrays, and of create.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

constexpr auto smooth = Smoothness::smooth;
constexpr auto constant = Smoothness::constant;

/// f with its attributes, on values of one shape.
template <class F>
Sample on(const Shape& shape, F f) {
  return {[f](const Variables& x) { return f(x[0]); }, {uniform_in(shape, -2.0, 2.0)}};
}

OpRow row_of_reshape() {
  const auto to = [](const Shape& from, const std::vector<std::int64_t>& shape) {
    return on(from, [=](const Variable& x) { return reshape(x, shape); });
  };
  return {"reshape",
          smooth,
          {to({3, 4}, {4, 3}), to({3, 4}, {-1}), to({3, 4}, {2, -1, 3}), to({1}, {}), to({}, {1, 1}),
           to({0, 3}, {3, 0}), to({0}, {0, 5}), to({2, 1, 3, 1, 2, 2}, {6, 4}),
           on({2, 3},
              [](const Variable& x) {
                return reshape(x, Shape{2, 3});
              }),
           on({2, 3},
              [](const Variable& x) {
                return reshape(x, {3, -1});
              })},
          {throws<ShapeError>(
               [] {
                 reshape(ones({2, 3}), {4, -1});
               },
               "[reshape] (2, 3) has 6 elements"),
           throws<ShapeError>(
               [] {
                 reshape(ones({2, 3}), {-1, -1});
               },
               "[reshape] only one extent can be -1"),
           throws<ShapeError>(
               [] {
                 reshape(ones({2, 3}), Shape{7});
               },
               "[reshape] (2, 3) cannot become (7,)")}};
}

OpRow row_of_permute() {
  const auto by = [](const Shape& shape, const Axes& perm) {
    return on(shape, [=](const Variable& x) { return permute(x, perm); });
  };
  return {"permute",
          smooth,
          {by({3, 4}, {1, 0}), by({2, 3, 4}, {2, 0, 1}), by({2, 3, 4}, {0, -1, 1}), by({}, {}), by({0, 3}, {1, 0}),
           by({0}, {0}), by({1}, {0}), by({2, 1, 3, 1, 2, 2}, {5, 2, 0, 4, 1, 3})},
          {throws<ShapeError>(
               [] {
                 permute(ones({2, 3}), {0});
               },
               "[permute] 1 axes given for an input of shape (2, 3)"),
           throws<ShapeError>(
               [] {
                 permute(ones({2, 3}), {0, 0});
               },
               "[permute] axis 0 is given twice"),
           throws<ShapeError>(
               [] {
                 permute(ones({2, 3}), {0, 2});
               },
               "[permute] axis 2 is out of range")}};
}

OpRow row_of_transpose() {
  const auto swap = [](const Shape& shape, std::int64_t a, std::int64_t b) {
    return on(shape, [=](const Variable& x) { return transpose(x, a, b); });
  };
  return {"transpose",
          smooth,
          {on({3, 4}, [](const Variable& x) { return transpose(x); }), swap({2, 3, 4}, 0, 2), swap({2, 3, 4}, 1, 1),
           swap({0, 3}, 0, 1), swap({1}, 0, 0), swap({2, 1, 3, 1, 2, 2}, -1, 1), swap({1, 5}, 0, 1)},
          {throws<ShapeError>([] { transpose(ones({2})); }, "[transpose] axis -2 is out of range for 1 axes")}};
}

OpRow row_of_squeeze() {
  const auto drop = [](const Shape& shape, const Axes& axes) {
    return on(shape, [=](const Variable& x) { return squeeze(x, axes); });
  };
  return {"squeeze",
          smooth,
          {drop({1, 3, 1}, {}), drop({1, 3, 1}, {0}), drop({1, 3, 1}, {-1, 0}), drop({}, {}), drop({3, 4}, {}),
           drop({1, 0}, {0}), drop({2, 1, 3, 1, 2, 2}, {1, 3}), drop({1}, {})},
          {throws<ShapeError>(
               [] {
                 squeeze(ones({2, 1}), {0});
               },
               "[squeeze] axis 0 of (2, 1) is not 1"),
           throws<ShapeError>(
               [] {
                 squeeze(ones({2, 1}), {2});
               },
               "[squeeze] axis 2 is out of range")}};
}

OpRow row_of_unsqueeze() {
  const auto at = [](const Shape& shape, std::int64_t axis) {
    return on(shape, [=](const Variable& x) { return unsqueeze(x, axis); });
  };
  return {
      "unsqueeze",
      smooth,
      {at({3, 4}, 0), at({3, 4}, 2), at({3, 4}, -1), at({3, 4}, -3), at({}, 0), at({0, 3}, 1), at({2, 1, 3, 1, 2}, 3)},
      {throws<ShapeError>([] { unsqueeze(ones({2}), 2); }, "[unsqueeze] axis 2 is out of range for 2 axes"),
       throws<ShapeError>(
           [] {
             unsqueeze(ones({1, 1, 1, 1, 1, 1, 1, 1}), 0);
           },
           "at most 8 axes")}};
}

OpRow row_of_expand() {
  const auto to = [](const Shape& from, const Shape& shape) {
    return on(from, [=](const Variable& x) { return expand(x, shape); });
  };
  return {"expand",
          smooth,
          {to({}, {2, 3}), to({1}, {0}), to({3, 1}, {3, 4}), to({1, 4}, {2, 3, 4}), to({3, 4}, {3, 4}),
           to({0, 1}, {0, 3}), to({3, 1, 1, 2}, {2, 1, 3, 2, 2, 2})},
          {throws<ShapeError>(
               [] {
                 expand(ones({2, 3}), {2, 1});
               },
               "[expand] (2, 3) does not broadcast to (2, 1)"),
           throws<ShapeError>([] { expand(ones({2}), {3}); }, "[expand] shapes do not broadcast: (2,) and (3,)")}};
}

OpRow row_of_flatten() {
  const auto merge = [](const Shape& shape, std::int64_t first, std::int64_t last) {
    return on(shape, [=](const Variable& x) { return flatten(x, first, last); });
  };
  return {"flatten",
          smooth,
          {merge({2, 3, 4}, 0, -1), merge({2, 3, 4}, 1, -1), merge({2, 3, 4}, 0, 1), merge({}, 0, -1),
           merge({0, 3}, 0, 1), merge({3}, 0, 0), merge({2, 1, 3, 1, 2, 2}, 1, 4)},
          {throws<ShapeError>(
               [] {
                 flatten(ones({2, 3, 4}), 2, 1);
               },
               "[flatten] the first axis comes after the last"),
           throws<ShapeError>(
               [] {
                 flatten(ones({2, 3}), 2);
               },
               "[flatten] axis 2 is out of range")}};
}

OpRow row_of_astype() {
  // Through float32 and back; linear, so that the large step of the differences is exact but for the rounding.
  const auto through = [](const Shape& shape) {
    return on(shape, [](const Variable& x) { return astype(x, DType::float32); });
  };
  return {"astype",
          smooth,
          {through({}), through({0}), through({0, 3}), through({1}), through({3, 4}), through({2, 1, 3, 1, 2, 2}),
           on({3}, [](const Variable& x) { return astype(astype(x, DType::float32), DType::float64); }),
           on({3}, [](const Variable& x) { return astype(x, x.dtype()); })},
          {throws<GraphError>([] { astype(Variable(), DType::float32); }, "the Variable is undefined")},
          0.25};
}

template <class F>
Sample making(F f) {
  return {[f](const Variables&) { return f(); }, {}};
}

OpRow row_of_shape_to_constant(const std::string& name, Variable (*f)(const Shape&, DType)) {
  return {name,
          constant,
          {making([f] { return f({}, DType::float32); }), making([f] { return f({0}, DType::float64); }), making([f] {
             return f({0, 3}, DType::int64);
           }),
           making([f] { return f({1}, DType::float32); }), making([f] {
             return f({3, 4}, DType::float64);
           }),
           making([f] {
             return f({2, 1, 3, 1, 2, 2}, DType::float32);
           })},
          {throws<ShapeError>(
              [f] {
                f({2, -1}, DType::float32);
              },
              "[Shape] negative extent in (2, -1)")}};
}

}  // namespace

OpRows shape_rows() {
  return {row_of_reshape(),
          row_of_permute(),
          row_of_transpose(),
          row_of_squeeze(),
          row_of_unsqueeze(),
          row_of_expand(),
          row_of_flatten(),
          row_of_astype(),
          unary_row(
              "clone", clone, smooth, [](const Shape& s) { return uniform_in(s, -2.0, 2.0); },
              refuses_undefined("clone", clone))};
}

OpRows create_rows() {
  const auto any = [](const Shape& s) { return uniform_in(s, -2.0, 2.0); };
  const auto range = [](std::int64_t n, DType dtype, double start, double step) {
    return making([=] { return arange(n, dtype, start, step); });
  };
  const auto hot = [](const std::vector<std::int64_t>& labels, const Shape& shape, std::int64_t classes) {
    return Sample([classes](const Variables& x) { return one_hot(x[0], classes); }, {integers(labels, shape)});
  };
  const auto values = [](const std::vector<double>& v, const Shape& shape) {
    return making([=] { return tensor(v, shape); });
  };
  const auto undefined = [](Variable (*f)(const Variable&)) {
    return throws<GraphError>([f] { f(Variable()); }, "the Variable is undefined");
  };
  return {row_of_shape_to_constant("zeros", zeros),
          row_of_shape_to_constant("ones", ones),
          row_of_shape_to_constant("full", [](const Shape& s, DType t) { return full(s, 3.0, t); }),
          unary_row("zeros_like", zeros_like, constant, any, undefined(zeros_like)),
          unary_row("ones_like", ones_like, constant, any, undefined(ones_like)),
          {"arange",
           constant,
           {range(5, DType::float32, 0.0, 1.0), range(0, DType::float32, 0.0, 1.0), range(1, DType::float64, 2.5, 1.0),
            range(4, DType::int64, 3.0, -1.0), range(3, DType::float64, -1.0, 0.25), range(7, DType::int64, 0.0, 1.0)},
           {throws<ShapeError>([] { arange(-1); }, "[Shape] negative extent in (-1,)")}},
          {"tensor",
           constant,
           {values({1.5}, {}), values({}, {0}), values({}, {0, 3}), values({1, 2, 3, 4}, {2, 2}), values({2}, {1}),
            values({1, 2}, {1, 1, 2, 1, 1, 1})},
           {throws<ShapeError>(
               [] {
                 tensor<float>({1, 2, 3}, {2});
               },
               "[Array] 3 values given for shape (2,)")}},
          {"one_hot",
           constant,
           {hot({2}, {}, 3), hot({}, {0}, 3), hot({0, 1, 2}, {3}, 3), hot({1, 0}, {2, 1}, 2), hot({0}, {1}, 1),
            hot({0, 1, 2, 3}, {1, 2, 1, 1, 2}, 5)},
           {throws<ValueError>(
                [] {
                  one_hot(integers({0, 3}, {2}), 3);
                },
                "[one_hot] label 3 is outside [0, 3)"),
            throws<DTypeError>([] { one_hot(ones({2}), 3); }, "[one_hot] the labels must be int64, got float32")}}};
}

}  // namespace xgrad::test
