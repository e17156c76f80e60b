// SPDX-License-Identifier: BSD-3-Clause
// The bridge to xtensor: any expression in, laid out right; a view out that copies nothing.
#include <cstdint>
#include <utility>

#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/xtensor.h>

using namespace xgrad;

namespace {

xt::xarray<double> counting() { return xt::arange<double>(24).reshape({2, 3, 4}); }

/// An array made from `expression` holds exactly what reading it index by index gives.
template <class E>
void check_copied(const E& expression) {
  const xt::xarray<double, xt::layout_type::row_major> contiguous = expression;
  const Array a(expression);
  REQUIRE(a.dtype() == DType::float64);
  REQUIRE(a.rank() == contiguous.dimension());
  for (std::size_t i = 0; i < a.rank(); ++i) REQUIRE(a.shape()[i] == static_cast<std::int64_t>(contiguous.shape(i)));
  const auto values = a.to_vector<double>();
  CHECK(std::equal(values.begin(), values.end(), contiguous.begin(), contiguous.end()));
}

}  // namespace

TEST_CASE("inputs that are not contiguous equal their contiguous copy") {
  const xt::xarray<double> x = counting();
  SUBCASE("transposed") { check_copied(xt::transpose(x)); }
  SUBCASE("axes permuted") { check_copied(xt::transpose(x, {1, 2, 0})); }
  SUBCASE("strided") { check_copied(xt::view(x, xt::all(), xt::range(0, 3, 2), xt::range(1, 4, 2))); }
  SUBCASE("reversed") { check_copied(xt::flip(x, 2)); }
  SUBCASE("reversed by a negative step") {
    check_copied(xt::strided_view(x, {xt::all(), xt::range(xt::placeholders::_, xt::placeholders::_, -1), xt::all()}));
  }
  SUBCASE("a column") { check_copied(xt::view(x, 1, xt::all(), 2)); }
  SUBCASE("broadcast") {
    const xt::xarray<double> row = xt::arange<double>(4);
    check_copied(xt::broadcast(row, {3, 4}));
  }
  SUBCASE("column-major") {
    const xt::xarray<double, xt::layout_type::column_major> columns = x;
    check_copied(columns);
    check_copied(xt::transpose(columns));
    check_copied(xt::view(columns, xt::all(), 1));
  }
  SUBCASE("of fixed rank, column-major") {
    const xt::xtensor<double, 3, xt::layout_type::column_major> columns = x;
    check_copied(columns);
  }
}

TEST_CASE("known values of a transpose, said without xtensor") {
  const xt::xarray<double> x = {{1, 2, 3}, {4, 5, 6}};
  CHECK(Array(xt::transpose(x)).to_vector<double>() == std::vector<double>{1, 4, 2, 5, 3, 6});
}

TEST_CASE("lazy expressions are evaluated at once, and own nothing of their operands") {
  Array a;
  Variable v;
  {
    const xt::xarray<double> x = counting();
    const xt::xarray<double> y = xt::ones<double>({3, 1});
    a = Array(2.0 * x + xt::sin(y) * xt::view(x, 0, xt::all(), xt::all()));
    v = Variable(xt::sum(x, {1}));
  }
  CHECK(a.shape() == Shape{2, 3, 4});
  CHECK(a.to_vector<double>()[23] == doctest::Approx(46.0 + std::sin(1.0) * 11.0));
  CHECK(v.shape() == Shape{2, 4});
  CHECK(v.array().to_vector<double>() == std::vector<double>{12, 15, 18, 21, 48, 51, 54, 57});
  CHECK(!v.requires_grad());
}

TEST_CASE("element types map to the nearest dtype") {
  CHECK(Array(xt::xarray<float>{1.5F}).dtype() == DType::float32);
  CHECK(Array(xt::xarray<double>{1.5}).dtype() == DType::float64);
  CHECK(Array(xt::xarray<std::int64_t>{1}).dtype() == DType::int64);
  CHECK(Array(xt::xarray<int>{-3, 4}).to_vector<std::int64_t>() == std::vector<std::int64_t>{-3, 4});
  CHECK(Array(xt::xarray<std::uint8_t>{255}).to_vector<std::int64_t>() == std::vector<std::int64_t>{255});
  CHECK(Array(xt::xarray<bool>{true, false}).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 0});
  const xt::xarray<double> x = {1, -1};
  CHECK(Array(x > 0.0).dtype() == DType::int64);
}

TEST_CASE("scalars and empty arrays cross the bridge") {
  const xt::xarray<double> scalar = 2.5;
  CHECK(Array(scalar).shape() == Shape{});
  CHECK(Array(scalar).item<double>() == 2.5);
  const xt::xarray<float> empty = xt::zeros<float>({0, 3});
  CHECK(Array(empty).shape() == Shape{0, 3});
  CHECK(Array::scalar(4, DType::float64).view<double>()() == 4.0);
  CHECK(Array::zeros({0, 3}).view<float>().size() == 0);
}

TEST_CASE("a view is the array's own memory") {
  const Array a = Array::from<float>({0, 1, 2, 3, 4, 5}, {2, 3});
  const auto view = a.view<float>();
  CHECK(static_cast<const void*>(view.data()) == a.raw());
  CHECK(view(1, 2) == 5.0F);
  CHECK(xt::sum(view)() == 15.0F);
  CHECK_THROWS_AS(a.view<double>(), DTypeError);
}

TEST_CASE("xtensor values go through the graph") {
  const xt::xarray<double> x = {{1, 2}, {3, 4}};
  Variable v(Array(xt::transpose(x)), true);
  const Variable g = grad(sum(square(v)), v);
  const xt::xarray<double> expected = 2.0 * xt::transpose(x);
  CHECK(g.array().view<double>() == expected);
}
