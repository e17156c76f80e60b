// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/reduce.h.
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

OpRow row_of_stddev() {
  const auto f = [](const Variable& x, const Axes& axes, bool keepdims) { return stddev(x, axes, keepdims); };
  OpRow row = reduction_row(
      "stddev", smooth, f, [](const Shape& shape) { return grid(shape, 0.125); }, false);
  row.samples.emplace_back([](const Variables& x) { return stddev(x[0], {1}, false, 0); },
                           Variables{grid({2, 3}, 0.0)});
  return row;
}

OpRow row_of_prod() {
  OpRow row = reduction_row("prod", smooth, prod, sampled, true);
  row.samples.push_back(scalar_sample(prod));
  for (const std::vector<double>& values : {std::vector<double>{2, 0, -1.5}, {0, 3, 0}, {0, 0, 0}, {0, 0, 0.5}}) {
    row.samples.emplace_back([](const Variables& x) { return prod(x[0], {0}); },
                             Variables{Variable(Array::from(values, {3}), true)});
  }
  row.samples.emplace_back([](const Variables& x) { return prod(x[0], {0}); }, Variables{sampled({5, 2})});
  return row;
}

}  // namespace

OpRows reduce_rows() {
  OpRows rows = {reduction_row("sum", smooth, sum, sampled, true),
                 reduction_row("mean", smooth, mean, sampled, false),
                 row_of_var(),
                 row_of_stddev(),
                 row_of_prod(),
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
  rows[7].samples.push_back(scalar_sample(logsumexp));
  return rows;
}

}  // namespace xgrad::test
