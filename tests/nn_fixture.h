// SPDX-License-Identifier: BSD-3-Clause
// PyTorch's stored numbers, and comparing with them.
#pragma once

#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>
#include <nlohmann/json.hpp>

#include "paths.h"
#include "tolerance.h"

namespace xgrad::test {

/// tests/fixtures/<name>, parsed. Written by make_nn_fixtures.py beside it.
inline nlohmann::json read_fixture(const std::string& name) {
  const std::string path = tests::source_path("tests/fixtures/" + name);
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), path);
  return nlohmann::json::parse(file);
}

inline std::vector<double> numbers(const nlohmann::json& list) { return list.get<std::vector<double>>(); }

/// A float64 Variable from a flat list of numbers.
inline Variable variable(const nlohmann::json& list, const Shape& shape, bool requires_grad = false) {
  return Variable(Array::from(numbers(list), shape), requires_grad);
}

/// The largest |a - b| / max(1, |b|), infinite when sizes differ or something is NaN.
inline double distance(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return INFINITY;
  double worst = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(a[i] - b[i]) / std::fmax(1.0, std::abs(b[i]));
    if (!(d <= worst)) worst = std::isnan(d) ? INFINITY : d;
  }
  return worst;
}
inline double distance(const Variable& a, const nlohmann::json& b) {
  return distance(a.array().to_vector<double>(), numbers(b));
}

/// sin(1.7 k + b), k = 1, 2, ...: the directions that make_nn_fixtures.py takes derivatives along.
inline Variable wave(const Shape& shape, double b) {
  Array a(shape, DType::float64);
  double* x = a.mutable_data<double>();
  for (std::int64_t k = 0; k < a.size(); ++k) x[k] = std::sin(1.7 * static_cast<double>(k + 1) + b);
  return Variable(std::move(a));
}

/// Checks y = f(inputs), its gradient along u and that gradient's along v against a row that derivatives() of
/// make_nn_fixtures.py wrote.
inline void check_derivatives(const nlohmann::json& row, const Variables& inputs, const Variable& y) {
  CHECK(distance(y, row["value"]) < tolerance::same_formula_float64);
  const Variable u = y.rank() > 0 ? wave(y.shape(), 0.3) : ones({}, DType::float64);
  const Variables first = grad(sum(y * u), inputs, {.create_graph = true});
  Variable dot = zeros({}, DType::float64);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CHECK(distance(first[i], row["first"][i]) < tolerance::same_formula_float64);
    dot = dot + sum(first[i] * wave(inputs[i].shape(), 0.9));
  }
  Variables second;
  for (const Variable& x : inputs) second.push_back(zeros_like(x));
  if (dot.requires_grad()) second = grad(dot, inputs, {.materialize_zeros = true});
  for (std::size_t i = 0; i < inputs.size(); ++i)
    CHECK(distance(second[i], row["second"][i]) < tolerance::same_formula_float64);
}

}  // namespace xgrad::test
