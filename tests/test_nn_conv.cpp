// SPDX-License-Identifier: BSD-3-Clause
// Convolution and batch normalisation modules: PyTorch's layouts and defaults, statistics in closed form, derivatives.
#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/nn.h>

#include "tolerance.h"

using namespace xgrad;

namespace {

Variable random(const Shape& shape, std::uint64_t seed = 1) {
  Generator generator(seed);
  return normal(shape, 0.5, 2.0, DType::float64, generator);
}

double largest(const Variable& x) { return max(abs(x)).item(); }

}  // namespace

TEST_CASE("Conv2d and ConvTranspose2d: PyTorch's shapes, keys and bounds") {
  nn::Conv2d conv(4, 6, {3, 5}, {.stride = 2, .padding = {1, 2}, .groups = 2});
  CHECK(conv.weight.shape() == Shape{6, 2, 3, 5});
  CHECK(conv(zeros({2, 4, 8, 8})).shape() == Shape{2, 6, 4, 4});
  CHECK(largest(conv.weight.detach()) <= 1.0 / std::sqrt(2.0 * 15.0));
  CHECK(largest(conv.weight.detach()) > 0.9 / std::sqrt(2.0 * 15.0));
  CHECK(largest(conv.bias.detach()) <= 1.0 / std::sqrt(2.0 * 15.0));

  nn::ConvTranspose2d up(6, 4, 4, {.stride = 2, .padding = 1, .groups = 2, .bias = false});
  CHECK(up.weight.shape() == Shape{6, 2, 4, 4});
  CHECK_FALSE(up.bias.defined());
  CHECK(up(zeros({2, 6, 7, 7})).shape() == Shape{2, 4, 14, 14});
  CHECK(up.describe() == "ConvTranspose2d(6, 4, kernel 4, stride 2, padding 1, 2 groups)");
  CHECK_THROWS_AS(nn::Conv2d(3, 4, 3, {.groups = 2}), ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(3, 4, {3, 0}), "[Conv2d] the kernel's extents must be positive, not (3, 0)",
                       ValueError);
  CHECK_THROWS_AS(nn::ConvTranspose1d(3, 4, 0), ValueError);
}

TEST_CASE("BatchNorm: a training batch comes out with mean 0 and variance 1") {
  nn::BatchNorm2d norm(3, {.eps = 0.0, .dtype = DType::float64});
  const Variable y = norm(random({4, 3, 5, 2})).detach();
  CHECK(largest(mean(y, {0, 2, 3})) < tolerance::same_formula_float64);
  CHECK(largest(var(y, {0, 2, 3}, false, 0.0) - 1.0) < tolerance::same_formula_float64);
  nn::BatchNorm1d flat(3, {.eps = 0.0, .dtype = DType::float64});
  CHECK(largest(mean(flat(random({6, 3})).detach(), {0})) < tolerance::same_formula_float64);
}

TEST_CASE("BatchNorm: running statistics blend the batch's mean and unbiased variance") {
  nn::BatchNorm2d norm(3, {.momentum = 0.25, .dtype = DType::float64});
  const Variable x = random({4, 3, 5, 2});
  norm(x);
  CHECK(largest(norm.running_mean - 0.25 * mean(x, {0, 2, 3})) < tolerance::same_formula_float64);
  CHECK(largest(norm.running_var - (0.75 + 0.25 * var(x, {0, 2, 3}))) < tolerance::same_formula_float64);
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 1);

  const Variable before = norm.running_mean.detach();
  norm.eval();
  const Variable y = norm(x).detach();
  const Shape c{3, 1, 1};
  const Variable expected = (x - reshape(norm.running_mean, c)) / sqrt(reshape(norm.running_var, c) + 1e-5);
  CHECK(largest(y - expected) < tolerance::same_formula_float64);
  CHECK(largest(norm.running_mean - before) == 0.0);
}

TEST_CASE("BatchNorm: without momentum the statistics are the plain average of all batches") {
  nn::BatchNorm1d norm(2, {.momentum = std::nullopt, .dtype = DType::float64});
  Variable total = zeros({2}, DType::float64);
  for (std::uint64_t k = 1; k <= 3; ++k) {
    const Variable x = random({7, 2}, k);
    norm(x);
    total = total + mean(x, {0});
  }
  CHECK(largest(norm.running_mean - total / 3.0) < tolerance::same_formula_float64);
}

TEST_CASE("BatchNorm: twice differentiable in input, weight and bias") {
  const auto f = [](const Variables& in) {
    nn::BatchNorm2d norm(2, {.dtype = DType::float64});
    const Variable normal = norm(in[0]);
    return normal * reshape(in[1], Shape{2, 1, 1});
  };
  const Variables inputs{random({3, 2, 2, 2}).requires_grad_(), random({2}, 2).requires_grad_()};
  const GradcheckResult result = gradcheck(f, inputs, {.order = 2});
  CHECK_MESSAGE(result.ok, result.message);
}

TEST_CASE("BatchNorm: says that it mixes samples, and refuses what it cannot normalise") {
  nn::Sequential net(nn::Linear(4, 3), nn::BatchNorm1d(3));
  CHECK(net.mixes_samples());
  net.eval();
  CHECK_FALSE(net.mixes_samples());
  nn::BatchNorm2d norm(3);
  CHECK_THROWS_WITH_AS(norm(zeros({2, 4, 3, 3})), doctest::Contains("[BatchNorm2d] takes (N, 3, ...)"), ShapeError);
  CHECK_THROWS_WITH_AS(norm(zeros({1, 3, 1, 1})), doctest::Contains("more than one value a channel"), ValueError);
}

TEST_CASE("BatchNorm and InstanceNorm: another dtype than theirs is refused before statistics change") {
  nn::BatchNorm2d batch(3);
  nn::BatchNorm2d plain(3, {.affine = false});
  nn::InstanceNorm2d instance(3, {.track_running_stats = true});
  for (nn::ChannelNorm* norm : {static_cast<nn::ChannelNorm*>(&batch), static_cast<nn::ChannelNorm*>(&plain),
                                static_cast<nn::ChannelNorm*>(&instance)}) {
    for (const bool training : {true, false}) {
      norm->train(training);
      CHECK_THROWS_WITH_AS((*norm)(random({4, 3, 5, 2})), doctest::Contains("dtypes differ: float64 and float32"),
                           DTypeError);
      CHECK_THROWS_AS((*norm)(full({4, 3, 5, 2}, 2.0, DType::int64)), DTypeError);
    }
    CHECK(largest(norm->running_mean) == 0.0);
    CHECK(norm->num_batches_tracked.item<std::int64_t>() == 0);
  }
  CHECK(nn::InstanceNorm2d(3)(random({4, 3, 5, 2})).dtype() == DType::float64);
}

TEST_CASE("BatchNorm: the state_dict has PyTorch's keys") {
  const nn::Sequential net(nn::Conv2d(1, 2, 3), nn::BatchNorm2d(2));
  std::vector<std::string> keys;
  for (const auto& [key, value] : net.state_dict()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
                                         "1.num_batches_tracked"});
}
