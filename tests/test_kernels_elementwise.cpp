// SPDX-License-Identifier: BSD-3-Clause
// Element-wise kernels against libm in wider precision and xtensor's broadcasting, on every instruction set.
#include <functional>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/xtensor.h>

#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;
using kernels::Binary;
using kernels::Unary;

namespace {

using Oracle = std::function<long double(long double, double)>;

struct UnaryCase {
  const char* name;
  Unary f;
  double low, high, p;
  double ulps32, ulps64;  ///< largest error allowed, in units of the last place of the true value
  Oracle oracle;
};

long double phi(long double x) { return 0.5L * x * std::erfc(-x * 0.70710678118654752440L); }

const std::vector<UnaryCase>& unary_cases() {
  static const std::vector<UnaryCase> cases = {
      {"neg", Unary::neg, -9, 9, 0, 0, 0, [](long double x, double) { return -x; }},
      {"abs", Unary::abs, -9, 9, 0, 0, 0, [](long double x, double) { return std::fabs(x); }},
      {"sign", Unary::sign, -9, 9, 0, 0, 0, [](long double x, double) { return x > 0   ? 1.0L
                                                                               : x < 0 ? -1.0L
                                                                                       : 0.0L; }},
      {"square", Unary::square, -9, 9, 0, 0.5, 0.5, [](long double x, double) { return x * x; }},
      {"exp", Unary::exp, -80, 80, 0, 1.5, 1.5, [](long double x, double) { return std::exp(x); }},
      {"exp narrow", Unary::exp, -2, 2, 0, 1.5, 1.5, [](long double x, double) { return std::exp(x); }},
      {"exp to the subnormals", Unary::exp, -745, 0, 0, 1.5, 1.5, [](long double x, double) { return std::exp(x); }},
      {"log", Unary::log, 1e-30, 4, 0, 1.5, 1.5, [](long double x, double) { return std::log(x); }},
      {"log far", Unary::log, 1, 1e30, 0, 1.5, 1.5, [](long double x, double) { return std::log(x); }},
      {"log1p", Unary::log1p, -0.9, 3, 0, 2, 2, [](long double x, double) { return std::log1p(x); }},
      {"log1p near 0", Unary::log1p, -1e-3, 1e-3, 0, 2, 2, [](long double x, double) { return std::log1p(x); }},
      {"expm1", Unary::expm1, -20, 20, 0, 3, 3, [](long double x, double) { return std::expm1(x); }},
      {"expm1 near 0", Unary::expm1, -1e-3, 1e-3, 0, 3, 3, [](long double x, double) { return std::expm1(x); }},
      {"sqrt", Unary::sqrt, 0, 9, 0, 0.5, 0.5, [](long double x, double) { return std::sqrt(x); }},
      {"rsqrt", Unary::rsqrt, 1e-3, 9, 0, 1.5, 1.5, [](long double x, double) { return 1 / std::sqrt(x); }},
      {"reciprocal", Unary::reciprocal, 1e-3, 9, 0, 0.5, 0.5, [](long double x, double) { return 1 / x; }},
      {"sin", Unary::sin, -100, 100, 0, 1, 1, [](long double x, double) { return std::sin(x); }},
      {"cos", Unary::cos, -100, 100, 0, 1, 1, [](long double x, double) { return std::cos(x); }},
      {"erf", Unary::erf, -4, 4, 0, 3, 3, [](long double x, double) { return std::erf(x); }},
      {"tanh", Unary::tanh, -10, 10, 0, 4, 3, [](long double x, double) { return std::tanh(x); }},
      {"tanh near 0", Unary::tanh, -1e-2, 1e-2, 0, 4, 3, [](long double x, double) { return std::tanh(x); }},
      {"sigmoid", Unary::sigmoid, -60, 60, 0, 3, 3, [](long double x, double) { return 1 / (1 + std::exp(-x)); }},
      {"softplus", Unary::softplus, -60, 60, 0, 3, 3,
       [](long double x, double) { return std::fmax(x, 0.0L) + std::log1p(std::exp(-std::fabs(x))); }},
      {"relu", Unary::relu, -9, 9, 0, 0, 0, [](long double x, double) { return std::fmax(x, 0.0L); }},
      {"leaky_relu", Unary::leaky_relu, -9, 9, 0.25, 0.5, 0.5,
       [](long double x, double p) { return x > 0 ? x : x * p; }},
      {"elu", Unary::elu, -9, 9, 1.5, 4, 4, [](long double x, double p) { return x > 0 ? x : p * std::expm1(x); }},
      {"gelu", Unary::gelu, 0, 9, 0, 4, 4, [](long double x, double) { return phi(x); }},
      {"silu", Unary::silu, -60, 60, 0, 4, 4, [](long double x, double) { return x / (1 + std::exp(-x)); }},
      {"pow", Unary::pow, 0.01, 9, 2.5, 1, 1, [](long double x, double p) { return std::pow(x, (long double)p); }},
      {"floor", Unary::floor, -9, 9, 0, 0, 0, [](long double x, double) { return std::floor(x); }},
      {"affine", Unary::affine, -9, 9, 0.5, 0.5, 0.5, [](long double x, double p) { return p * x; }},
  };
  return cases;
}

template <class T>
void check_unary(const UnaryCase& c) {
  const Array x = spread<T>({5003}, c.low, c.high);
  Array y(x.shape(), dtype_of<T>);
  kernels::unary(c.f, x, y, c.p, 0);
  double worst = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const long double want = c.oracle(x.data<T>()[i], c.p);
    const T rounded = static_cast<T>(want);
    const T magnitude = std::max(std::abs(rounded), std::numeric_limits<T>::min());
    const long double ulp = std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude;
    worst = std::max(worst, static_cast<double>(std::fabs(y.data<T>()[i] - want) / ulp));
  }
  CAPTURE(std::string(c.name));
  CAPTURE(sizeof(T));
  CHECK(worst <= (sizeof(T) == 4 ? c.ulps32 : c.ulps64) + 0.01);

  // A value does not depend on its position or neighbours.
  for (std::int64_t i : {0, 1, 63, 64, 5001, 5002}) {
    const Array one = Array::from({x.data<T>()[i]}, {1});
    Array z({1}, dtype_of<T>);
    kernels::unary(c.f, one, z, c.p, 0);
    CHECK(z.data<T>()[0] == y.data<T>()[i]);
  }
}

template <class T>
void check_special() {
  constexpr T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const auto f = [](Unary u, T x, double p = 0, double q = 0) {
    Array y({1}, dtype_of<T>);
    kernels::unary(u, Array::from({x}, {1}), y, p, q);
    return y.data<T>()[0];
  };
  for (int u = 0; u < static_cast<int>(Unary::count_); ++u) {
    const auto name = static_cast<Unary>(u);
    if (name == Unary::is_nan || name == Unary::is_inf) continue;
    CAPTURE(u);
    CHECK(std::isnan(f(name, nan, 0.5, 1)));
  }
  CHECK(f(Unary::is_nan, nan) == 1);
  CHECK(f(Unary::is_nan, inf) == 0);
  CHECK(f(Unary::is_inf, -inf) == 1);
  CHECK(f(Unary::is_inf, nan) == 0);
  CHECK(f(Unary::exp, -inf) == 0);
  CHECK(f(Unary::exp, inf) == inf);
  CHECK(f(Unary::exp, 0) == 1);
  CHECK(f(Unary::exp, 1000) == inf);
  CHECK(f(Unary::exp, -2000) == 0);
  CHECK(f(Unary::expm1, -inf) == -1);
  CHECK(f(Unary::expm1, inf) == inf);
  CHECK(f(Unary::log, 0) == -inf);
  CHECK(f(Unary::log, 1) == 0);
  CHECK(f(Unary::log, inf) == inf);
  CHECK(std::isnan(f(Unary::log, -1)));
  CHECK(f(Unary::log, std::numeric_limits<T>::denorm_min()) ==
        doctest::Approx(std::log(std::numeric_limits<T>::denorm_min())));
  CHECK(f(Unary::log1p, -1) == -inf);
  CHECK(f(Unary::log1p, inf) == inf);
  CHECK(f(Unary::log1p, 0) == 0);
  CHECK(std::isnan(f(Unary::log1p, -2)));
  CHECK(std::isnan(f(Unary::sqrt, -1)));
  CHECK(f(Unary::sqrt, inf) == inf);
  CHECK(f(Unary::rsqrt, 0) == inf);
  CHECK(f(Unary::rsqrt, inf) == 0);
  CHECK(f(Unary::tanh, inf) == 1);
  CHECK(f(Unary::tanh, -inf) == -1);
  CHECK(std::signbit(f(Unary::tanh, T(-0.0))));
  CHECK(f(Unary::erf, inf) == 1);
  CHECK(f(Unary::erf, -inf) == -1);
  CHECK(f(Unary::sigmoid, inf) == 1);
  CHECK(f(Unary::sigmoid, -inf) == 0);
  CHECK(f(Unary::softplus, 1000) == 1000);
  CHECK(f(Unary::softplus, inf) == inf);
  CHECK(f(Unary::softplus, -inf) == 0);
  CHECK(f(Unary::elu, -inf, 2) == -2);
  CHECK(f(Unary::pow, -2, 3) == -8);
  CHECK(std::isnan(f(Unary::pow, -2, 0.5)));
  CHECK(f(Unary::pow, 0, 0) == 1);
  CHECK(f(Unary::pow, 0, -1) == inf);
  CHECK(f(Unary::clamp, inf, -1, 2) == 2);
  CHECK(f(Unary::clamp, -inf, -1, 2) == -1);
  CHECK(f(Unary::sign, -3) == -1);
  CHECK(f(Unary::floor, T(-0.5)) == -1);
  CHECK(f(Unary::floor, T(-1e30)) == T(-1e30));
}

/// The oracle: xtensor's own broadcasting.
template <class T, class F>
void check_broadcast(Binary name, const Shape& sa, const Shape& sb, const F& oracle) {
  const Array a = spread<T>(sa, -3, 3, 1), b = spread<T>(sb, 1, 3, 2);
  const Shape so = broadcast_shapes(sa, sb, "test");
  Array y(so, dtype_of<T>);
  kernels::binary(name, a, b, y);
  const auto view = [](const Array& x) {
    return xt::adapt(x.data<T>(), static_cast<std::size_t>(x.size()), xt::no_ownership(),
                     std::vector<std::size_t>(x.shape().begin(), x.shape().end()));
  };
  const xt::xarray<T> want = oracle(view(a), view(b));
  REQUIRE(static_cast<std::int64_t>(want.size()) == y.size());
  CAPTURE(to_string(sa));
  CAPTURE(to_string(sb));
  bool equal = true;
  for (std::int64_t i = 0; i < y.size(); ++i) equal = equal && y.data<T>()[i] == want.data()[i];
  CHECK(equal);
}

const std::vector<std::pair<Shape, Shape>> broadcast_shapes_to_try = {{{}, {}},
                                                                      {{}, {3}},
                                                                      {{1}, {1}},
                                                                      {{0}, {1}},
                                                                      {{0, 3}, {3}},
                                                                      {{64, 37}, {37}},
                                                                      {{64, 37}, {64, 1}},
                                                                      {{64, 1}, {37}},
                                                                      {{3, 1}, {1, 4}},
                                                                      {{2, 3, 4}, {3, 1}},
                                                                      {{2, 1, 4}, {1, 3, 1}},
                                                                      {{5}, {2, 3, 5}},
                                                                      {{2, 3, 4, 5}, {3, 1, 5}},
                                                                      {{2, 1, 4, 1, 3, 1}, {1, 5, 1, 2, 1, 3}},
                                                                      {{300, 500}, {500}},
                                                                      {{300, 500}, {300, 1}},
                                                                      {{7, 1, 40000}, {7, 1, 1}},
                                                                      {{1, 40000}, {3, 1}},
                                                                      {{100000, 3}, {3}},
                                                                      {{2, 3, 1}, {1, 1, 1}}};

template <class T>
void check_all_broadcasts() {
  for (const auto& [sa, sb] : broadcast_shapes_to_try) {
    check_broadcast<T>(Binary::add, sa, sb, [](const auto& a, const auto& b) { return a + b; });
    check_broadcast<T>(Binary::sub, sb, sa, [](const auto& a, const auto& b) { return a - b; });
    check_broadcast<T>(Binary::mul, sa, sb, [](const auto& a, const auto& b) { return a * b; });
    check_broadcast<T>(Binary::lt, sa, sb, [](const auto& a, const auto& b) { return xt::cast<T>(a < b); });
    check_broadcast<T>(Binary::maximum, sa, sb, [](const auto& a, const auto& b) { return xt::maximum(a, b); });
    if constexpr (!std::is_same_v<T, std::int64_t>) {
      check_broadcast<T>(Binary::div, sa, sb, [](const auto& a, const auto& b) { return a / b; });
    }
  }
}

template <class T>
T binary_of(Binary f, T a, T b, double p = 0) {
  Array y({1}, dtype_of<T>);
  kernels::binary(f, Array::from({a}, {1}), Array::from({b}, {1}), y, p);
  return y.data<T>()[0];
}

}  // namespace

TEST_CASE("unary kernels agree with libm in extended precision") {
  with_each_isa([] {
    for (const UnaryCase& c : unary_cases()) {
      check_unary<float>(c);
      check_unary<double>(c);
    }
  });
}

TEST_CASE("unary kernels take NaN, infinities and zeros as IEEE says") {
  with_each_isa([] {
    check_special<float>();
    check_special<double>();
  });
}

TEST_CASE("binary kernels broadcast as xtensor does") {
  with_each_isa([] {
    check_all_broadcasts<float>();
    check_all_broadcasts<double>();
    check_all_broadcasts<std::int64_t>();
  });
}

TEST_CASE("binary kernels on special values") {
  with_each_isa([] {
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    for (const Binary f : {Binary::maximum, Binary::minimum, Binary::add, Binary::mul, Binary::div}) {
      CHECK(std::isnan(binary_of(f, nan, 1.0)));
      CHECK(std::isnan(binary_of(f, 1.0, nan)));
    }
    CHECK(binary_of(Binary::ne, nan, nan) == 1);
    CHECK(binary_of(Binary::eq, nan, nan) == 0);
    CHECK(binary_of(Binary::div, 1.0, 0.0) == inf);
    CHECK(binary_of(Binary::pow, -2.0, 3.0) == -8);
    CHECK(std::isnan(binary_of(Binary::pow, -2.0, 0.5)));
    CHECK(binary_of(Binary::tanh_grad, 3.0, 0.5) == 2.25);
    CHECK(binary_of(Binary::sigmoid_grad, 2.0, 0.25) == 0.375);
    CHECK(binary_of(Binary::relu_grad, 2.0, 0.0) == 0);
    CHECK(binary_of(Binary::relu_grad, 2.0, 1.0) == 2);
    CHECK(binary_of(Binary::leaky_relu_grad, 2.0, 0.0, 0.25) == 0.5);
    CHECK(binary_of(Binary::abs_grad, 2.0, -1.0) == -2);
    CHECK(binary_of(Binary::abs_grad, 2.0, 0.0) == 0);
    CHECK(binary_of(Binary::max_share, 2.0, 2.0) == 0.5);
    CHECK(binary_of(Binary::max_share, 2.0, 1.0) == 1);
    CHECK(binary_of(Binary::max_share, 1.0, 2.0) == 0);
  });
}

TEST_CASE("kernels refuse dtypes they do not take") {
  Array i = Array::full({2}, 1, DType::int64);
  Array out({2}, DType::int64);
  CHECK_THROWS_AS(kernels::unary(Unary::exp, i, out), DTypeError);
  CHECK_THROWS_AS(kernels::binary(Binary::div, i, i, out), DTypeError);
}

TEST_CASE("where broadcasts and takes any condition") {
  with_each_isa([] {
    for (const Shape& sc : {Shape{4, 1, 3}, Shape{2, 1}, Shape{}, Shape{4, 2, 3}}) {
      const Array c = spread<std::int64_t>(sc, -1.9, 1.9), a = spread<double>({2, 3}, 0, 1),
                  b = spread<double>({4, 1, 1}, 2, 3);
      Array y({4, 2, 3}, DType::float64);
      kernels::where(c, a, b, y);
      for (std::int64_t i = 0; i < 24; ++i) {
        const std::int64_t u = i / 6, v = i / 3 % 2, w = i % 3;
        const auto pick = [&](const Array& x, std::int64_t p, std::int64_t q, std::int64_t r) {
          const auto n = x.rank();
          const auto e = [&](std::size_t k) { return n >= k ? x.shape()[n - k] : 1; };
          return (e(3) > 1 ? p : 0) * e(2) * e(1) + (e(2) > 1 ? q : 0) * e(1) + (e(1) > 1 ? r : 0);
        };
        const double want = c.data<std::int64_t>()[pick(c, u, v, w)] != 0 ? a.data<double>()[pick(a, u, v, w)]
                                                                          : b.data<double>()[pick(b, u, v, w)];
        CHECK(y.data<double>()[i] == want);
      }
    }
    const Array c = spread<float>({3, 100000}, -1, 1), a = spread<float>({3, 100000}, 0, 1);
    Array y({3, 100000});
    kernels::where(c, a, Array::scalar(-1), y);
    CHECK(same<float>(y, a));
  });
}

TEST_CASE("casts, fills, sums in place and the test for finiteness") {
  with_each_isa([] {
    Array i({5}, DType::int64);
    kernels::cast(Array::from({-1.9, 1.9, 2.0, -0.5, 3e9}, {5}), i);
    CHECK(i.to_vector<std::int64_t>() == std::vector<std::int64_t>{-1, 1, 2, 0, 3000000000});
    Array x = spread<float>({1001}, -1, 1);
    const Array before = x.clone();
    kernels::add_in_place(x, before);
    for (std::int64_t k = 0; k < x.size(); ++k) CHECK(x.data<float>()[k] == 2 * before.data<float>()[k]);
    CHECK(kernels::all_finite(x));
    for (const std::int64_t k : {0, 500, 1000}) {
      for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        Array y = x.clone();
        y.mutable_data<float>()[k] = bad;
        CHECK_FALSE(kernels::all_finite(y));
      }
    }
    CHECK(kernels::all_finite(Array({0})));
  });
}

TEST_CASE("results larger than the caches are written past them, and right") {
  const Array x = spread<float>({1025, 4112}, -2, 2), b = spread<float>({4112}, -2, 2, 2);
  with_each_isa([&] {
    Array y(x.shape()), sum(x.shape()), twice(x.shape());
    kernels::unary(Unary::neg, x, y);
    kernels::binary(Binary::sub, y, b, sum);
    kernels::binary(Binary::add, x, x, twice);
    bool right = true;
    for (std::int64_t i = 0; i < x.size(); ++i) {
      const float v = x.data<float>()[i];
      right = right && y.data<float>()[i] == -v && sum.data<float>()[i] == -v - b.data<float>()[i % 4112] &&
              twice.data<float>()[i] == 2 * v;
    }
    CHECK(right);
  });
}

TEST_CASE("element-wise results do not depend on the number of threads") {
  const Array a = spread<float>({513, 1025}, -2, 2), b = spread<float>({1025}, -2, 2, 2);
  Array first(a.shape()), sum(a.shape());
  set_num_threads(1);
  kernels::unary(Unary::tanh, a, first);
  kernels::binary(Binary::add, a, b, sum);
  with_each_thread_count([&] {
    Array y(a.shape());
    kernels::unary(Unary::tanh, a, y);
    CHECK(same<float>(y, first));
    kernels::binary(Binary::add, a, b, y);
    CHECK(same<float>(y, sum));
  });
}
