// SPDX-License-Identifier: BSD-3-Clause
// Rules at the edges of their domain: limits at +-inf, powers at 0, infinite logits, and losses of certain targets.
// Values, first and second derivatives in a table.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <xgrad/autograd/autograd.h>
#include <xgrad/nn/nn.h>

#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<double> numbers(const Variable& x) { return x.array().to_vector<double>(); }

void check_equal(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CAPTURE(found[i]);
    CAPTURE(expected[i]);
    CHECK((found[i] == expected[i] || std::abs(found[i] - expected[i]) <= 1e-6 * std::abs(expected[i])));
  }
}

struct Edge {
  const char* name;
  Variable (*f)(const Variable&);
  double x, value, first, second;
};

constexpr double far = 1e30;  // a number that is not infinite, though its exponential is

const Edge edges[] = {
    {"exp", exp, -inf, 0, 0, 0},
    {"expm1", expm1, -inf, -1, 0, 0},
    {"expm1", expm1, -20, -1 + 2.061153622438558e-09, 2.061153622438558e-09, 2.061153622438558e-09},
    {"log", log, inf, inf, 0, 0},
    {"log", log, 0, -inf, inf, -inf},
    {"log1p", log1p, inf, inf, 0, 0},
    {"log1p", log1p, -1, -inf, inf, -inf},
    {"sqrt", sqrt, inf, inf, 0, 0},
    {"sqrt", sqrt, 0, 0, inf, -inf},
    {"rsqrt", rsqrt, inf, 0, 0, 0},
    {"rsqrt", rsqrt, 0, inf, -inf, inf},
    {"reciprocal", reciprocal, inf, 0, 0, 0},
    {"reciprocal", reciprocal, -inf, 0, 0, 0},
    {"reciprocal", reciprocal, 0, inf, -inf, inf},
    {"erf", erf, inf, 1, 0, 0},
    {"erf", erf, -inf, -1, 0, 0},
    {"erf", erf, far, 1, 0, 0},
    {"tanh", tanh, inf, 1, 0, 0},
    {"tanh", tanh, -inf, -1, 0, 0},
    {"sigmoid", sigmoid, inf, 1, 0, 0},
    {"sigmoid", sigmoid, -inf, 0, 0, 0},
    {"softplus", softplus, inf, inf, 1, 0},
    {"softplus", softplus, -inf, 0, 0, 0},
    {"softplus", softplus, -far, 0, 0, 0},
    {"relu", relu, inf, inf, 1, 0},
    {"relu", relu, -inf, 0, 0, 0},
    {"gelu", gelu, inf, inf, 1, 0},
    {"gelu", gelu, -inf, 0, 0, 0},
    {"gelu", gelu, far, far, 1, 0},
    {"gelu", gelu, -far, 0, 0, 0},
    {"gelu", gelu, 0, 0, 0.5, 0.7978845608028654},
    {"silu", silu, inf, inf, 1, 0},
    {"silu", silu, -inf, 0, 0, 0},
    {"silu", silu, far, far, 1, 0},
    {"silu", silu, -far, 0, 0, 0},
    {"silu", silu, 0, 0, 0.5, 0.5},
    {"abs", abs, -inf, inf, -1, 0},
    {"elu", [](const Variable& x) { return elu(x); }, -inf, -1, 0, 0},
    {"elu", [](const Variable& x) { return elu(x); }, inf, inf, 1, 0},
    {"elu", [](const Variable& x) { return elu(x, 2.0); }, -1, 2 * (0.36787944117144233 - 1), 0.7357588823428847,
     0.7357588823428847},
    {"clamp", [](const Variable& x) { return clamp(x, -1, 1); }, -inf, -1, 0, 0},
    {"clamp to inf", [](const Variable& x) { return clamp(x, 0, inf); }, inf, inf, 1, 0},
    {"pow 2", [](const Variable& x) { return pow(x, 2.0); }, 0, 0, 0, 2},
    {"pow 1", [](const Variable& x) { return pow(x, 1.0); }, inf, inf, 1, 0},
    {"pow 1", [](const Variable& x) { return pow(x, 1.0); }, 0, 0, 1, 0},
    {"pow 0", [](const Variable& x) { return pow(x, 0.0); }, 0, 1, 0, 0},
    {"pow 1/2", [](const Variable& x) { return pow(x, 0.5); }, inf, inf, 0, 0},
    {"pow -1", [](const Variable& x) { return pow(x, -1.0); }, 0, inf, -inf, inf},
    {"pow 3", [](const Variable& x) { return pow(x, 3.0); }, -2, -8, 12, -12},
};

}  // namespace

TEST_CASE("element-wise functions at the edges of their domain, orders 0 to 2") {
  with_each_isa([] {
    for (const Edge& e : edges) {
      for (const DType dtype : {DType::float32, DType::float64}) {
        CAPTURE(std::string(e.name));
        CAPTURE(e.x);
        CAPTURE(std::string(name_of(dtype)));
        Variable x = full({5}, e.x, dtype);  // a part of a vector, or a vector and a part
        x.requires_grad_();
        const Variable y = e.f(x);
        check_equal(numbers(y), std::vector<double>(5, e.value));
        const Variable first = grad(sum(y), x, {.create_graph = true, .materialize_zeros = true});
        check_equal(numbers(first), std::vector<double>(5, e.first));
        if (!first.requires_grad()) continue;
        const Variable second = grad(sum(first), x, {.materialize_zeros = true});
        check_equal(numbers(second), std::vector<double>(5, e.second));
      }
    }
  });
}

TEST_CASE("powers a^b: both gradients where a or b is 0 or infinite") {
  struct Case {
    double a, b, of_a, of_b;
  };
  for (const Case& c : std::vector<Case>{{0, 2, 0, 0},
                                         {0, 1, 1, 0},
                                         {0, 0, 0, 0},
                                         {0, -1, -inf, -inf},
                                         {0, 0.5, inf, 0},
                                         {2, 0, 0, 0.6931471805599453},
                                         {1e-310, 0, 0, std::log(1e-310)},
                                         {inf, 0, 0, inf},
                                         {inf, 1, 1, inf},
                                         {inf, 2, inf, inf},
                                         {inf, 0.5, 0, inf},
                                         {inf, -1, 0, 0},
                                         {2, 3, 12, 8 * 0.6931471805599453},
                                         {0.5, 1100, 0, 0}}) {
    CAPTURE(c.a);
    CAPTURE(c.b);
    const Variable a = tensor<double>({c.a}, {1}, true), b = tensor<double>({c.b}, {1}, true);
    const Variables g = grad(sum(pow(a, b)), {a, b});
    check_equal(numbers(g[0]), {c.of_a});
    check_equal(numbers(g[1]), {c.of_b});
  }
  // A negative base with a whole exponent has a gradient of its own; a NaN in that of the exponent is no concern of it.
  const Variable a = tensor<double>({-2}, {1}, true), b = tensor<double>({3}, {1}, true);
  const Variables g = grad(sum(pow(a, b)), {a, b});
  CHECK(numbers(g[0])[0] == 12.0);
  CHECK(std::isnan(numbers(g[1])[0]));
  // x^0 is constant, also under an infinite gradient.
  const Variable one = tensor<double>({2}, {1}, true), none = tensor<double>({0}, {1});
  CHECK(numbers(grad(sum(sqrt(pow(one, none) - 1.0)), one))[0] == 0.0);
  // Second order: (a^2)'' = 2 at 0.
  const Variable x = tensor<double>({0}, {1}, true), two = tensor<double>({2}, {1});
  const Variable first = grad(sum(pow(x, two)), x, {.create_graph = true});
  CHECK(numbers(grad(sum(first), x))[0] == 2.0);
}

TEST_CASE("infinite logits: logsumexp, softmax and log_softmax, row by row") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    with_each_isa([&] {
      Variable x = astype(tensor<double>({1, inf, -inf, -inf, -inf, 2, inf, inf, 0, 0}, {5, 2}), dtype);
      x.requires_grad_();
      const Variable y = logsumexp(x, {1});
      check_equal(numbers(y), {inf, -inf, 2, inf, std::log(2.0)});
      const Variable first = grad(sum(y), x, {.create_graph = true});
      check_equal(numbers(first), {0, 1, 0, 0, 0, 1, 0.5, 0.5, 0.5, 0.5});
      const Variable weights = astype(tensor<double>({1, 2, 3, 4, 5, 6, 7, 8, 1, 0}, {5, 2}), dtype);
      check_equal(numbers(grad(sum(first * weights), x)), {0, 0, 0, 0, 0, 0, -0.25, 0.25, 0.25, -0.25});
      // Over the other axis, and over both.
      check_equal(numbers(grad(sum(logsumexp(transpose(x), {0})), x)), {0, 1, 0, 0, 0, 1, 0.5, 0.5, 0.5, 0.5});
      check_equal(numbers(grad(logsumexp(slice(x, 0, 2, 3), {0, 1}), x)), {0, 0, 0, 0, 0, 1, 0, 0, 0, 0});

      const Variable rows = concat({slice(x, 0, 0, 1), slice(x, 0, 2, 5)}, 0);
      check_equal(numbers(softmax(rows)), {0, 1, 0, 1, 0.5, 0.5, 0.5, 0.5});
      check_equal(numbers(log_softmax(rows)),
                  {-inf, 0, -inf, 0, -std::log(2.0), -std::log(2.0), -std::log(2.0), -std::log(2.0)});
    });
  }
  CHECK(std::isnan(numbers(softmax(tensor<double>({-inf, -inf, 0, 0}, {2, 2})))[0]));
  CHECK(numbers(softmax(tensor<double>({-inf, -inf, 0, 0}, {2, 2})))[2] == 0.5);
}

TEST_CASE("masked attention: a logit of -inf takes no part, at both orders") {
  const Variable masked = tensor<double>({0.5, -inf, 1.5}, {1, 3}, true),
                 plain = tensor<double>({0.5, 1.5}, {1, 2}, true);
  const auto derivatives = [](const Variable& x, const Variable& v) {
    const Variable first = grad(sum(square(matmul(softmax(x), v))), x, {.create_graph = true});
    return Variables{first.detach(), grad(sum(square(first)), x)};
  };
  const Variables a = derivatives(masked, tensor<double>({2, 7, -1}, {3, 1}));
  const Variables b = derivatives(plain, tensor<double>({2, -1}, {2, 1}));
  for (std::size_t i = 0; i < 2; ++i) {
    const auto of_plain = numbers(b[i]);
    check_equal(numbers(a[i]), {of_plain[0], 0, of_plain[1]});
  }
  // An infinite gradient at the masked element does not reach the others.
  const auto g = numbers(grad(sum(sqrt(softmax(masked))), masked));
  CHECK(g[1] == 0.0);
  CHECK(std::isfinite(g[0]));
  const auto of_loss = numbers(grad(nn::cross_entropy(masked, tensor<std::int64_t>({2}, {1})), masked));
  const double p = 1 / (1 + std::exp(1.0));
  check_equal(of_loss, {p, 0, -p});
}

TEST_CASE("binary cross entropy of certain targets is exact at infinite logits") {
  const Variable x = tensor<double>({inf, -inf, inf, -inf, 0}, {5}, true), t = tensor<double>({1, 0, 0, 1, 0.5}, {5});
  const Variable loss = nn::bce_with_logits(x, t, nn::Reduction::none);
  check_equal(numbers(loss), {0, 0, inf, inf, std::log(2.0)});
  const Variable first = grad(sum(loss), x, {.create_graph = true});
  check_equal(numbers(first), {0, 0, 1, -1, 0});
  check_equal(numbers(grad(sum(first), x)), {0, 0, 0, 0, 0.25});
}

TEST_CASE("interpolation does not take in pixels of weight 0") {
  Variable x = tensor<double>({1, inf, 3, 4}, {1, 4}, true);
  const auto y = numbers(upsample_bilinear(x, {1, 8}));
  CHECK(y[0] == 1.0);
  CHECK(y[1] == inf);
  CHECK(y[7] == 4.0);
  for (const double v : y) CHECK(!std::isnan(v));
  check_equal(numbers(upsample_bilinear(tensor<double>({1, inf, 3}, {1, 3}), {1, 5}, true)), {1, inf, inf, inf, 3});
}
