// SPDX-License-Identifier: BSD-3-Clause
// Clipping: closed forms, PyTorch's norms of every order, and which memory is written.
#include <cmath>
#include <limits>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/optim/clip.h>

#include "nn_fixture.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

using Values = std::vector<double>;

Variable parameter_with_gradient(const Values& g) {
  const auto n = static_cast<std::int64_t>(g.size());
  Variable p(Array::zeros({n}, DType::float64), true);
  p.set_grad(Variable(Array::from(g, {n})));
  return p;
}

Values gradient(const Variable& p) { return p.grad().array().to_vector<double>(); }

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("norm 5 clipped to 1 is scaled by 0.2, and below the limit nothing changes") {
  const Variables p = {parameter_with_gradient({3.0, 0.0}), parameter_with_gradient({0.0, -4.0}),
                       Variable(Array::zeros({2}, DType::float64), true)};  // the last has no gradient
  CHECK(optim::clip_grad_norm_(p, 1.0).item() == 5.0);
  CHECK(distance(gradient(p[0]), {0.6, 0.0}) < 1e-15);
  CHECK(distance(gradient(p[1]), {0.0, -0.8}) < 1e-15);
  CHECK_FALSE(p[2].grad().defined());
  const Values before = gradient(p[0]);
  CHECK(optim::clip_grad_norm_(p, 1.5).item() == doctest::Approx(1.0));
  CHECK(gradient(p[0]) == before);
  CHECK(optim::clip_grad_norm_(p, infinity).item() == doctest::Approx(1.0));
  CHECK(gradient(p[0]) == before);
}

TEST_CASE("a norm equal to the limit, or 0, leaves gradients alone") {
  const Variables p = {parameter_with_gradient({3.0, 4.0})};
  CHECK(optim::clip_grad_norm_(p, 5.0).item() == 5.0);
  CHECK(gradient(p[0]) == Values{3.0, 4.0});
  const Variables zero = {parameter_with_gradient({0.0, 0.0})};
  CHECK(optim::clip_grad_norm_(zero, 0.0).item() == 0.0);
  CHECK(gradient(zero[0]) == Values{0.0, 0.0});
}

TEST_CASE("norms of every order are PyTorch's, factors up to its 1e-6 in the denominator") {
  const nlohmann::json f = read_fixture("optim.json")["clipping"];
  REQUIRE(f["rows"].size() == 4);
  for (const nlohmann::json& row : f["rows"]) {
    const double order = row["order"] == 0.0 ? infinity : row["order"].get<double>();
    CAPTURE(order);
    const Variables p = {parameter_with_gradient(numbers(f["g"]))};
    const double norm = optim::clip_grad_norm_(p, f["max_norm"], order).item();
    CHECK(std::abs(norm / row["norm"].get<double>() - 1.0) < tolerance::same_formula_float64);
    CHECK(distance(gradient(p[0]), numbers(row["clipped"])) < 1e-6);
    CHECK(optim::total_norm({p[0].grad()}, order).item() ==
          doctest::Approx(f["max_norm"].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("float32 norms are summed in double") {
  const Variable g(Array::full({1000000}, 0.1));
  // A million additions in double lose 1e-10 at worst; in float32 they would lose the third digit.
  CHECK(optim::total_norm({g}).item() == doctest::Approx(1000.0 * static_cast<double>(0.1F)).epsilon(1e-9));
}

TEST_CASE("gradients given by grad are clipped without touching what else holds them") {
  const Variable x(Array::from<double>({3.0, 4.0}, {2}), true);
  Variables grads = grad(0.5 * sum(square(x)), Variables{x}, {.create_graph = true});
  const Variable kept = grads[0];
  CHECK(optim::clip_norm_(grads, 1.0).item() == 5.0);
  CHECK(distance(grads[0].array().to_vector<double>(), {0.6, 0.8}) < 1e-15);
  CHECK_FALSE(grads[0].requires_grad());
  CHECK(kept.array().to_vector<double>() == Values{3.0, 4.0});
  grads = {kept, Variable()};
  optim::clip_value_(grads, 3.5);
  CHECK(grads[0].array().to_vector<double>() == Values{3.0, 3.5});
  CHECK_FALSE(grads[1].defined());
}

TEST_CASE("clip_grad_value_ clamps every element") {
  const Variables p = {parameter_with_gradient({-3.0, 0.5, 2.0}), Variable(Array::zeros({1}), true)};
  optim::clip_grad_value_(p, 1.0);
  CHECK(gradient(p[0]) == Values{-1.0, 0.5, 1.0});
}

TEST_CASE("clipping refuses senseless limits and, when asked, norms that are not finite") {
  const Variables p = {parameter_with_gradient({1.0, std::nan("")})};
  CHECK_THROWS_AS(optim::clip_grad_norm_(p, -1.0), ValueError);
  CHECK_THROWS_AS(optim::clip_grad_norm_(p, 1.0, 0.0), ValueError);
  CHECK_THROWS_AS(optim::clip_grad_norm_(p, 1.0, 2.0, true), ValueError);
  CHECK_THROWS_AS(optim::clip_grad_value_(p, -1.0), ValueError);
  CHECK(std::isnan(optim::total_norm({p[0].grad()}).item()));
  CHECK(std::isnan(optim::total_norm({p[0].grad()}, infinity).item()));
}
