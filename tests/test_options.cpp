// SPDX-License-Identifier: BSD-3-Clause
// Options mean what they say: one number stands for both axes and a list for each, in ops and layers alike; what is
// neither does not compile.
#include <array>
#include <cstdint>
#include <type_traits>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

using namespace xgrad;

namespace {

Variable image() { return reshape(astype(arange(1 * 2 * 6 * 8), DType::float64), {1, 2, 6, 8}); }
Variable weight(const Shape& shape) { return ones(shape, DType::float64); }

void check_same(const Variable& a, const Variable& b) {
  REQUIRE(a.shape() == b.shape());
  CHECK(a.array().to_vector<double>() == b.array().to_vector<double>());
}

}  // namespace

TEST_CASE("one number of an option stands for both axes") {
  const Variable x = image(), w = weight({3, 2, 3, 3});
  CHECK(conv2d(ones({1, 1, 4, 4}), ones({1, 1, 3, 3}), {}, {.padding = 1}).shape() == Shape{1, 1, 4, 4});
  check_same(conv2d(x, w, {}, {.padding = 1}), conv2d(x, w, {}, {.padding = {1, 1}}));
  check_same(conv2d(x, w, {}, {.stride = 2}), conv2d(x, w, {}, {.stride = {2, 2}}));
  check_same(conv2d(x, w, {}, {.padding = 2, .dilation = 2}),
             conv2d(x, w, {}, {.padding = {2, 2}, .dilation = {2, 2}}));
  const Variable v = weight({2, 3, 3, 3});
  check_same(conv_transpose2d(x, v, {}, {.stride = 2, .padding = 1}, 1),
             conv_transpose2d(x, v, {}, {.stride = {2, 2}, .padding = {1, 1}}, {1, 1}));
  check_same(conv2d_weight(x, ones({1, 3, 4, 6}, DType::float64), 3),
             conv2d_weight(x, ones({1, 3, 4, 6}, DType::float64), {3, 3}));
  check_same(avg_pool2d(x, 2), avg_pool2d(x, {2, 2}));
  check_same(avg_pool2d(x, 3, {.stride = 2, .padding = 1}),
             avg_pool2d(x, {3, 3}, {.stride = {2, 2}, .padding = {1, 1}}));
  check_same(max_pool2d(x, 2), max_pool2d(x, {2, 2}));
  check_same(max_pool2d(x, 3, {.stride = 1, .padding = 1, .dilation = 2}),
             max_pool2d(x, {3, 3}, {.stride = {1, 1}, .padding = {1, 1}, .dilation = {2, 2}}));
  check_same(adaptive_avg_pool2d(x, 2), adaptive_avg_pool2d(x, {2, 2}));
  check_same(upsample_nearest(x, {12, 16}), upsample_nearest(x, 2.0));  // of a size, of a factor
  check_same(reflection_pad2d(x, 2), reflection_pad2d(x, {2, 2, 2, 2}));
}

TEST_CASE("a list of an option is height and width, or left, right, top and bottom") {
  const Variable x = image();
  CHECK(conv2d(x, weight({3, 2, 3, 3}), {}, {.stride = {1, 2}, .padding = {1, 0}}).shape() == Shape{1, 3, 6, 3});
  CHECK(max_pool2d(x, {2, 4}).shape() == Shape{1, 2, 3, 2});
  CHECK(avg_pool2d(x, {2, 2}, {.stride = {1, 1}}).shape() == Shape{1, 2, 5, 7});
  CHECK(reflection_pad2d(x, {1, 2, 3, 4}).shape() == Shape{1, 2, 13, 11});
}

TEST_CASE("layers take the options of their ops") {
  const Variable x = image();
  const DType dtype = DType::float64;
  CHECK(nn::Conv2d(2, 3, 3, {.stride = 2, .padding = 1, .dtype = dtype})(x).shape() == Shape{1, 3, 3, 4});
  CHECK(nn::Conv2d(2, 3, {3, 1}, {.padding = {1, 0}, .dtype = dtype})(x).shape() == Shape{1, 3, 6, 8});
  CHECK(nn::ConvTranspose2d(2, 3, 4, {.stride = 2, .padding = 1, .output_padding = 1, .dtype = dtype})(x).shape() ==
        Shape{1, 3, 13, 17});
  CHECK(nn::MaxPool2d(3, {.stride = 2})(x).shape() == Shape{1, 2, 2, 3});
  CHECK(nn::AvgPool2d(2, {.stride = {1, 2}})(x).shape() == Shape{1, 2, 5, 4});
  CHECK(nn::AdaptiveAvgPool2d({2, 3})(x).shape() == Shape{1, 2, 2, 3});
  CHECK(nn::Upsample({12, 8})(x).shape() == Shape{1, 2, 12, 8});
  CHECK(nn::ReflectionPad2d(1)(x).shape() == Shape{1, 2, 8, 10});
  CHECK(nn::Conv2d(2, 3, {3, 5}).describe() == "Conv2d(2, 3, kernel (3, 5), stride 1, padding 0)");
}

TEST_CASE("what an option does not mean is refused") {
  const Variable x = image(), w = weight({3, 2, 3, 3});
  CHECK_THROWS_AS(conv2d(x, w, {}, {.stride = 0}), ValueError);
  CHECK_THROWS_AS(conv2d(x, w, {}, {.stride = {1, -1}}), ValueError);
  CHECK_THROWS_AS(conv2d(x, w, {}, {.padding = -1}), ValueError);
  CHECK_THROWS_AS(conv2d(x, w, {}, {.dilation = {0, 1}}), ValueError);
  CHECK_THROWS_AS(conv2d(x, w, {}, {.groups = 0}), ValueError);
  CHECK_THROWS_AS(max_pool2d(x, 0), ValueError);
  CHECK_THROWS_AS(max_pool2d(x, 2, {.stride = -2}), ValueError);
  CHECK_THROWS_AS(avg_pool2d(x, 2, {.stride = {2, 0}}), ValueError);
  CHECK_THROWS_AS(reflection_pad2d(x, -1), ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(2, 3, 3, {.output_padding = 1}),
                       "[Conv2d] has no output_padding; its transpose takes one", ValueError);
  CHECK_THROWS_AS(nn::Conv1d(2, 3, 3, {.output_padding = 1}), ValueError);

  // By the compiler, whichever it is.
  static_assert(!std::is_constructible_v<Extents2d, double>);
  static_assert(!std::is_constructible_v<Extents2d, bool>);
  static_assert(!std::is_constructible_v<Extents2d, int, int, int>);
  static_assert(!std::is_constructible_v<Extents2d, int, double>);
  static_assert(!std::is_convertible_v<double, OptionalExtents2d>);
  static_assert(!std::is_constructible_v<Padding2d, int, int>);
  static_assert(!std::is_constructible_v<Padding2d, double>);
  static_assert(!std::is_convertible_v<double, optim::Betas>);
  static_assert(!std::is_aggregate_v<Extents2d> && !std::is_aggregate_v<Padding2d> &&
                !std::is_aggregate_v<optim::Betas>);
  static_assert(std::is_convertible_v<int, Extents2d> && std::is_convertible_v<std::int64_t, OptionalExtents2d>);
}
