// SPDX-License-Identifier: BSD-3-Clause
// Results that are in range while numbers on the way to them are not: norms, deviations, means, products,
// normalisations and optimisers, against closed forms and against the same at a tame scale.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/compile.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

#include "compile_support.h"
#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<double> numbers(const Variable& x) { return x.array().to_vector<double>(); }

double tolerance_of(DType dtype) { return dtype == DType::float32 ? 2e-5 : 1e-12; }

/// Powers of two whose squares leave the range of the dtype on either side.
std::vector<int> far_exponents(DType dtype) {
  return dtype == DType::float32 ? std::vector<int>{100, -90} : std::vector<int>{900, -800};
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected, double factor, DType dtype) {
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  for (const double e : expected) largest = std::max(largest, std::abs(e * factor));
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(found[i] - expected[i] * factor) <= tolerance_of(dtype) * largest);
  }
}

/// f is homogeneous of the given degree: at 2^k x, f, its gradient and its Hessian times weights are those at x times
/// 2^(k degree), 2^(k (degree - 1)) and 2^(k (degree - 2)).
void check_homogeneous(const std::function<Variable(const Variable&)>& f, const Shape& shape, int degree) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CAPTURE(std::string(name_of(dtype)));
    Generator g(5);
    const Variable tame = normal(shape, 0.5, 1.0, DType::float64, g), weights = normal(shape, 0.0, 1.0, dtype, g);
    const auto derivatives = [&](const Variable& at) {
      Variable x = at.detach();
      x.requires_grad_();
      const Variable y = f(x);
      const Variable first = grad(sum(y), x, {.create_graph = true});
      return Variables{y.detach(), first.detach(), grad(sum(first * weights), x)};
    };
    const Variables reference = derivatives(astype(tame, dtype));
    for (const int k : far_exponents(dtype)) {
      CAPTURE(k);
      const Variables far = derivatives(astype(tame * std::ldexp(1.0, k), dtype));
      for (int order = 0; order < 3; ++order) {
        CAPTURE(order);
        check_close(numbers(far[static_cast<std::size_t>(order)]), numbers(reference[static_cast<std::size_t>(order)]),
                    std::ldexp(1.0, k * (degree - order)), dtype);
      }
    }
  }
}

}  // namespace

TEST_CASE("norms of numbers whose squares leave the range, with gradients of both orders") {
  for (const auto& [v, length] : {std::pair{std::vector<float>{1e20F, 1e20F}, 1.41421356e20},
                                  std::pair{std::vector<float>{3e-25F, 4e-25F}, 5e-25}}) {
    const Variable x = tensor<float>(v, {2}, true);
    const Variable n = norm(x);
    CHECK(n.item() == doctest::Approx(length).epsilon(1e-6).scale(0));
    const Variable g = grad(n, x, {.create_graph = true});
    const double c = v[0] / length, s = v[1] / length;
    check_close(numbers(g), {c, s}, 1.0, DType::float32);
    check_close(numbers(grad(select(g, 0, 0), x)), {s * s, -s * c}, 1.0 / length, DType::float32);
  }
}

TEST_CASE("norm and stddev in every layout and on every instruction set") {
  with_each_isa([] {
    for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{2}, Axes{0, 2}, Axes{1, 2}, Axes{0, 1}}) {
      CAPTURE(axes.size());
      check_homogeneous([&](const Variable& x) { return norm(x, axes); }, Shape{3, 5, 7}, 1);
      check_homogeneous([&](const Variable& x) { return stddev(x, axes, true); }, Shape{3, 5, 7}, 1);
    }
  });
  check_homogeneous([](const Variable& x) { return norm(x); }, Shape{300, 700}, 1);
}

TEST_CASE("only what left the range is computed anew: its neighbours keep their bits") {
  Generator draws(1);
  const Variable x = uniform({64, 33}, -1.0, 1.0, DType::float32, draws);
  const Variable before = norm(x, {1});
  Array mixed = x.array();
  mixed.mutable_data<float>()[0] = 3e30F;
  const Variable after = norm(Variable(mixed), {1});
  CHECK(numbers(after)[0] == doctest::Approx(3e30));
  for (std::size_t i = 1; i < 64; ++i) CHECK(numbers(after)[i] == numbers(before)[i]);
}

TEST_CASE("norm with infinities, NaN, and an eps below the dtype") {
  const Variable x = tensor<float>({static_cast<float>(inf), 1, 0, 0}, {2, 2}, true);
  const Variable n = norm(x, {1});
  CHECK(numbers(n) == std::vector<double>{inf, 0});
  CHECK(numbers(grad(sum(n), x))[1] == 0.0);
  CHECK(std::isnan(norm(tensor<float>({std::nanf(""), 1e30F}, {2})).item()));
  const Variable zero = tensor<float>({0, 0}, {2}, true);
  const Variable smooth = norm(zero, {}, false, 1e-50);
  CHECK(smooth.item() == doctest::Approx(1e-25).epsilon(1e-6).scale(0));
  const Variable g = grad(smooth, zero, {.create_graph = true});
  CHECK(numbers(g) == std::vector<double>{0, 0});
  CHECK(numbers(grad(sum(g), zero))[0] == doctest::Approx(1e25));
  const Variable tiny = tensor<double>({0, 0}, {2}, true);
  CHECK(norm(tiny, {}, false, 1e-320).item() == doctest::Approx(std::sqrt(1e-320)).epsilon(1e-12).scale(0));
  CHECK(norm(tensor<double>({5e-324, 0}, {2})).item() == 5e-324);
}

TEST_CASE("means and variances whose sums overflow") {
  const Variable x = tensor<float>({3e38F, 3e38F, 3e38F, -3e38F}, {2, 2}, true);
  check_close(numbers(mean(x, {1})), {3e38, 0}, 1.0, DType::float32);
  CHECK(numbers(grad(mean(x), x)) == std::vector<double>{0.25, 0.25, 0.25, 0.25});
  CHECK(mean(tensor<double>({1.5e308, 1.5e308, 1.5e308}, {3})).item() == doctest::Approx(1.5e308));
  CHECK(mean(tensor<double>({inf, 1}, {2})).item() == inf);
  CHECK(std::isnan(mean(zeros({0})).item()));
  std::vector<float> values(1000, 1e18F);
  for (std::size_t i = 0; i < 500; ++i) values[i] = -1e18F;
  CHECK(var(tensor<float>(values, {1000}), {}, false, 0.0).item() == doctest::Approx(1e36));
  CHECK(stddev(tensor<float>({1e30F, -1e30F}, {2}), {}, false, 0.0).item() == doctest::Approx(1e30));
  CHECK(var(tensor<float>({4096.25F, 4096.75F}, {2}), {}, false, 0.0).item() == doctest::Approx(0.0625));
}

TEST_CASE("products whose partial products leave the range") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    CAPTURE(std::string(name_of(dtype)));
    for (const std::int64_t half : {140, 3000}) {
      CAPTURE(half);
      std::vector<double> v(static_cast<std::size_t>(2 * half), 2.0);
      for (std::int64_t i = 0; i < half; ++i) v[static_cast<std::size_t>(i)] = 0.5;
      Variable x = astype(tensor<double>(v, {2 * half}), dtype);
      x.requires_grad_();
      const Variable y = prod(x);
      CHECK(y.item() == 1.0);
      const Variable first = grad(y, x, {.create_graph = true});
      for (std::size_t i = 0; i < v.size(); ++i) REQUIRE(numbers(first)[i % 7] == 1.0 / v[i % 7]);
      CHECK(numbers(first).front() == 2.0);
      CHECK(numbers(first).back() == 0.5);
      // d2/dx_0 dx_k = 1 / (x_0 x_k) but 0 for k = 0.
      const auto second = numbers(grad(select(first, 0, 0), x, {.create_graph = true}));
      CHECK(second[0] == 0.0);
      CHECK(second[1] == 4.0);
      CHECK(second.back() == 1.0);
      // Twos first: the running products overflow instead.
      const Variable backwards = flip(x);
      CHECK(prod(backwards).item() == 1.0);
      const Variable running = cumprod(x, 0);
      CHECK(numbers(running).back() == 1.0);
      CHECK(numbers(running)[1] == 0.25);
      const Variable g = grad(select(running, 0, 2 * half - 1), x, {.create_graph = true});
      CHECK(numbers(g).front() == 2.0);
      CHECK(numbers(g).back() == 0.5);
      CHECK(numbers(grad(select(g, 0, 0), x))[1] == 4.0);
    }
  }
}

TEST_CASE("products with zeros, infinities, and a whole that is out of range") {
  const Variable x = tensor<float>({0, 1e30F, 1e30F, 1e-30F, 1e-30F}, {5}, true);
  CHECK(prod(x).item() == 0.0);
  const Variable g = grad(prod(x), x, {.create_graph = true});
  check_close(numbers(g), {1, 0, 0, 0, 0}, 1.0, DType::float32);
  CHECK(numbers(grad(select(g, 0, 0), x))[1] == doctest::Approx(1e-30).epsilon(1e-5).scale(0));
  const Variable large = tensor<float>({1e30F, 1e30F}, {2}, true), small = tensor<float>({1e-30F, 1e-30F}, {2}, true);
  CHECK(prod(large).item() == inf);
  check_close(numbers(grad(prod(large), large)), {1e30, 1e30}, 1.0, DType::float32);
  CHECK(prod(small).item() == 0.0);
  check_close(numbers(grad(prod(small), small)), {1e-30, 1e-30}, 1.0, DType::float32);
  CHECK(prod(tensor<double>({inf, -2}, {2})).item() == -inf);
  CHECK(std::isnan(prod(tensor<double>({inf, 0}, {2})).item()));
  CHECK(prod(tensor<double>({1e-200, 1e-200, 1e200, 1e200}, {4})).item() == doctest::Approx(1.0));
  CHECK(cumprod(tensor<double>({1e-200, 1e-200, 1e200, 1e200}, {4}), 0).array().to_vector<double>()[3] ==
        doctest::Approx(1.0));
}

TEST_CASE("normalisations of numbers whose squares leave the range") {
  const auto layer = [](auto make, const Shape& shape) {
    for (const DType dtype : {DType::float32, DType::float64}) {
      CAPTURE(std::string(name_of(dtype)));
      auto module = make(dtype);
      Generator g(9);
      const Variable tame = normal(shape, 0.0, 1.0, DType::float64, g), weights = normal(shape, 0.0, 1.0, dtype, g),
                     above = normal(shape, 0.0, 1.0, dtype, g);
      const auto derivatives = [&](const Variable& at) {
        Variable x = at.detach();
        x.requires_grad_();
        const Variable y = (*module)(x);
        const Variable first = grad(sum(y * above), x, {.create_graph = true});
        return Variables{y.detach(), first.detach(), grad(sum(first * weights), x)};
      };
      // eps counts for nothing at either of these scales, so that y does not depend on the scale at all.
      const int near = 12, far = dtype == DType::float32 ? 80 : 700;
      const Variables a = derivatives(astype(tame * std::ldexp(1.0, near), dtype));
      const Variables b = derivatives(astype(tame * std::ldexp(1.0, far), dtype));
      for (int order = 0; order < 2; ++order) {
        CAPTURE(order);
        const auto i = static_cast<std::size_t>(order);
        const auto found = numbers(b[i]), expected = numbers(a[i]);
        const double factor = std::ldexp(1.0, -order * (far - near));
        double largest = 0;
        for (const double e : expected) largest = std::max(largest, std::abs(e * factor));
        for (std::size_t k = 0; k < found.size(); ++k)
          CHECK(std::abs(found[k] - expected[k] * factor) <= 1e-4 * largest);
      }
      for (const double v : numbers(b[2])) CHECK(std::isfinite(v));
    }
  };
  with_each_isa([&] {
    layer(
        [](DType d) {
          return std::make_unique<nn::LayerNorm>(Shape{6, 5}, nn::LayerNormOptions{.dtype = d});
        },
        {4, 6, 5});
    layer([](DType d) { return std::make_unique<nn::GroupNorm>(2, 4, nn::GroupNormOptions{.dtype = d}); },
          {3, 4, 5, 5});
    layer([](DType d) { return std::make_unique<nn::BatchNorm2d>(3, nn::BatchNormOptions{.dtype = d}); }, {3, 3, 5, 5});
    layer([](DType d) { return std::make_unique<nn::BatchNorm1d>(3, nn::BatchNormOptions{.dtype = d}); }, {7, 3});
    layer([](DType d) { return std::make_unique<nn::InstanceNorm2d>(3, nn::InstanceNormOptions{.dtype = d}); },
          {2, 3, 5, 5});
  });
}

TEST_CASE("weight normalisation keeps lengths at any scale") {
  for (const float scale : {1e25F, 1e-25F}) {
    nn::Linear inner(2, 1);
    Variable(inner.weight).set_array(Array::from<float>({3 * scale, 4 * scale}, {1, 2}));
    const auto layer = nn::weight_norm(std::move(inner));
    CHECK(layer.weight_g.item() == doctest::Approx(5 * scale).epsilon(1e-6).scale(0));
    check_close(numbers(layer.effective_weight()), {3, 4}, scale, DType::float32);
  }
}

TEST_CASE("joint norms and clipping at any scale") {
  for (const double scale : {1e200, 1e-200}) {
    for (const double p : {2.0, 3.0, 1.0, inf}) {
      CAPTURE(p);
      const Variables xs = {tensor<double>({3 * scale}, {1}), tensor<double>({4 * scale}, {1})};
      const double expected = p == inf ? 4 : std::pow(std::pow(3, p) + std::pow(4, p), 1 / p);
      CHECK(optim::total_norm(xs, p).item() == doctest::Approx(expected * scale).epsilon(1e-12).scale(0));
    }
  }
  Variables grads = {tensor<double>({3e200, 4e200}, {2})};
  optim::clip_norm_(grads, 5.0);
  check_close(numbers(grads[0]), {3, 4}, 1.0, DType::float64);
  CHECK(optim::total_norm({tensor<double>({0, 0}, {2})}).item() == 0.0);
  CHECK(std::isnan(optim::total_norm({tensor<double>({1, std::nan("")}, {2})}).item()));
}

TEST_CASE("optimisers do not divide by an eps that is 0 in their dtype") {
  with_each_isa([] {
    for (const DType dtype : {DType::float32, DType::float64}) {
      for (const double eps : {1e-50, 0.0, 1e-8}) {
        CAPTURE(eps);
        const auto moved = [&](auto make) {
          Variable p = astype(tensor<double>({1, 1}, {2}), dtype);
          p.requires_grad_();
          auto optimizer = make(Variables{p});
          optimizer.step({astype(tensor<double>({0, 2}, {2}), dtype)});
          return numbers(p);
        };
        const auto adam = moved([&](Variables p) { return optim::Adam(p, {.lr = 0.5, .eps = eps}); });
        CHECK(adam[0] == 1.0);
        CHECK(adam[1] == doctest::Approx(0.5));
        const auto rmsprop =
            moved([&](Variables p) { return optim::RMSprop(p, {.lr = 0.5, .alpha = 0.0, .eps = eps}); });
        CHECK(rmsprop[0] == 1.0);
        CHECK(rmsprop[1] == doctest::Approx(0.5));
      }
    }
  });
}

TEST_CASE("a step recorded on tame numbers is replayed on far ones, to the bit") {
  Compiled::Function step = [](const Variables& in) {
    Variable x = in[0].detach();
    x.requires_grad_();
    Variables results = {norm(x, {1}), stddev(x, {1}), mean(x), var(x, {1}), prod(x, {1}), cumprod(x, 1)};
    Variable total = zeros({}, x.dtype());
    for (const Variable& r : results) total = total + sum(sqrt(abs(r)));
    const Variable first = grad(total, x, {.create_graph = true});
    results.push_back(first);
    results.push_back(grad(sum(first), x));
    for (Variable& r : results) r = r.detach();
    return results;
  };
  Compiled compiled = compile(step);
  for (const int exponent : {0, 100, -90, 0, 126}) {
    CAPTURE(exponent);
    const Variable x = batch({4, 6}, exponent) * std::ldexp(1.0, exponent);
    const Variables eager = step({x}), replayed = compiled({x});
    for (std::size_t i = 0; i < eager.size(); ++i) CHECK(same<float>(eager[i].array(), replayed[i].array()));
  }
}

TEST_CASE("a quotient by a number whose reciprocal is out of range") {
  const Variable x = tensor<float>({1e-40F, 0, 1}, {3}, true);
  const auto y = numbers(x / 1e-40);
  CHECK(y[0] == doctest::Approx(1.0));
  CHECK(y[1] == 0.0);
  CHECK(y[2] == inf);
  CHECK(numbers(tensor<float>({1e38F}, {1}) / 2e38)[0] == 0.5);
  CHECK(numbers(tensor<double>({1e-310, 0}, {2}) / 1e-310) == std::vector<double>{1, 0});
}
