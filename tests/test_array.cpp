// SPDX-License-Identifier: BSD-3-Clause
// Shape and Array: checks, sharing, copy on write, conversion, printing.
#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/error.h>

using namespace xgrad;
using doctest::Contains;

TEST_CASE("a shape counts, prints and refuses what cannot be") {
  CHECK(Shape{}.numel() == 1);
  CHECK(Shape{2, 3, 4}.numel() == 24);
  CHECK(Shape{2, 0, 4}.numel() == 0);
  CHECK(to_string(Shape{}) == "()");
  CHECK(to_string(Shape{3}) == "(3,)");
  CHECK(to_string(Shape{64, 784}) == "(64, 784)");
  CHECK(Shape{2, 3} != Shape{2, 3, 1});

  CHECK_THROWS_WITH_AS((Shape{2, -1}), Contains("negative extent"), ShapeError);
  CHECK_THROWS_WITH_AS((Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), Contains("at most 8"), ShapeError);
  const std::int64_t huge = std::int64_t{1} << 40;
  CHECK_THROWS_WITH_AS((Shape{huge, huge}), Contains("overflows"), ShapeError);
  // Their number is 0, but strides and the numbers of elements of parts would not fit.
  CHECK_THROWS_WITH_AS((Shape{0, huge, huge}), Contains("overflows"), ShapeError);
  CHECK_THROWS_AS((Shape{huge, huge, 0}), ShapeError);

  Shape s{2, 4};
  s.insert(1, 3);
  CHECK(s == Shape{2, 3, 4});
  s.erase(0);
  CHECK(s == Shape{3, 4});
  s.push_back(5);
  CHECK(s.back() == 5);
}

TEST_CASE("axes and broadcasting follow NumPy") {
  CHECK(normalize_axis(-1, 3, "op") == 2);
  CHECK(normalize_axis(0, 3, "op") == 0);
  CHECK_THROWS_WITH_AS(normalize_axis(3, 3, "op"), "[op] axis 3 is out of range for 3 axes", ShapeError);
  CHECK_THROWS_WITH_AS(normalize_axis(-4, 3, "op"), "[op] axis -4 is out of range for 3 axes", ShapeError);

  CHECK(broadcast_shapes({3, 1}, {1, 4}, "op") == Shape{3, 4});
  CHECK(broadcast_shapes({}, {2, 3}, "op") == Shape{2, 3});
  CHECK(broadcast_shapes({0}, {1}, "op") == Shape{0});
  CHECK(broadcast_shapes({5, 1, 3}, {2, 1}, "op") == Shape{5, 2, 3});
  CHECK_THROWS_WITH_AS(broadcast_shapes({2}, {3}, "op"), "[op] shapes do not broadcast: (2,) and (3,)", ShapeError);
  CHECK_THROWS_AS(broadcast_shapes({0}, {2}, "op"), ShapeError);
}

TEST_CASE("buffers are aligned, and hold what they are given") {
  for (const DType dtype : {DType::float32, DType::float64, DType::int64}) {
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{7}, Shape{100, 1000}}) {
      const Array a(shape, dtype);
      CHECK(reinterpret_cast<std::uintptr_t>(a.raw()) % 64 == 0);
      CHECK(a.nbytes() == static_cast<std::size_t>(shape.numel()) * size_of(dtype));
    }
  }
  CHECK(Array::full({2, 2}, 1.5, DType::float64).to_vector<double>() == std::vector<double>{1.5, 1.5, 1.5, 1.5});
  CHECK(Array::from<std::int64_t>({1, -2, 3}, {3}).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, -2, 3});
  CHECK(Array::scalar(2.5).item<float>() == 2.5F);
  CHECK(Array::scalar(2.5).shape() == Shape{});
  CHECK_THROWS_WITH_AS(Array::from<float>({1, 2, 3}, {2, 2}), "[Array] 3 values given for shape (2, 2)", ShapeError);
}

TEST_CASE("a buffer of a few elements keeps them apart from its header") {
  for (std::int64_t n = 0; n <= 20; ++n) {
    Array a({n}, DType::float32);
    CHECK(reinterpret_cast<std::uintptr_t>(a.raw()) % 64 == 0);
    float* p = a.mutable_data<float>();
    for (std::int64_t i = 0; i < n; ++i) p[i] = -1.5f;
    CHECK(a.use_count() == 1);
    const Array shared = a;
    CHECK(a.use_count() == 2);
    CHECK(shared.to_vector<float>() == std::vector<float>(static_cast<std::size_t>(n), -1.5f));
  }
}

TEST_CASE("values are immutable while shared") {
  Array a = Array::from<float>({1, 2, 3}, {3});
  CHECK(a.unique());
  const Array b = a;
  CHECK(!a.unique());
  CHECK(a.shares_buffer_with(b));

  a.mutable_data<float>()[0] = 9;
  CHECK(a.to_vector<float>() == std::vector<float>{9, 2, 3});
  CHECK(b.to_vector<float>() == std::vector<float>{1, 2, 3});
  CHECK(!a.shares_buffer_with(b));

  const void* before = a.raw();
  a.mutable_data<float>()[1] = 8;  // alone again: in place
  CHECK(a.raw() == before);
}

TEST_CASE("a reshape shares the buffer and keeps the row-major order") {
  const Array a = Array::from<double>({0, 1, 2, 3, 4, 5}, {2, 3});
  const Array b = a.reshape({3, 2});
  CHECK(b.shares_buffer_with(a));
  CHECK(b.shape() == Shape{3, 2});
  CHECK(b.to_vector<double>() == a.to_vector<double>());
  CHECK_THROWS_WITH_AS(a.reshape({4}), Contains("(2, 3) cannot become (4,)"), ShapeError);
}

TEST_CASE("conversion truncates towards zero and keeps special values") {
  const double inf = std::numeric_limits<double>::infinity();
  const Array x = Array::from<double>({-1.75, 1.75, 0.1}, {3});
  CHECK(x.astype(DType::int64).to_vector<std::int64_t>() == std::vector<std::int64_t>{-1, 1, 0});
  CHECK(x.astype(DType::float32).to_vector<float>() == std::vector<float>{-1.75F, 1.75F, 0.1F});
  CHECK(x.astype(DType::float64).shares_buffer_with(x));
  CHECK(Array::from<double>({inf}, {}).astype(DType::float32).item<double>() == inf);
}

TEST_CASE("misuse of elements is refused by name") {
  const Array a = Array::from<float>({1, 2}, {2});
  CHECK_THROWS_WITH_AS(a.data<double>(), "[Array] holds float32, asked for as float64; convert with astype",
                       DTypeError);
  CHECK_THROWS_WITH_AS(a.item<float>(), Contains("exactly one element, got shape (2,)"), ShapeError);
  Array undefined;
  CHECK(!undefined.defined());
  CHECK(undefined.raw() == nullptr);
  CHECK_THROWS_WITH_AS(undefined.mutable_raw(), Contains("undefined"), ValueError);
  CHECK_THROWS_AS(undefined.item<float>(), ShapeError);
}

TEST_CASE("arrays print as NumPy prints them") {
  CHECK(to_string(Array::from<float>({1, 2.5, 3, 4}, {2, 2})) == "[[1, 2.5],\n [3, 4]] float32(2, 2)");
  CHECK(to_string(Array::scalar(3, DType::int64)) == "3 int64()");
  CHECK(to_string(Array::zeros({0, 3})) == "[] float32(0, 3)");
  CHECK(to_string(Array::zeros({2000})) == "[0, 0, 0, ..., 0, 0, 0] float32(2000,)");
}
