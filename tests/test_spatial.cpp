// SPDX-License-Identifier: BSD-3-Clause
// Pooling, resizing, padding and lines: adjoint identities, closed forms, the same bits at every thread count.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/autograd/random.h>

#include "tolerance.h"

using namespace xgrad;

namespace {

struct LinearMap {
  const char* name;
  std::function<Variable(const Variable&)> apply;
  Shape shape;
};

const std::vector<LinearMap> maps{
    {"avg_pool2d",
     [](const Variable& x) {
       return avg_pool2d(x, {2, 2});
     },
     {3, 5, 28, 28}},
    {"avg_pool2d, ceil",
     [](const Variable& x) {
       return avg_pool2d(x, {3, 5}, {.stride = {{2, 3}}, .padding = {1, 2}, .ceil_mode = true});
     },
     {2, 3, 13, 17}},
    {"adaptive_avg_pool2d",
     [](const Variable& x) {
       return adaptive_avg_pool2d(x, {5, 3});
     },
     {2, 3, 13, 17}},
    {"upsample_nearest", [](const Variable& x) { return upsample_nearest(x, 2); }, {70, 4, 14, 14}},
    {"upsample_nearest, odd",
     [](const Variable& x) {
       return upsample_nearest(x, {11, 30});
     },
     {2, 3, 7, 13}},
    {"upsample_bilinear", [](const Variable& x) { return upsample_bilinear(x, 2); }, {2, 3, 14, 14}},
    {"upsample_bilinear, corners",
     [](const Variable& x) {
       return upsample_bilinear(x, {5, 30}, true);
     },
     {2, 3, 7, 13}},
    {"reflection_pad2d",
     [](const Variable& x) {
       return reflection_pad2d(x, {3, 6, 4, 2});
     },
     {2, 3, 7, 8}},
    {"replication_pad2d",
     [](const Variable& x) {
       return replication_pad2d(x, {3, 9, 4, 2});
     },
     {2, 3, 7, 8}},
    {"pixel_shuffle", [](const Variable& x) { return pixel_shuffle(x, 3); }, {2, 18, 5, 7}},
};

Variable random(const Shape& shape, std::uint64_t seed) {
  Generator generator(seed);
  return normal(shape, 0.0, 1.0, DType::float64, generator);
}

double inner(const Variable& a, const Variable& b) { return sum(a * b).item(); }

/// The adjoint of a linear map at y, as the sweep applies it.
Variable adjoint(const LinearMap& map, const Variable& y) {
  const Variable x = random(map.shape, 1).requires_grad_();
  return grad({map.apply(x)}, {x}, {y})[0];
}

std::vector<double> values(const Variable& x) { return x.array().to_vector<double>(); }

}  // namespace

TEST_CASE("pooling, upsampling and padding: <map(x), y> = <x, adjoint(y)>") {
  for (const LinearMap& map : maps) {
    CAPTURE(map.name);
    const Variable x = random(map.shape, 1);
    const Variable out = map.apply(x);
    const Variable y = random(out.shape(), 2);
    const double scale = std::sqrt(inner(out, out) * inner(y, y));
    CHECK(std::abs(inner(out, y) - inner(x, adjoint(map, y))) < tolerance::same_formula_float64 * scale);
  }
}

TEST_CASE("pooling, upsampling and padding: the adjoint's adjoint is the map") {
  for (const LinearMap& map : maps) {
    CAPTURE(map.name);
    const Variable x = random(map.shape, 1).requires_grad_();
    const Variable out = map.apply(x);
    const Variable y = random(out.shape(), 2).requires_grad_();
    const Variable back = grad({out}, {x}, {y}, {.create_graph = true})[0];
    const Variable again = grad({back}, {y}, {x.detach()})[0];
    CHECK(max(abs(again - out.detach())).item() < tolerance::same_formula_float64);
  }
}

TEST_CASE("max_pool2d and max_unpool2d: <pool(x), y> = <x, unpool(y)> at the indices") {
  const Variable x = random({3, 4, 13, 11}, 1);
  const MaxPool2dOptions options{.stride = {{2, 1}}, .padding = {1, 1}};
  const Variables pooled = max_pool2d_with_indices(x, {3, 2}, options);
  const Variable y = random(pooled[0].shape(), 2);
  const double expected = inner(pooled[0], y);
  const double found = inner(x, max_unpool2d(y, pooled[1], {13, 11}));
  CHECK(std::abs(found - expected) < tolerance::same_formula_float64 * std::sqrt(inner(y, y)) * 100);
}

TEST_CASE("max_pool2d: the first of equals gets the gradient, NaN wins, padding never does") {
  const Variable x = tensor<double>({2, 2, 2, 2}, {1, 1, 2, 2}, true);
  CHECK(values(grad({max_pool2d(x, {2, 2})}, {x}, {ones({1, 1, 1, 1}, DType::float64)})[0]) ==
        std::vector<double>{1, 0, 0, 0});
  const Variable n = tensor<double>({1, NAN, 3, 2}, {1, 1, 2, 2});
  CHECK(std::isnan(max_pool2d(n, {2, 2}).item()));
  const Variable low = full({1, 1, 2, 2}, -7.0, DType::float64);
  CHECK(values(max_pool2d(low, {2, 2}, {.stride = {{2, 2}}, .padding = {1, 1}})) == std::vector<double>(4, -7.0));
  const Variable lowest = full({1, 1, 2, 2}, -INFINITY, DType::float64);
  CHECK(max_pool2d(lowest, {2, 2}).item() == -INFINITY);
}

TEST_CASE("conv1d: equals its definition, and <conv(x, w), y> = <x, conv_transpose(y, w)> = <w, weight(x, y)>") {
  const Conv1dOptions o{.stride = 2, .padding = 3, .dilation = 2, .groups = 2};
  const Variable x = random({3, 4, 16}, 1);
  const Variable w = random({6, 2, 3}, 2);
  const Variable out = conv1d(x, w, {}, o);
  REQUIRE(out.shape() == Shape{3, 6, 9});
  const auto* px = x.array().data<double>();
  const auto* pw = w.array().data<double>();
  for (std::int64_t i = 0; i < out.size(); ++i) {
    const std::int64_t at = i % 9, filter = i / 9 % 6, sample = i / 54;
    double expected = 0.0;
    for (std::int64_t c = 0; c < 2; ++c) {
      for (std::int64_t k = 0; k < 3; ++k) {
        const std::int64_t place = at * o.stride + k * o.dilation - o.padding;
        if (place < 0 || place >= 16) continue;
        expected += pw[(filter * 2 + c) * 3 + k] * px[(sample * 4 + filter / 3 * 2 + c) * 16 + place];
      }
    }
    CHECK(std::abs(out.array().data<double>()[i] - expected) < tolerance::same_formula_float64);
  }
  const Variable y = random(out.shape(), 3);
  const double scale = std::sqrt(inner(out, out) * inner(y, y));
  CHECK(std::abs(inner(out, y) - inner(x, conv_transpose1d(y, w, {}, o, 1))) < tolerance::same_formula_float64 * scale);
  CHECK(std::abs(inner(out, y) - inner(w, conv1d_weight(x, y, 3, o))) < tolerance::same_formula_float64 * scale);
}

TEST_CASE("upsampling a plane by a factor and pooling it again gives it back") {
  const Variable x = random({2, 3, 5, 4}, 1);
  CHECK(values(avg_pool2d(upsample_nearest(x, 2), {2, 2})) == values(x));
  CHECK(values(max_pool2d(upsample_nearest(x, 3), {3, 3})) == values(x));
  CHECK(values(pixel_unshuffle(pixel_shuffle(random({2, 12, 5, 4}, 1), 2), 2)) == values(random({2, 12, 5, 4}, 1)));
}

TEST_CASE("upsample_bilinear keeps linear images linear between the corners") {
  const Variable x = reshape(arange(12, DType::float64), {1, 1, 3, 4});
  const Variable y = upsample_bilinear(x, {5, 7}, true);  // steps of one half
  for (std::int64_t i = 0; i < 5; ++i) {
    for (std::int64_t j = 0; j < 7; ++j) {
      const double expected = 2.0 * static_cast<double>(i) + 0.5 * static_cast<double>(j);
      CHECK(y.array().data<double>()[i * 7 + j] == doctest::Approx(expected).epsilon(tolerance::same_formula_float64));
    }
  }
}

TEST_CASE("padding by the image: the borders of a small one") {
  const Variable x = reshape(arange(6, DType::float64), {1, 1, 2, 3});
  CHECK(values(reflection_pad2d(x, {2, 1, 1, 0})) ==
        std::vector<double>{5, 4, 3, 4, 5, 4, 2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4});
  CHECK(values(replication_pad2d(x, {1, 1, 0, 1})) == std::vector<double>{0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 3, 3, 4, 5, 5});
}

TEST_CASE("pooling, upsampling and padding: the same bits at every thread count") {
  const int before = num_threads();
  for (const LinearMap& map : maps) {
    CAPTURE(map.name);
    std::vector<std::vector<double>> results;
    for (const int threads : {1, 2, 4}) {
      set_num_threads(threads);
      const Variable y = map.apply(random(map.shape, 1));
      results.push_back(values(y));
      const auto back = values(adjoint(map, random(y.shape(), 2)));
      results.back().insert(results.back().end(), back.begin(), back.end());
    }
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
  }
  set_num_threads(before);
}
