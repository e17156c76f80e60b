// SPDX-License-Identifier: BSD-3-Clause
// What is cut off gets a gradient of exactly 0, whatever comes from above: functions with flat pieces under functions
// whose derivative there is infinite or NaN, at both orders, eager and replayed, on every instruction set.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/compile.h>
#include <xgrad/nn/nn.h>

#include "compile_support.h"
#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

using Function = std::function<Variable(const Variable&)>;

/// A function on top, with its derivatives; at 0 they are infinite or NaN.
struct Top {
  const char* name;
  Variable (*f)(const Variable&);
  double (*first)(double);
  double (*second)(double);
};

const Top tops[] = {
    {"sqrt", [](const Variable& x) { return sqrt(x); }, [](double y) { return 0.5 / std::sqrt(y); },
     [](double y) { return -0.25 / (y * std::sqrt(y)); }},
    {"log", [](const Variable& x) { return log(x); }, [](double y) { return 1 / y; },
     [](double y) { return -1 / (y * y); }},
    {"reciprocal", [](const Variable& x) { return reciprocal(x); }, [](double y) { return -1 / (y * y); },
     [](double y) { return 2 / (y * y * y); }},
    {"rsqrt", [](const Variable& x) { return rsqrt(x); }, [](double y) { return -0.5 / (y * std::sqrt(y)); },
     [](double y) { return 0.75 / (y * y * std::sqrt(y)); }},
    {"pow -1.5", [](const Variable& x) { return pow(x, -1.5); }, [](double y) { return -1.5 * std::pow(y, -2.5); },
     [](double y) { return 3.75 * std::pow(y, -3.5); }},
};

/// Piecewise linear: what it gives, and the slope with which each element of x enters; 0 where it is cut off.
struct Cut {
  const char* name;
  Function f;
  std::vector<double> x;
  std::vector<double> slopes;
  std::vector<double> values = {};  ///< f at the elements with a slope; x times slope unless given
};

Variable constant(const Variable& like, double value) { return full({}, value, like.dtype()); }

std::vector<Cut> cuts() {
  const Variable second = tensor<std::int64_t>({1}, {1}), turned = tensor<std::int64_t>({2, 0, 1}, {3});
  const auto pieces = [](const Variable& x) { return reshape(x, {2, 2}); };
  return {
      {"relu", [](const Variable& x) { return relu(x); }, {-1, 0, 4, -inf, 2}, {0, 0, 1, 0, 1}},
      {"leaky_relu, slope 0", [](const Variable& x) { return leaky_relu(x, 0.0); }, {-1, 4, -inf}, {0, 1, 0}},
      {"ReLU6",
       [](const Variable& x) { return 6.0 - clamp(x, 0.0, 6.0); },
       {7, inf, 5, 2},
       {0, 0, -1, -1},
       {0, 0, 1, 4}},
      {"elu, alpha 0", [](const Variable& x) { return elu(x, 0.0); }, {-1, 4, -inf}, {0, 1, 0}},
      {"1 + elu", [](const Variable& x) { return 1.0 + elu(x); }, {-2000, 3, -inf}, {0, 1, 0}, {0, 4, 0}},
      {"sigmoid", [](const Variable& x) { return sigmoid(x); }, {-2000, -inf}, {0, 0}},
      {"1 - sigmoid", [](const Variable& x) { return 1.0 - sigmoid(x); }, {50, inf}, {0, 0}},
      {"1 - tanh", [](const Variable& x) { return 1.0 - tanh(x); }, {50, inf}, {0, 0}},
      {"1 + erf", [](const Variable& x) { return 1.0 + erf(x); }, {-50, -inf}, {0, 0}},
      {"softplus", [](const Variable& x) { return softplus(x); }, {-2000, -inf}, {0, 0}},
      {"gelu", [](const Variable& x) { return gelu(x); }, {-100, -inf}, {0, 0}},
      {"silu", [](const Variable& x) { return silu(x); }, {-2000, -inf}, {0, 0}},
      {"clamp", [](const Variable& x) { return clamp(x, 0.0, 4.0); }, {-1, 2, -inf}, {0, 1, 0}},
      {"clamp from above", [](const Variable& x) { return clamp(x, -4.0, 0.0); }, {1, inf}, {0, 0}},
      {"maximum", [](const Variable& x) { return maximum(x, constant(x, 0)); }, {-1, 4, -inf}, {0, 1, 0}},
      {"maximum, other side", [](const Variable& x) { return maximum(constant(x, 0), x); }, {-1, 4}, {0, 1}},
      {"minimum", [](const Variable& x) { return -minimum(-x, constant(x, 0)); }, {-1, 4}, {0, 1}},
      {"abs at 0", [](const Variable& x) { return abs(x); }, {0, -4, 2}, {0, -1, 1}},
      {"where", [](const Variable& x) { return where(x > constant(x, 1), x, constant(x, 0)); }, {-1, 4, 0}, {0, 1, 0}},
      {"max", [](const Variable& x) { return max(x) - constant(x, 4); }, {1, 4.25, -1}, {0, 1, 0}, {0, 0.25, 0}},
      {"max of zeros",
       [](const Variable& x) {
         return max(pad(x, {{1, 0}}), {0});
       },
       {-1, -2},
       {0, 0}},
      {"min", [](const Variable& x) { return min(x); }, {7, 4, 5}, {0, 1, 0}},
      {"max over an axis", [=](const Variable& x) { return max(pieces(x), {1}); }, {0, -1, 4, 3}, {1, 0, 1, 0}},
      {"sorted, the last cut",
       [](const Variable& x) { return slice(sort(x, 0, true).values, 0, 0, 1); },
       {0, 4, 2},
       {0, 1, 0}},
      {"topk", [](const Variable& x) { return topk(x, 1, 0).values; }, {0, 4, 2}, {0, 1, 0}},
      {"slice", [](const Variable& x) { return slice(x, 0, 1, 2); }, {0, 4, -1}, {0, 1, 0}},
      {"pad",
       [](const Variable& x) {
         return pad(x, {{-1, 2}});
       },
       {3, 4},
       {0, 1}},
      {"tril", [=](const Variable& x) { return tril(pieces(x)); }, {4, 9, 4, 4}, {1, 0, 1, 1}},
      {"diagonal", [=](const Variable& x) { return diagonal(pieces(x)); }, {4, 0, 0, 4}, {1, 0, 0, 1}},
      {"max_pool2d",
       [=](const Variable& x) {
         return max_pool2d(reshape(x, {1, 1, 2, 2}), {2, 2});
       },
       {0, 4, 2, -1},
       {0, 1, 0, 0}},
      {"gather", [=](const Variable& x) { return gather(x, 0, second); }, {0, 4, 2}, {0, 1, 0}},
      {"scatter_add",
       [=](const Variable& x) { return slice(scatter_add(x, Shape{3}, 0, turned), 0, 0, 1); },
       {0, 4, 2},
       {0, 1, 0}},
      {"prod with a zero",
       [](const Variable& x) {
         return prod(stack({x, zeros_like(x)}), {0});
       },
       {2, 3, 4},
       {0, 0, 0}},
  };
}

/// Sum of the finite part of what `top` gives, and first- and second-order gradients.
Variables derivatives(const Function& f, const Top& top, const Variable& x) {
  const Variable first = grad(sum(top.f(f(x))), x, {.create_graph = true});
  return {first.detach(), grad(sum(first), x, {.materialize_zeros = true})};
}

void check(const Cut& cut, const Top& top, DType dtype, const Variables& found) {
  const double tolerance = dtype == DType::float32 ? 1e-5 : 1e-13;
  const auto first = found[0].array().to_vector<double>(), second = found[1].array().to_vector<double>();
  for (std::size_t i = 0; i < cut.x.size(); ++i) {
    CAPTURE(i);
    const double slope = cut.slopes[i];
    if (slope == 0.0) {
      CHECK(first[i] == 0.0);
      CHECK(second[i] == 0.0);
      continue;
    }
    const double y = cut.values.empty() ? cut.x[i] * slope : cut.values[i];
    if (y == 0.0) continue;  // the kept element itself is where the function above has no derivative
    CHECK(first[i] == doctest::Approx(top.first(y) * slope).epsilon(tolerance));
    CHECK(second[i] == doctest::Approx(top.second(y)).epsilon(tolerance));
  }
}

}  // namespace

TEST_CASE("the gradient of what is cut off is 0 under sqrt, log and powers, at both orders") {
  with_each_isa([] {
    for (const Cut& cut : cuts()) {
      for (const Top& top : tops) {
        for (const DType dtype : {DType::float32, DType::float64}) {
          CAPTURE(std::string(cut.name));
          CAPTURE(std::string(top.name));
          CAPTURE(std::string(name_of(dtype)));
          Variable x = astype(tensor<double>(cut.x, {static_cast<std::int64_t>(cut.x.size())}), dtype);
          x.requires_grad_();
          check(cut, top, dtype, derivatives(cut.f, top, x));
        }
      }
    }
  });
}

TEST_CASE("a replayed step masks as the eager one does") {
  for (const Cut& cut : cuts()) {
    for (const Top& top : tops) {
      CAPTURE(std::string(cut.name));
      CAPTURE(std::string(top.name));
      Compiled step = compile([&](const Variables& in) {
        Variable x = in[0].detach();
        x.requires_grad_();
        return derivatives(cut.f, top, x);
      });
      const Variable x = tensor<double>(cut.x, {static_cast<std::int64_t>(cut.x.size())});
      const Variables eager = step({x}), replayed = step({x});
      check(cut, top, DType::float64, replayed);
      for (std::size_t i = 0; i < 2; ++i) {
        const auto a = eager[i].array().to_vector<double>(), b = replayed[i].array().to_vector<double>();
        for (std::size_t k = 0; k < a.size(); ++k) CHECK((a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]))));
      }
    }
  }
}

TEST_CASE("a NaN or infinite gradient from above does not pass a mask, nor an element's neighbours") {
  const Variable above = tensor<double>({undefined, inf, undefined, 3}, {4});
  for (const Cut& cut : cuts()) {
    if (cut.x.size() != 3) continue;
    CAPTURE(std::string(cut.name));
    Variable x = tensor<double>(cut.x, {3}, true);
    const Variable y = cut.f(x);
    const Variable g = y.shape() == x.shape() ? slice(above, 0, 0, 3) : expand(constant(x, undefined), y.shape());
    const auto found = grad(sum(y * g), x).array().to_vector<double>();
    for (std::size_t i = 0; i < 3; ++i) {
      if (cut.slopes[i] == 0.0) CHECK(found[i] == 0.0);
    }
  }
}

TEST_CASE("dropout selects: what is dropped is 0 and gets no gradient, whatever it was") {
  for (const double p : {0.5, 1.0}) {
    nn::Dropout layer(p, Generator(3)), twin(p, Generator(3));
    const std::int64_t n = 64;
    const auto kept = twin(ones({n}, DType::float64)).array().to_vector<double>();
    std::vector<double> values(static_cast<std::size_t>(n), 2.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (kept[i] == 0.0) values[i] = i % 3 == 0 ? inf : i % 3 == 1 ? undefined : -1.0;
    }
    const Variable x = tensor<double>(values, {n}, true);
    const Variable y = layer(x);
    const Variable first = grad(sum(sqrt(y)), x, {.create_graph = true});
    const auto of_y = y.array().to_vector<double>(), of_x = first.array().to_vector<double>();
    const auto second = grad(sum(first), x, {.materialize_zeros = true}).array().to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      CHECK(of_y[i] == (kept[i] == 0.0 ? 0.0 : 4.0));
      CHECK(of_x[i] == doctest::Approx(kept[i] == 0.0 ? 0.0 : 0.5));
      CHECK(second[i] == doctest::Approx(kept[i] == 0.0 ? 0.0 : -0.125));
    }
  }
}

TEST_CASE("maxout and its pieces: the pieces that lose get no gradient") {
  nn::Maxout layer(1, 1, 2);
  const Variables parameters = layer.parameters();
  Variable weight = parameters[0], bias = parameters[1];
  weight.set_array(Array::from<float>({0, 1}, {2, 1}));
  bias.set_array(Array::from<float>({0, -5}, {2}));
  const Variable x = tensor<float>({1}, {1, 1});
  const Variable y = layer(x);
  CHECK(y.item() == 0.0);
  const auto g = grad(sum(sqrt(y)), bias).array().to_vector<double>();
  CHECK(g[0] == inf);
  CHECK(g[1] == 0.0);
}

TEST_CASE("norms and recurrences: subgradients are 0 under an infinite gradient") {
  const Variable x = tensor<double>({0, 0, 3, 4}, {2, 2}, true);
  const Variable first = grad(sum(sqrt(norm(x, {1}))), x, {.create_graph = true});
  const auto g = first.array().to_vector<double>(), h = grad(sum(first), x).array().to_vector<double>();
  for (const std::size_t i : {0u, 1u}) {
    CHECK(g[i] == 0.0);
    CHECK(h[i] == 0.0);
  }
  CHECK(g[2] == doctest::Approx(0.6 * 0.5 / std::sqrt(5.0)));
  const Variable s = tensor<double>({2, 2, 1, 5}, {2, 2}, true);
  CHECK(grad(sum(sqrt(stddev(s, {1}))), s).array().to_vector<double>()[0] == 0.0);
  // a_0 is not read.
  const Variable a = tensor<double>({7, 2}, {2}, true), b = tensor<double>({0, 1}, {2}, true);
  CHECK(grad(sum(sqrt(linear_recurrence(a, b, 0))), a).array().to_vector<double>()[0] == 0.0);
}
