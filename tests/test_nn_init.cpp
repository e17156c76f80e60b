// SPDX-License-Identifier: BSD-3-Clause
// Initialisation: PyTorch's gains and fans, bounds and moments of the draws, and their reproducibility.
#include <algorithm>
#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/linear.h>

#include "nn_fixture.h"

using namespace xgrad;
using namespace xgrad::test;
namespace init = nn::init;

namespace {

struct Sample {
  double mean, sd, largest;
};

Sample describe(const Variable& x) {
  const std::vector<double> v = x.array().to_vector<double>();
  const auto n = static_cast<double>(v.size());
  double sum = 0.0;
  double squares = 0.0;
  double largest = 0.0;
  for (const double a : v) {
    sum += a;
    squares += a * a;
    largest = std::max(largest, std::abs(a));
  }
  return {sum / n, std::sqrt(squares / n - sum / n * (sum / n)), largest};
}

/// 60,000 values: the standard error of the mean is 0.4 % of sd, that of the sd at most 0.3 % of it; five of them.
void check_moments(const Sample& s, double sd) {
  CHECK(std::abs(s.mean) < 0.02 * sd);
  CHECK(std::abs(s.sd / sd - 1.0) < 0.015);
}

void check_uniform(const Variable& x, double bound) {
  const Sample s = describe(x);
  CHECK(s.largest <= bound);
  CHECK(s.largest > 0.99 * bound);
  check_moments(s, bound / std::sqrt(3.0));
}

void check_normal(const Variable& x, double sd) {
  const Sample s = describe(x);
  CHECK(s.largest > 3.5 * sd);
  check_moments(s, sd);
}

Variable weight() { return Variable(Array(Shape{300, 200}, DType::float64), true); }

}  // namespace

TEST_CASE("gains and fans are PyTorch's") {
  const nlohmann::json f = read_fixture("nn.json")["init"];
  for (const nlohmann::json& row : f["gains"]) {
    const std::string name = row[0];
    CAPTURE(name);
    const double gain = row[1].is_null() ? init::calculate_gain(name) : init::calculate_gain(name, row[1]);
    CHECK(std::abs(gain - row[2].get<double>()) < tolerance::same_formula_float64);
  }
  for (const nlohmann::json& row : f["fans"]) {
    const init::Fans fans = init::fans(Shape(row[0].get<std::vector<std::int64_t>>()));
    CHECK(fans.in == row[1][0].get<std::int64_t>());
    CHECK(fans.out == row[1][1].get<std::int64_t>());
  }
  CHECK_THROWS_AS(init::calculate_gain("relux"), ValueError);
  CHECK_THROWS_AS(init::fans({3}), ShapeError);
}

TEST_CASE("draws have the bounds and moments of their formulae") {
  Generator g(11);
  check_uniform(init::xavier_uniform_(weight(), 2.0, g), 2.0 * std::sqrt(6.0 / 500.0));
  check_normal(init::xavier_normal_(weight(), 2.0, g), 2.0 * std::sqrt(2.0 / 500.0));
  check_uniform(init::kaiming_uniform_(weight(), {.nonlinearity = "relu"}, g), std::sqrt(2.0) * std::sqrt(3.0 / 200.0));
  check_normal(init::kaiming_normal_(weight(), {.a = 0.2, .mode = init::FanMode::fan_out}, g),
               std::sqrt(2.0 / 1.04) / std::sqrt(300.0));
  check_uniform(init::uniform_(weight(), -0.5, 0.5, g), 0.5);
  check_normal(init::normal_(weight(), 0.0, 0.02, g), 0.02);
}

TEST_CASE("Linear starts as PyTorch's does") {
  Generator g(12);
  const nn::Linear layer(200, 300, {.dtype = DType::float64}, g);
  const double bound = 1.0 / std::sqrt(200.0);
  check_uniform(layer.weight, bound);
  const Sample bias = describe(layer.bias);
  CHECK(bias.largest <= bound);
  CHECK(bias.largest > 0.95 * bound);
}

TEST_CASE("constants fill, and every function changes the leaf that it was given") {
  Variable x = weight();
  const Variable same = x;
  CHECK(init::constant_(x, 3.0).is_same(x));
  CHECK(describe(same).mean == doctest::Approx(3.0));
  init::zeros_(x);
  CHECK(describe(same).largest == 0.0);
  init::ones_(x);
  CHECK(describe(same).largest == 1.0);
  CHECK(x.requires_grad());
}

TEST_CASE("a seed gives the same weights") {
  Generator a(4);
  Generator b(4);
  const nn::Linear first(7, 5, {}, a);
  const nn::Linear second(7, 5, {}, b);
  CHECK(first.weight.array().to_vector<float>() == second.weight.array().to_vector<float>());
  CHECK(first.bias.array().to_vector<float>() == second.bias.array().to_vector<float>());
  const nn::Linear third(7, 5, {}, a);
  CHECK(first.weight.array().to_vector<float>() != third.weight.array().to_vector<float>());
}
