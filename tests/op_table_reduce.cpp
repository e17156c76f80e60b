// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/reduce.h and linalg.h.
#include "op_table.h"

namespace xgrad::test {

namespace {

constexpr auto smooth = Smoothness::smooth;
constexpr auto piecewise = Smoothness::piecewise;

using Reduction = std::function<Variable(const Variable&, const Axes&, bool)>;

ErrorCase refuses_axis(const std::string& name, const Reduction& f) {
  return throws<ShapeError>([f] { f(ones({2, 3}), {2}, false); }, "[" + name + "] axis 2 is out of range for 2 axes");
}
ErrorCase refuses_repeated_axis(const std::string& name, const Reduction& f) {
  return throws<ShapeError>([f] { f(ones({2, 3}), {1, -1}, false); }, "[" + name + "] axis -1 is given twice");
}

/// Samples over axes, keepdims and shapes; `input` makes the values.
std::vector<Sample> reduction_samples(const Reduction& f, const MakeInput& input, bool takes_empty) {
  const auto sample = [&](const Shape& shape, const Axes& axes, bool keepdims) {
    return Sample([=](const Variables& x) { return f(x[0], axes, keepdims); }, {input(shape)});
  };
  std::vector<Sample> samples = {sample({3, 4}, {}, false),       sample({3, 4}, {0}, false),
                                 sample({3, 4}, {-1}, true),      sample({2, 3, 4}, {0, 2}, false),
                                 sample({2, 3, 4}, {1, 0}, true), sample({2, 1, 3, 1, 2, 2}, {1, 4, -1}, false),
                                 sample({2, 2}, {}, true),        sample({0, 3}, {1}, false)};
  if (takes_empty) {
    samples.push_back(sample({0, 3}, {0}, false));
    samples.push_back(sample({0}, {}, true));
  }
  return samples;
}

OpRow reduction_row(const std::string& name, Smoothness smoothness, const Reduction& f, const MakeInput& input,
                    bool takes_empty) {
  OpRow row{name, smoothness, reduction_samples(f, input, takes_empty), {refuses_axis(name, f)}};
  row.errors.push_back(refuses_repeated_axis(name, f));
  return row;
}

Variable sampled(const Shape& shape) { return uniform_in(shape, -2.0, 2.0); }
Variable distinct(const Shape& shape) { return grid(shape, 0.125); }

Sample scalar_sample(const Reduction& f) {
  return {[f](const Variables& x) { return f(x[0], {}, false); }, {uniform_in({}, 0.5, 2.0)}};
}

OpRow extreme_row(const std::string& name, Variable (*f)(const Variable&, const Axes&, bool)) {
  OpRow row = reduction_row(name, piecewise, f, distinct, false);
  row.samples.push_back(scalar_sample(f));
  row.errors.push_back(throws<ShapeError>(
      [f] {
        f(ones({0, 3}), {0}, false);
      },
      "[" + name + "] an empty set has no extreme: input of shape (0, 3)"));
  return row;
}

OpRow row_of_var() {
  OpRow row = reduction_row(
      "var", smooth, [](const Variable& x, const Axes& axes, bool keepdims) { return var(x, axes, keepdims); }, sampled,
      false);
  row.samples.emplace_back([](const Variables& x) { return var(x[0], {1}, false, 0); }, Variables{sampled({3, 1})});
  return row;
}

OpRow row_of_norm() {
  const auto f = [](const Variable& x, const Axes& axes, bool keepdims) { return norm(x, axes, keepdims); };
  OpRow row = reduction_row("norm", smooth, f, sampled, false);
  row.samples.emplace_back([](const Variables& x) { return norm(x[0], {1}, false, 0.5); },
                           Variables{Variable(Array::zeros({2, 3}, DType::float64), true)});
  row.samples.emplace_back([](const Variables& x) { return norm(x[0], {}, true, 1e-2); }, Variables{sampled({0, 3})});
  row.samples.push_back(scalar_sample(f));
  row.errors.push_back(refuses_int64("norm", [](const Variable& x) { return norm(x); }));
  return row;
}

/// softmax and log_softmax.
OpRow softmax_row(const std::string& name, Variable (*f)(const Variable&, std::int64_t)) {
  const auto sample = [f](const Shape& shape, std::int64_t axis) {
    return Sample([=](const Variables& x) { return f(x[0], axis); }, {sampled(shape)});
  };
  return {name,
          smooth,
          {sample({5}, 0), sample({3, 4}, -1), sample({3, 4}, 0), sample({2, 3, 4}, 1), sample({0, 3}, 1),
           sample({0, 3}, 0), sample({1}, 0), sample({2, 1, 3, 1, 2, 2}, 2)},
          {throws<ShapeError>(
               [f] {
                 f(ones({2, 3}), 2);
               },
               "[" + name + "] axis 2 is out of range for 2 axes"),
           refuses_int64(name, [f](const Variable& x) { return f(x, -1); })}};
}

OpRow row_of_argmax() {
  const auto sample = [](const Shape& shape, std::int64_t axis) {
    return Sample([=](const Variables& x) { return argmax(x[0], axis); }, {distinct(shape)});
  };
  return {"argmax",
          Smoothness::constant,
          {sample({5}, 0), sample({3, 4}, -1), sample({3, 4}, 0), sample({2, 3, 4}, 1), sample({0, 3}, 1),
           sample({1}, 0), sample({2, 1, 3, 1, 2, 2}, 2)},
          {throws<ShapeError>(
               [] {
                 argmax(ones({0, 3}), 0);
               },
               "[argmax] an empty axis has no largest element"),
           throws<ShapeError>([] { argmax(ones({2}), 1); }, "[argmax] axis 1 is out of range for 1 axes")}};
}

OpRow row_of_sum_to() {
  const auto sample = [](const Shape& from, const Shape& to) {
    return Sample([=](const Variables& x) { return sum_to(x[0], to); }, {sampled(from)});
  };
  return {"sum_to",
          smooth,
          {sample({3, 4}, {}), sample({3, 4}, {4}), sample({3, 4}, {3, 1}), sample({3, 4}, {3, 4}),
           sample({0, 3}, {1, 3}), sample({0}, {}), sample({2, 1, 3, 1, 2, 2}, {3, 1, 1, 2})},
          {throws<ShapeError>(
               [] {
                 sum_to(ones({2, 3}), {2});
               },
               "[sum_to] shapes do not broadcast: (2, 3) and (2,)"),
           throws<ShapeError>(
               [] {
                 sum_to(ones({2, 1}), {2, 3});
               },
               "[sum_to] (2, 3) does not broadcast to (2, 1)")}};
}

OpRow row_of_matmul() {
  const auto sample = [](const Shape& a, const Shape& b, bool ta = false, bool tb = false) {
    return Sample([=](const Variables& x) { return matmul(x[0], x[1], ta, tb); },
                  {uniform_in(a, -2.0, 2.0, 1), uniform_in(b, -2.0, 2.0, 2)});
  };
  return {"matmul",
          smooth,
          {sample({2, 3}, {3, 4}), sample({3, 2}, {3, 4}, true), sample({2, 3}, {4, 3}, false, true),
           sample({3, 2}, {4, 3}, true, true), sample({1, 1}, {1, 1}), sample({0, 3}, {3, 2}), sample({2, 0}, {0, 3}),
           sample({2, 3, 4}, {4, 2}), sample({2, 4, 3}, {4, 2}, true), sample({2, 3, 4}, {5, 4}, false, true),
           sample({3, 4}, {2, 4, 2}), sample({2, 1, 2, 3}, {3, 2, 3}, false, true),
           sample({2, 3, 2}, {2, 4, 3}, true, true), sample({0, 2, 3}, {0, 3, 2}),
           sample({1, 2, 1, 1, 2, 2}, {2, 1, 2, 2}, true)},
          {throws<ShapeError>(
               [] {
                 matmul(ones({64, 784}), ones({785, 256}));
               },
               "[matmul] inner dimensions differ: (64, 784) x (785, 256)"),
           throws<ShapeError>(
               [] {
                 matmul(ones({3}), ones({3, 2}));
               },
               "[matmul] operands need at least two axes"),
           throws<ShapeError>(
               [] {
                 matmul(ones({2, 3, 4}), ones({3, 4, 2}));
               },
               "[matmul] shapes do not broadcast"),
           throws<DTypeError>(
               [] {
                 matmul(ones({2, 2}), ones({2, 2}, DType::float64));
               },
               "[matmul] dtypes differ"),
           throws<GraphError>(
               [] {
                 matmul(ones({2, 2}), Variable());
               },
               "[matmul] input 1 is undefined")}};
}

OpRow row_of_linear() {
  const auto sample = [](const Shape& x, const Shape& w, bool biased) {
    Variables in = {uniform_in(x, -2.0, 2.0, 1), uniform_in(w, -2.0, 2.0, 2)};
    if (biased) in.push_back(uniform_in({w[0]}, -2.0, 2.0, 3));
    return Sample([](const Variables& v) { return v.size() == 3 ? linear(v[0], v[1], v[2]) : linear(v[0], v[1]); }, in);
  };
  return {"linear",
          smooth,
          {sample({2, 3}, {4, 3}, true), sample({2, 3}, {4, 3}, false), sample({3}, {4, 3}, true),
           sample({3}, {4, 3}, false), sample({2, 2, 3}, {2, 3}, true), sample({0, 3}, {2, 3}, true),
           sample({2, 0}, {3, 0}, true), sample({1, 2, 1, 2, 1, 3}, {2, 3}, true)},
          {throws<ShapeError>(
               [] {
                 linear(ones({2, 3}), ones({4, 5}), ones({4}));
               },
               "[linear] input (2, 3) does not fit weight (4, 5)"),
           throws<ShapeError>(
               [] {
                 linear(ones({2, 3}), ones({4, 3}), ones({5}));
               },
               "[linear] bias (5,) does not fit weight (4, 3)"),
           throws<ShapeError>(
               [] {
                 linear(ones({}), ones({4, 3}));
               },
               "[linear] the input needs at least one axis"),
           throws<DTypeError>(
               [] {
                 linear(ones({2, 3}), ones({4, 3}, DType::float64), ones({4}));
               },
               "[linear] dtypes differ")}};
}

}  // namespace

OpRows reduce_rows() {
  OpRows rows = {reduction_row("sum", smooth, sum, sampled, true),
                 reduction_row("mean", smooth, mean, sampled, false),
                 row_of_var(),
                 extreme_row("max", max),
                 extreme_row("min", min),
                 reduction_row("logsumexp", smooth, logsumexp, sampled, false),
                 softmax_row("softmax", softmax),
                 softmax_row("log_softmax", log_softmax),
                 row_of_norm(),
                 row_of_argmax(),
                 row_of_sum_to()};
  rows[0].samples.push_back(scalar_sample(sum));
  rows[1].samples.push_back(scalar_sample(mean));
  rows[5].samples.push_back(scalar_sample(logsumexp));
  return rows;
}

OpRows linalg_rows() { return {row_of_matmul(), row_of_linear()}; }

}  // namespace xgrad::test
