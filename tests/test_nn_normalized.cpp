// SPDX-License-Identifier: BSD-3-Clause
// Layers with a computed weight, and normalisation of samples: closed forms, modes, gradient penalties, refusals.
#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/nn.h>

#include "tolerance.h"

using namespace xgrad;

namespace {

constexpr DType wide = DType::float64;

Variable random(const Shape& shape, std::uint64_t seed = 1) {
  Generator generator(seed);
  return normal(shape, 0.5, 2.0, wide, generator);
}

std::vector<double> values(const Variable& x) { return x.array().to_vector<double>(); }

double largest(const Variable& x) { return max(abs(x)).item(); }

std::vector<std::string> keys(const nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [key, value] : module.state_dict()) names.push_back(key);
  return names;
}

}  // namespace

TEST_CASE("spectral_norm: sigma is the largest singular value once the iteration has settled") {
  auto layer = nn::spectral_norm(nn::Linear(2, 2, {.bias = false, .dtype = wide}), {.n_power_iterations = 100});
  layer.weight.set_array(Array::from<double>({3, 0, 4, 5}, {2, 2}));  // singular values sqrt 45 and sqrt 5
  layer(random({1, 2}));
  layer.eval();
  const Variable expected = layer.weight.detach() / std::sqrt(45.0);
  CHECK(largest(layer.effective_weight().detach() - expected) < tolerance::same_formula_float64);
}

TEST_CASE("spectral_norm: usable at once, PyTorch's keys, the parameter stays the member weight") {
  auto layer = nn::spectral_norm(nn::Conv2d(3, 8, 4, {.dtype = wide}));
  CHECK(keys(layer) == std::vector<std::string>{"weight_orig", "bias", "weight_u", "weight_v"});
  CHECK(layer.parameters()[0].is_same(layer.weight));
  layer.eval();
  const Variable first = layer.effective_weight().detach();
  CHECK(values(layer.effective_weight()) == values(first));
  // fifteen iterations at the start: the filters' matrix has a norm of about 1 (power iteration never overestimates it)
  const Variable v = reshape(layer.named_buffers()[1].second, {-1, 1});
  const double sigma = norm(matmul(reshape(first, {8, -1}), v)).item();
  CHECK(sigma == doctest::Approx(1.0).epsilon(0.1));
  layer(random({2, 3, 6, 6}));
  CHECK(layer.parameters()[0].is_same(layer.weight));
  CHECK(layer.weight.is_leaf());
  CHECK_FALSE(layer.mixes_samples());
  CHECK(layer.describe() == "SpectralNorm(Conv2d(3, 8, kernel 4, stride 1, padding 0))");
}

TEST_CASE("spectral_norm: rests in evaluation mode, moves on in training mode, and gives back a weight after a throw") {
  auto layer = nn::spectral_norm(nn::Linear(6, 4, {.dtype = wide}));
  const Variable u = layer.named_buffers()[0].second;
  layer.eval();
  const auto before = values(u);
  layer(random({2, 6}));
  CHECK(values(u) == before);
  layer.train();
  layer(random({2, 6}));
  CHECK(values(u) != before);
  const Variable weight = layer.weight;
  CHECK_THROWS_AS(layer(random({2, 5})), ShapeError);
  CHECK(layer.weight.is_same(weight));
  layer.to(DType::float32);
  CHECK(layer(ones({2, 6})).dtype() == DType::float32);
}

TEST_CASE("spectral_norm: the derivative goes through sigma, to second order, over several applications") {
  auto layer = nn::spectral_norm(nn::Linear(3, 3, {.dtype = wide}));
  layer.eval();  // the vectors are constants of the function that is checked
  const Variable weight = layer.weight;
  const auto f = [&](const Variables& in) {
    nn::detail::WeightGuard guard(layer.weight, in[0]);
    return sum(square(layer(tanh(layer(in[1])))));
  };
  const GradcheckResult r = gradcheck(f, {weight, random({2, 3}).requires_grad_()}, {.order = 2});
  CHECK_MESSAGE(r.ok, r.message);

  // W / sigma does not change when W is scaled: its gradient is orthogonal to W.
  const Variable g = grad(sum(square(layer(random({2, 3})))), layer.weight);
  CHECK(std::abs(sum(g * layer.weight.detach()).item()) < tolerance::same_formula_float64 * 100);
}

TEST_CASE("spectral_norm and weight_norm live in Sequential and load into each other's networks") {
  nn::Sequential a(nn::spectral_norm(nn::Linear(4, 3)), nn::LeakyReLU(0.2), nn::weight_norm(nn::Linear(3, 1)));
  nn::Sequential b(nn::spectral_norm(nn::Linear(4, 3)), nn::LeakyReLU(0.2), nn::weight_norm(nn::Linear(3, 1)));
  CHECK(keys(a) == std::vector<std::string>{"0.weight_orig", "0.bias", "0.weight_u", "0.weight_v", "2.weight_v",
                                            "2.bias", "2.weight_g"});
  b.load_state_dict(a.state_dict());
  CHECK(values(a(ones({2, 4}))) == values(b(ones({2, 4}))));
  CHECK_THROWS_AS(nn::spectral_norm(nn::Linear(2, 2), {.n_power_iterations = 0}), ValueError);
  CHECK_THROWS_AS(nn::spectral_norm(nn::Linear(2, 2), {.dim = 2}), ShapeError);
}

TEST_CASE("weight_norm: starts as the layer it wraps, and its lengths are g") {
  manual_seed(5);
  nn::Conv2d plain(2, 3, 3, {.dtype = wide});
  manual_seed(5);
  auto layer = nn::weight_norm(nn::Conv2d(2, 3, 3, {.dtype = wide}));
  CHECK(layer.weight_g.shape() == Shape{3, 1, 1, 1});
  const Variable x = random({2, 2, 5, 5});
  CHECK(largest(layer(x).detach() - plain(x).detach()) < tolerance::same_formula_float64);
  layer.weight_g.set_array(Array::from<double>({1, 2, 3}, {3, 1, 1, 1}));
  CHECK(largest(norm(layer.effective_weight(), {1, 2, 3}).detach() - tensor<double>({1, 2, 3}, {3})) <
        tolerance::same_formula_float64);
  CHECK(layer.describe() == "WeightNorm(Conv2d(2, 3, kernel 3, stride 1, padding 0))");
}

TEST_CASE("GroupNorm and InstanceNorm: mean 0 and variance 1 over what they normalise; one group is LayerNorm") {
  const Variable x = random({2, 4, 3, 5});
  const Variable instance = nn::InstanceNorm2d(4, {.eps = 0.0})(x);
  CHECK(largest(mean(instance, {2, 3})) < tolerance::same_formula_float64);
  CHECK(largest(var(instance, {2, 3}, false, 0.0) - 1.0) < tolerance::same_formula_float64);
  const Variable layer = nn::LayerNorm({4, 3, 5}, {.elementwise_affine = false})(x);
  CHECK(largest(nn::GroupNorm(1, 4, {.affine = false})(x) - layer) < tolerance::same_formula_float64);
  CHECK(largest(nn::GroupNorm(4, 4, {.affine = false})(x) - nn::InstanceNorm2d(4)(x)) <
        tolerance::same_formula_float64);
}

TEST_CASE("GroupNorm and InstanceNorm: samples do not see each other, and misfits are refused") {
  nn::Sequential net(nn::GroupNorm(2, 4), nn::InstanceNorm2d(4, {.track_running_stats = true}));
  CHECK_FALSE(net.mixes_samples());
  const Variable x = random({3, 4, 2, 2});
  const Variable whole = nn::GroupNorm(2, 4, {.dtype = wide})(x);
  const Variable one = nn::GroupNorm(2, 4, {.dtype = wide})(slice(x, 0, 1, 2));
  CHECK(values(slice(whole, 0, 1, 2)) == values(one));
  CHECK(nn::GroupNorm(2, 4)(zeros({0, 4, 3, 3})).shape() == Shape{0, 4, 3, 3});
  CHECK(nn::InstanceNorm2d(4, {.affine = true, .track_running_stats = true})(zeros({0, 4, 3, 3})).shape() ==
        Shape{0, 4, 3, 3});
  CHECK_THROWS_WITH_AS(nn::GroupNorm(3, 4), doctest::Contains("4 channels do not divide into 3 groups"), ValueError);
  CHECK_THROWS_WITH_AS(nn::GroupNorm(2, 4)(ones({2, 3})), doctest::Contains("[GroupNorm] takes (N, 4, ...)"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(nn::InstanceNorm1d(3)(ones({2, 3, 1})), doctest::Contains("more than one value"), ValueError);
  CHECK_THROWS_WITH_AS(nn::InstanceNorm1d(3)(ones({2, 3, 4, 4})), doctest::Contains("of 3 axes"), ShapeError);
}

TEST_CASE("Embedding: labels of any shape, the padding row stays, wrong labels are named") {
  nn::Embedding table(4, 2, {.padding_idx = 1, .dtype = wide});
  CHECK(values(slice(table.weight.detach(), 0, 1, 2)) == std::vector<double>{0, 0});
  const Variable labels = tensor<std::int64_t>({3, 1, 0, 3, 1, 2}, {2, 3});
  CHECK(table(labels).shape() == Shape{2, 3, 2});
  const Variable g = grad(sum(table(labels)), table.weight);
  CHECK(values(g) == std::vector<double>{1, 1, 0, 0, 1, 1, 2, 2});
  CHECK_THROWS_WITH_AS(table(tensor<std::int64_t>({0, 4}, {2})), doctest::Contains("label 4 is outside [0, 4)"),
                       ValueError);
  CHECK_THROWS_WITH_AS(table(tensor<std::int64_t>({-1}, {1})), doctest::Contains("label -1"), ValueError);
  CHECK_THROWS_AS(table(ones({2})), DTypeError);
  CHECK_THROWS_AS(nn::Embedding(4, 2, {.padding_idx = 4}), ValueError);
}
