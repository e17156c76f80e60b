// SPDX-License-Identifier: BSD-3-Clause
// NaN and infinity: what ops give, and that anomaly mode names the op and the place, forward and backward.
#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include <xgrad/autograd/anomaly.h>
#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;
using doctest::Contains;

namespace {

const double infinity = std::numeric_limits<double>::infinity();

/// The message of the AnomalyError that `f` throws.
template <class F>
std::string anomaly(F f) {
  try {
    f();
  } catch (const AnomalyError& e) {
    return e.what();
  }
  return "no anomaly";
}

/// Something to be found after the words that introduce the place.
bool has_place(const std::string& message, const std::string& introduction) {
  const auto at = message.find(introduction + "\n  ");
  return at != std::string::npos && message.size() > at + introduction.size() + 6;
}

}  // namespace

TEST_CASE("values at the edges of domains are those of IEEE 754") {
  const Variable x = constant({0, -1, infinity}, {3});
  const auto of_log = log(x).array().to_vector<double>();
  CHECK(of_log[0] == -infinity);
  CHECK(std::isnan(of_log[1]));
  CHECK(of_log[2] == infinity);
  CHECK(sqrt(x).array().to_vector<double>()[0] == 0.0);
  CHECK(std::isnan(sqrt(x).array().to_vector<double>()[1]));
  CHECK(std::isnan((constant({0}, {}) * constant({infinity}, {})).item()));
  CHECK((constant({1}, {}) / constant({0}, {})).item() == infinity);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const DType t : {DType::float32, DType::float64}) {
    const Variable v = astype(constant({1, nan, 2}, {3}), t);
    CHECK(std::isnan(max(v).item()));
    CHECK(std::isnan(min(v).item()));
    CHECK(std::isnan(sum(v).item()));
    CHECK(std::isnan(maximum(v, zeros({}, t)).array().to_vector<double>()[1]));
    CHECK(std::isnan(minimum(zeros({}, t), v).array().to_vector<double>()[1]));
    CHECK(std::isnan(relu(v).array().to_vector<double>()[1]));
    CHECK(std::isnan(clamp(v, -1, 1).array().to_vector<double>()[1]));
  }
}

TEST_CASE("functions that could overflow inside do not") {
  for (const DType t : {DType::float32, DType::float64}) {
    const Variable x(Array::from<double>({-1000, 1000}, {2}).astype(t), true);
    CHECK(softplus(x).array().to_vector<double>() == std::vector<double>{0, 1000});
    CHECK(sigmoid(x).array().to_vector<double>() == std::vector<double>{0, 1});
    CHECK(logsumexp(x, {}).item() == 1000.0);
    CHECK(softmax(x).array().to_vector<double>() == std::vector<double>{0, 1});
    CHECK(log_softmax(x).array().to_vector<double>() == std::vector<double>{-2000, 0});
    for (const auto& f : {softplus, sigmoid, tanh, gelu, silu}) {
      const Variable g = grad(sum(f(x)), x, {.create_graph = true});
      const Variable h = g.requires_grad() ? grad(sum(g), x) : g;
      for (const Variable& v : {g, h}) {
        for (const double e : v.array().to_vector<double>()) CHECK(std::isfinite(e));
      }
    }
    for (const double e : grad(sum(elu(x)), x).array().to_vector<double>()) CHECK(std::isfinite(e));
  }
}

TEST_CASE("a norm of zero has a finite gradient, with eps to second order") {
  const Variable x(Array::zeros({2, 3}, DType::float64), true);
  CHECK(distance(grad(sum(norm(x, {1})), x), constant({0, 0, 0, 0, 0, 0}, {2, 3})) == 0.0);
  const Variable g = grad(sum(square(norm(x, {1}, false, 1e-12) - 1.0)), x, {.create_graph = true});
  for (const double e : grad(sum(square(g)), x).array().to_vector<double>()) CHECK(std::isfinite(e));
}

TEST_CASE("forward, the first op that makes a NaN or an infinity is named, with its place") {
  const DetectAnomalyGuard guard;
  CHECK(anomaly_enabled());
  const Variable x = leaf({0, 1}, {2});
  const std::string of_log = anomaly([&] { exp(log(x) * 2.0); });
  CHECK(of_log.find("[log] made a NaN or an infinity") == 0);
  CHECK(has_place(of_log, "called at"));
  CHECK(anomaly([&] { sqrt(x - 1.0); }).find("[sqrt]") == 0);
  CHECK(anomaly([&] { x / x; }).find("[div]") == 0);
  CHECK(anomaly([&] { exp(x * 1e4); }).find("[exp]") == 0);
  CHECK(anomaly([&] { tanh(x); }) == "no anomaly");
  const CustomFunction bad{"my_log", [](const Variables& in) { return Variables{in[0] / 0.0}; },
                           [](const CustomContext&, const Variables& g) { return g; }};
  CHECK(anomaly([&] { apply(bad, {x}); }) != "no anomaly");
}

TEST_CASE("backward, the op whose rule makes it is named, with the place where it was recorded") {
  const DetectAnomalyGuard guard;
  const Variable x = leaf({0, 1}, {2});
  const std::string message = anomaly([&] { sum(sqrt(x) * 2.0).backward(); });
  // Its rule divides g by 2 sqrt(x).
  CHECK(message.find("[sqrt] in its rule: [div] made a NaN or an infinity") == 0);
  CHECK(has_place(message, "called at"));
  CHECK(has_place(message, "[sqrt] was recorded at"));
  CHECK(!x.grad().defined());

  // A custom rule's own arithmetic can go wrong without an op noticing.
  const CustomFunction bad{
      "bad_rule", [](const Variables& in) { return Variables{square(in[0])}; },
      [](const CustomContext& ctx, const Variables&) {
        return Variables{Variable(Array::full(ctx.input(0).shape(), std::nan(""), ctx.input(0).dtype()))};
      }};
  const std::string of_custom = anomaly([&] { sum(apply(bad, {x})[0]).backward(); });
  CHECK(of_custom.find("[bad_rule] its gradient for input 0 holds a NaN or an infinity") == 0);
  CHECK(has_place(of_custom, "[bad_rule] was recorded at"));
}

TEST_CASE("anomalies of the second sweep are found as well") {
  const DetectAnomalyGuard guard;
  const Variable x = leaf({0, 1}, {2});
  const Variable g = grad(sum(pow(x, 1.5)), x, {.create_graph = true});  // 1.5 sqrt(x); its derivative is infinite
  const std::string message = anomaly([&] { grad(sum(g), x); });
  CAPTURE(message);
  CHECK(message.find("[pow] in its rule") == 0);
}

TEST_CASE("outside its scope anomaly mode costs and says nothing") {
  {
    const DetectAnomalyGuard on;
    const DetectAnomalyGuard off(false);
    CHECK(!anomaly_enabled());
  }
  CHECK(!anomaly_enabled());
  const Variable x = leaf({0, 1}, {2});
  CHECK(anomaly([&] { sum(log(x)).backward(); }) == "no anomaly");
}
