// SPDX-License-Identifier: BSD-3-Clause
// int64 with numbers: every scalar operator and every reduction gives true numbers or refuses; values that do not fit
// on their way in or out are refused; digits are printed as they are.
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/compile.h>
#include <xgrad/nn/loss.h>

using namespace xgrad;
using doctest::Contains;
using I = std::int64_t;

namespace {

constexpr I beyond_double = 9007199254740993;  // 2^53 + 1
constexpr I greatest = std::numeric_limits<I>::max();
const double infinity = std::numeric_limits<double>::infinity();

Variable whole(const std::vector<I>& values) { return tensor<I>(values, {static_cast<I>(values.size())}); }

struct Row {
  const char* name;
  std::function<Variable(const Variable&)> f;
  DType dtype;
  std::vector<double> of_124;  ///< f of (1, 2, 4)
};

void check(const std::vector<Row>& rows) {
  const Variable k = whole({1, 2, 4});
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto holds = [&](const Variable& y) {
      CHECK(y.dtype() == row.dtype);
      const auto values = y.array().to_vector<double>();
      REQUIRE(values.size() == row.of_124.size());
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(values[i] ==
              (row.dtype == DType::float32 ? static_cast<double>(static_cast<float>(row.of_124[i])) : row.of_124[i]));
      }
    };
    holds(row.f(k));
    auto step = compile([&](const Variables& in) { return Variables{row.f(in[0])}; });
    for (int replay = 0; replay < 2; ++replay) holds(step({k})[0]);
  }
}

}  // namespace

TEST_CASE("every operator of int64 and a number") {
  const DType f = DType::float32, i = DType::int64;
  check({
      {"k + 3", [](const Variable& k) { return k + 3; }, i, {4, 5, 7}},
      {"3 + k", [](const Variable& k) { return 3 + k; }, i, {4, 5, 7}},
      {"k - 3", [](const Variable& k) { return k - 3; }, i, {-2, -1, 1}},
      {"3 - k", [](const Variable& k) { return 3 - k; }, i, {2, 1, -1}},
      {"k * 3", [](const Variable& k) { return k * 3; }, i, {3, 6, 12}},
      {"3 * k", [](const Variable& k) { return 3 * k; }, i, {3, 6, 12}},
      {"k * true", [](const Variable& k) { return k * true; }, i, {1, 2, 4}},
      {"k * 3u", [](const Variable& k) { return k * 3u; }, i, {3, 6, 12}},
      {"k / 4", [](const Variable& k) { return k / 4; }, f, {0.25, 0.5, 1}},
      {"4 / k", [](const Variable& k) { return 4 / k; }, f, {4, 2, 1}},
      {"k + 0.5", [](const Variable& k) { return k + 0.5; }, f, {1.5, 2.5, 4.5}},
      {"0.5 + k", [](const Variable& k) { return 0.5 + k; }, f, {1.5, 2.5, 4.5}},
      {"k - 0.5", [](const Variable& k) { return k - 0.5; }, f, {0.5, 1.5, 3.5}},
      {"0.5 - k", [](const Variable& k) { return 0.5 - k; }, f, {-0.5, -1.5, -3.5}},
      {"k * 2.5", [](const Variable& k) { return k * 2.5; }, f, {2.5, 5, 10}},
      {"2.5 * k", [](const Variable& k) { return 2.5 * k; }, f, {2.5, 5, 10}},
      {"k * 2.0", [](const Variable& k) { return k * 2.0; }, f, {2, 4, 8}},
      {"k * 0.5f", [](const Variable& k) { return k * 0.5f; }, f, {0.5, 1, 2}},
      {"k / 2.0", [](const Variable& k) { return k / 2.0; }, f, {0.5, 1, 2}},
      {"k / 3", [](const Variable& k) { return k / 3; }, f, {1.0F / 3, 2.0F / 3, 4.0F / 3}},
      {"2.0 / k", [](const Variable& k) { return 2.0 / k; }, f, {2, 1, 0.5}},
      {"k / k", [](const Variable& k) { return k / k; }, f, {1, 1, 1}},
      {"k / float64",
       [](const Variable& k) { return k / full({}, 8, DType::float64); },
       DType::float64,
       {0.125, 0.25, 0.5}},
      {"k + float32", [](const Variable& k) { return k + full({}, 0.5); }, f, {1.5, 2.5, 4.5}},
      {"-k", [](const Variable& k) { return -k; }, i, {-1, -2, -4}},
      {"reciprocal", [](const Variable& k) { return reciprocal(k); }, f, {1, 0.5, 0.25}},
      {"affine whole", [](const Variable& k) { return affine(k, 3, -1); }, i, {2, 5, 11}},
      {"affine shift", [](const Variable& k) { return affine(k, 3, 0.5); }, f, {3.5, 6.5, 12.5}},
      {"affine scale", [](const Variable& k) { return affine(k, 0.5, 1); }, f, {1.5, 2, 3}},
      {"pow 3", [](const Variable& k) { return pow(k, 3); }, i, {1, 8, 64}},
      {"pow 0", [](const Variable& k) { return pow(k, 0); }, i, {1, 1, 1}},
      {"pow 2.0", [](const Variable& k) { return pow(k, 2.0); }, f, {1, 4, 16}},
      {"pow 0.5", [](const Variable& k) { return pow(k, 0.5); }, f, {1, std::sqrt(2.0F), 2}},
      {"pow -1.0", [](const Variable& k) { return pow(k, -1.0); }, f, {1, 0.5, 0.25}},
      {"clamp whole", [](const Variable& k) { return clamp(k, 2, 3); }, i, {2, 2, 3}},
      {"clamp", [](const Variable& k) { return clamp(k, 1.5, 3.5); }, f, {1.5, 2, 3.5}},
      {"clamp low", [](const Variable& k) { return clamp(k, 2, infinity); }, f, {2, 2, 4}},
      {"maximum whole", [](const Variable& k) { return maximum(k, 2); }, i, {2, 2, 4}},
      {"maximum", [](const Variable& k) { return maximum(k, 2.5); }, f, {2.5, 2.5, 4}},
      {"minimum", [](const Variable& k) { return minimum(k, 1.5); }, f, {1, 1.5, 1.5}},
      {"where whole", [](const Variable& k) { return where(k > 1, k, 7); }, i, {7, 2, 4}},
      {"where", [](const Variable& k) { return where(k > 1, k, 0.5); }, f, {0.5, 2, 4}},
      {"where first", [](const Variable& k) { return where(k > 1, 0.5, k); }, f, {1, 0.5, 0.5}},
      {"k > 1", [](const Variable& k) { return k > 1; }, i, {0, 1, 1}},
      {"1 < k", [](const Variable& k) { return 1 < k; }, i, {0, 1, 1}},
      {"k > 1.5", [](const Variable& k) { return k > 1.5; }, f, {0, 1, 1}},
      {"k >= 2", [](const Variable& k) { return k >= 2; }, i, {0, 1, 1}},
      {"k < 1.5", [](const Variable& k) { return k < 1.5; }, f, {1, 0, 0}},
      {"k <= 2", [](const Variable& k) { return k <= 2; }, i, {1, 1, 0}},
      {"2 >= k", [](const Variable& k) { return 2 >= k; }, i, {1, 1, 0}},
      {"2.5 > k", [](const Variable& k) { return 2.5 > k; }, f, {1, 1, 0}},
      {"2.5 <= k", [](const Variable& k) { return 2.5 <= k; }, f, {0, 0, 1}},
      {"equal", [](const Variable& k) { return equal(k, 2); }, i, {0, 1, 0}},
      {"equal fraction", [](const Variable& k) { return equal(k, 2.5); }, f, {0, 0, 0}},
      {"not_equal", [](const Variable& k) { return not_equal(k, 2); }, i, {1, 0, 1}},
      {"pad",
       [](const Variable& k) {
         return pad(k, {{1, 0}}, 9);
       },
       i,
       {9, 1, 2, 4}},
  });
}

TEST_CASE("every reduction of int64") {
  const DType f = DType::float32, i = DType::int64;
  check({
      {"sum", [](const Variable& k) { return sum(k); }, i, {7}},
      {"prod", [](const Variable& k) { return prod(k); }, i, {8}},
      {"max", [](const Variable& k) { return max(k); }, i, {4}},
      {"min", [](const Variable& k) { return min(k); }, i, {1}},
      {"argmax", [](const Variable& k) { return argmax(k); }, i, {2}},
      {"cumsum", [](const Variable& k) { return cumsum(k, 0); }, i, {1, 3, 7}},
      {"cumprod", [](const Variable& k) { return cumprod(k, 0); }, i, {1, 2, 8}},
      {"mean", [](const Variable& k) { return mean(k); }, f, {7.0 / 3}},
      {"var", [](const Variable& k) { return var(k); }, f, {7.0 / 3}},
      {"var of all", [](const Variable& k) { return var(k, {}, false, 0); }, f, {14.0 / 9}},
      {"stddev", [](const Variable& k) { return stddev(k); }, f, {std::sqrt(7.0 / 3)}},
      {"mean of a mask", [](const Variable& k) { return mean(k > 1); }, f, {2.0 / 3}},
      {"sum of a mask", [](const Variable& k) { return sum(k > 1); }, i, {2}},
  });
  const Variable k = whole({1, 2, 4});
  const auto refused = [&](const char* name, const std::function<Variable(const Variable&)>& of) {
    CAPTURE(name);
    CHECK_THROWS_WITH_AS(of(k), Contains("astype"), DTypeError);
  };
  refused("norm", [](const Variable& x) { return norm(x); });
  refused("softmax", [](const Variable& x) { return softmax(x); });
  refused("log_softmax", [](const Variable& x) { return log_softmax(x); });
  refused("logsumexp", [](const Variable& x) { return logsumexp(x, {0}); });
  refused("pow of two", [](const Variable& x) { return pow(x, x); });
  for (const auto& unary : std::vector<Variable (*)(const Variable&)>{exp, log, sqrt, rsqrt, sin, cos, tanh, sigmoid,
                                                                      softplus, gelu, silu, erf, log1p, expm1}) {
    CHECK_THROWS_WITH_AS(unary(k), Contains("astype"), DTypeError);
  }
}

TEST_CASE("what a perfect classifier gets right is 1, whatever the number of samples") {
  for (const I n : {1, 3, 10, 41, 49, 100, 1000, 12345}) {
    const Variable y = arange(n, DType::int64);
    CHECK(mean(equal(y, y)).item() == 1.0);
  }
  const Variable scores = tensor<float>({0.1F, 0.9F, 0.8F, 0.2F, 0.3F, 0.7F}, {3, 2}), y = whole({1, 0, 1});
  CHECK(mean(equal(argmax(scores, 1), y)).item() == 1.0);
  CHECK(mean(equal(argmax(scores, 1), whole({1, 0, 0}))).item<float>() == 2.0F / 3);
}

TEST_CASE("compound assignment promotes as the operators do") {
  Variable a = whole({1, 2});
  a += 1;
  a *= 3;
  a -= 2;
  CHECK(a.dtype() == DType::int64);
  CHECK(a.array().to_vector<I>() == std::vector<I>{4, 7});
  a *= 0.5;
  CHECK(a.array().to_vector<float>() == std::vector<float>{2, 3.5F});
  Variable b = whole({1, 2});
  b /= 2;
  CHECK(b.array().to_vector<float>() == std::vector<float>{0.5F, 1});
  Variable c = whole({6, 8});
  c /= whole({4, 4});
  CHECK(c.array().to_vector<float>() == std::vector<float>{1.5F, 2});
}

TEST_CASE("int64 arithmetic is exact, and wraps around") {
  const Variable big = whole({beyond_double});
  const auto value = [](const Variable& v) { return v.item<I>(); };
  CHECK(value(big) == beyond_double);
  CHECK(value(big + 0) == beyond_double);
  CHECK(value(big * 1) == beyond_double);
  CHECK(value(whole({0}) + beyond_double) == beyond_double);
  CHECK(value(whole({1}) * beyond_double) == beyond_double);
  CHECK(value(beyond_double - whole({0})) == beyond_double);
  CHECK(value(clamp(whole({0}), beyond_double, greatest)) == beyond_double);
  CHECK(value(maximum(whole({0}), beyond_double)) == beyond_double);
  CHECK(value(equal(big, beyond_double)) == 1);
  CHECK(value(equal(big, beyond_double - 1)) == 0);
  CHECK(value(full({}, beyond_double, DType::int64)) == beyond_double);
  CHECK(value(pow(whole({3}), 39)) == 4052555153018976267);
  CHECK(value(whole({greatest}) + 1) == std::numeric_limits<I>::min());
  CHECK(value(whole({0}) - std::numeric_limits<I>::min()) == std::numeric_limits<I>::min());
  CHECK(value(sum(whole({greatest, 1}))) == std::numeric_limits<I>::min());
  CHECK(value(prod(whole({I{1} << 62, 2}))) == std::numeric_limits<I>::min());
  CHECK(value(select(cumsum(whole({greatest, 1}), 0), 0, 1)) == std::numeric_limits<I>::min());
  CHECK(value(square(whole({I{1} << 32}))) == 0);
  CHECK(value(-whole({std::numeric_limits<I>::min()})) == std::numeric_limits<I>::min());
  CHECK(value(abs(whole({-greatest}))) == greatest);
  CHECK(arange(3, DType::int64, beyond_double).array().to_vector<I>() ==
        std::vector<I>{beyond_double, beyond_double + 1, beyond_double + 2});
  CHECK_THROWS_WITH_AS(pow(whole({2}), -1), Contains("astype"), ValueError);
}

TEST_CASE("floating values keep their dtype beside any number, with their gradients") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Variable x(Array::full({2}, 3, dtype), true);
    for (const Variable& y : {x * 2, 2 / x, x / 2, pow(x, 2), clamp(x, 0, 5), maximum(x, 1), where(x > 1, x, 0)}) {
      CHECK(y.dtype() == dtype);
    }
    CHECK(grad(sum(maximum(x, 1) * 2), x).array().to_vector<double>() == std::vector<double>{2, 2});
    CHECK(grad(sum(where(x > 1, x, 0)), x).array().to_vector<double>() == std::vector<double>{1, 1});
  }
}

TEST_CASE("losses take int64 targets for what they are") {
  const Variable predicted = tensor<float>({0.5F, 2.5F}, {2}), target = whole({1, 2});
  CHECK(mean(square(predicted - target)).item() == 0.25);
  CHECK(nn::mse_loss(predicted, target).item() == 0.25);
  CHECK(nn::mse_loss(whole({1, 4}), whole({2, 2})).item() == 2.5);
}

TEST_CASE("what does not fit is not read") {
  const auto one = [](double value) { return Array::full({}, value, DType::float64); };
  CHECK(one(-3).item<I>() == -3);
  CHECK(one(-0x1p63).item<I>() == std::numeric_limits<I>::min());
  CHECK(one(255).item<std::uint8_t>() == 255);
  CHECK(one(1).item<bool>());
  CHECK(one(0.1).item<float>() == 0.1F);
  CHECK(std::isinf(one(infinity).item<float>()));
  for (const double value : {2.5, 1e300, -1e300, std::nan(""), infinity, -infinity, 0x1p63}) {
    CAPTURE(value);
    CHECK_THROWS_WITH_AS(one(value).item<I>(), Contains("[item]"), ValueError);
    CHECK_THROWS_WITH_AS(one(value).to_vector<I>(), Contains("[to_vector]"), ValueError);
  }
  CHECK_THROWS_AS(one(1e300).item<float>(), ValueError);
  CHECK_THROWS_AS(one(0x1p40).item<int>(), ValueError);
  CHECK_THROWS_AS(one(-1).item<unsigned>(), ValueError);
  CHECK_THROWS_AS(one(2).item<bool>(), ValueError);
  const Array far = Array::full({}, I{1} << 40, DType::int64);
  CHECK(far.item<double>() == 0x1p40);
  CHECK_THROWS_WITH_AS(far.item<int>(), Contains("1099511627776 does not fit int32"), ValueError);
  CHECK_THROWS_AS(far.to_vector<std::uint32_t>(), ValueError);
  const Array exact = Array::from<I>({beyond_double}, {1});
  CHECK(exact.item<I>() == beyond_double);
  CHECK_THROWS_WITH_AS(exact.item<double>(), Contains("std::int64_t"), ValueError);
  CHECK_THROWS_AS(Array::full({}, greatest, DType::int64).item<double>(), ValueError);
  CHECK_THROWS_AS(Array::full({}, -1, DType::int64).item<std::uint64_t>(), ValueError);
}

TEST_CASE("what does not fit is not written") {
  CHECK(Array::full({}, 3.0, DType::int64).item<I>() == 3);
  for (const double value : {2.5, 1e300, std::nan(""), infinity}) {
    CAPTURE(value);
    CHECK_THROWS_AS(Array::full({2}, value, DType::int64), ValueError);
    CHECK_THROWS_AS(full({2}, value, DType::int64), ValueError);
    CHECK_THROWS_AS(pad(whole({1}), {{1, 1}}, value), ValueError);
  }
  CHECK_THROWS_AS(Array::scalar(2.5, DType::int64), ValueError);
  CHECK_THROWS_AS(Array::scalar(1e300), ValueError);
  CHECK_THROWS_WITH_AS(whole({1}) * (std::uint64_t{1} << 63), Contains("above 2^63 - 1"), ValueError);
  CHECK_THROWS_AS(arange(3, DType::int64, 0.5), ValueError);
  CHECK_THROWS_AS(arange(3, DType::int64, 0, 0.5), ValueError);
  CHECK_THROWS_AS(arange(3, DType::int64, greatest - 1, 1), ValueError);
  CHECK(arange(3, DType::int64, 1.0, 2.0).array().to_vector<I>() == std::vector<I>{1, 3, 5});
}

TEST_CASE("astype to int64 cuts fractions off and refuses what is no int64") {
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Variable x(Array::from<double>({1.75, -1.75, -0x1p63, 0x1p53}, {4}).astype(dtype));
    CHECK(astype(x, DType::int64).array().to_vector<I>() ==
          std::vector<I>{1, -1, std::numeric_limits<I>::min(), I{1} << 53});
    for (const double value : {std::nan(""), infinity, -infinity, 0x1p63, -0x1p64}) {
      CAPTURE(value);
      std::vector<double> values(100000, 1.0);
      values[77777] = value;
      const Array bad = Array::from(values, {100000}).astype(dtype);
      CHECK_THROWS_WITH_AS(bad.astype(DType::int64), Contains("[astype]"), ValueError);
      CHECK_THROWS_WITH_AS(astype(Variable(bad), DType::int64), Contains("does not fit int64"), ValueError);
    }
  }
}

TEST_CASE("arrays print their digits as NumPy does") {
  const auto printed = [](const Array& a) { return to_string(a); };
  CHECK(printed(Array::from<I>({1234567, 16777217, beyond_double, -greatest - 1}, {4})) ==
        "[1234567, 16777217, 9007199254740993, -9223372036854775808] int64(4,)");
  CHECK(printed(log(tensor<double>({-1.0}, {1})).array()) == "[nan] float64(1,)");
  CHECK(printed(Array::from<double>({infinity, -infinity, -0.0, 1234567}, {4})) ==
        "[inf, -inf, -0, 1234567] float64(4,)");
  // numpy.array2string(numpy.float32(v)) of each alone, but for the point behind whole numbers
  CHECK(printed(Array::from<float>({0.1F, 1.0F / 3, 1e6F, 16777216, 1e-4F, 123456.789F}, {6})) ==
        "[0.1, 0.33333334, 1000000, 16777216, 0.0001, 123456.79] float32(6,)");
  CHECK(printed(Array::from<float>({1e8F, 1e-5F, 3.4e38F, 1.5e-45F}, {4})) ==
        "[1e+08, 1e-05, 3.4e+38, 1e-45] float32(4,)");
  CHECK(printed(Array::from<double>({0.1, 1.0 / 3, 123456789.125, 0.1 + 0.2}, {4})) ==
        "[0.1, 0.33333333, 1.23456789e+08, 0.3] float64(4,)");
}
