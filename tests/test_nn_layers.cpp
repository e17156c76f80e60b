// SPDX-License-Identifier: BSD-3-Clause
// Layers: PyTorch's keys and numbers, LayerNorm to second order, Dropout's mask and stream, files.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/nn.h>

#include "nn_fixture.h"

using namespace xgrad;
using namespace xgrad::test;

TEST_CASE("a network has PyTorch's keys, layouts and output") {
  const nlohmann::json f = read_fixture("nn.json")["network"];
  nn::Sequential net(nn::Linear(5, 4), nn::LeakyReLU(0.2), nn::LayerNorm({4}),
                     nn::Sequential(nn::Linear(4, 3, {.bias = false}), nn::GELU()), nn::Linear(3, 2), nn::Softplus());
  net.to(DType::float64);
  StateDict state = net.state_dict();
  REQUIRE(state.size() == f["keys"].size());
  for (std::size_t k = 0; k < state.size(); ++k) {
    auto& [name, value] = state[k];
    CHECK(name == f["keys"][k][0].get<std::string>());
    CHECK(value.shape() == Shape(f["keys"][k][1].get<std::vector<std::int64_t>>()));
    value = wave(value.shape(), 0.1 * static_cast<double>(k)).array();
  }
  net.load_state_dict(state);
  CHECK(distance(net(variable(f["x"], {3, 5})), f["y"]) < tolerance::same_formula_float64);
}

TEST_CASE("activation modules are PyTorch's") {
  const nlohmann::json f = read_fixture("nn.json")["activations"];
  const Variable x = variable(f["x"], {12});
  const std::map<std::string, std::shared_ptr<nn::Module>> modules = {
      {"ReLU", std::make_shared<nn::ReLU>()},        {"LeakyReLU", std::make_shared<nn::LeakyReLU>()},
      {"ELU", std::make_shared<nn::ELU>(0.7)},       {"Tanh", std::make_shared<nn::Tanh>()},
      {"Sigmoid", std::make_shared<nn::Sigmoid>()},  {"GELU", std::make_shared<nn::GELU>()},
      {"SiLU", std::make_shared<nn::SiLU>()},        {"Softplus", std::make_shared<nn::Softplus>()},
      {"Identity", std::make_shared<nn::Identity>()}};
  REQUIRE(f["y"].size() == modules.size());
  for (const auto& row : modules) {
    const auto& name = row.first;
    const auto& module = row.second;
    CAPTURE(name);
    CHECK(distance((*module)(x), f["y"][name]) < tolerance::same_formula_float64);
    CHECK(module->describe().rfind(name, 0) == 0);
  }
}

TEST_CASE("LayerNorm has PyTorch's values, gradients and second-order gradients") {
  const nlohmann::json rows = read_fixture("nn.json")["layer_norm"];
  REQUIRE(rows.size() == 3);
  for (const nlohmann::json& row : rows) {
    const Shape shape(row["shape"].get<std::vector<std::int64_t>>());
    const Shape normalized(row["normalized"].get<std::vector<std::int64_t>>());
    CAPTURE(to_string(shape));
    nn::LayerNorm layer(normalized, {.dtype = DType::float64});
    layer.load_state_dict(
        {{"weight", variable(row["weight"], normalized).array()}, {"bias", variable(row["bias"], normalized).array()}});
    const Variable x = variable(row["x"], shape, true);
    check_derivatives(row, {x, layer.weight, layer.bias}, layer(x));
  }
}

TEST_CASE("LayerNorm treats samples apart, and refuses other shapes") {
  nn::LayerNorm layer({3, 4}, {.elementwise_affine = false});
  CHECK(layer.parameters().empty());
  CHECK_FALSE(layer.mixes_samples());
  CHECK_THROWS_AS(layer(ones({2, 4, 3})), ShapeError);
  CHECK_THROWS_AS(layer(ones({4})), ShapeError);
  CHECK_THROWS_AS(nn::LayerNorm(Shape{}), ShapeError);
}

TEST_CASE("Linear is x W^T + b on any leading axes") {
  nn::Linear layer(2, 3, {.dtype = DType::float64});
  layer.load_state_dict({{"weight", Array::from<double>({1, 2, 3, 4, 5, 6}, {3, 2})},
                         {"bias", Array::from<double>({0.5, -0.5, 0.0}, {3})}});
  const Variable x(Array::from<double>({1, 10, 2, 20}, {1, 2, 2}));
  const Variable y = layer(x);
  CHECK(y.shape() == Shape{1, 2, 3});
  CHECK(y.array().to_vector<double>() == std::vector<double>{21.5, 42.5, 65, 42.5, 85.5, 130});
  CHECK_THROWS_AS(nn::Linear(0, 3), ValueError);
}

TEST_CASE("Dropout keeps the mean, scales what it keeps, and is the identity in evaluation") {
  nn::Dropout layer(0.3, Generator(5));
  const Variable x = ones({100, 1000}, DType::float64);
  const std::vector<double> y = layer(x).array().to_vector<double>();
  std::size_t kept = 0;
  std::size_t dropped = 0;
  for (const double v : y) {
    kept += v == 1.0 / 0.7;
    dropped += v == 0.0;
  }
  CHECK(kept + dropped == y.size());
  // 1e5 Bernoulli draws: the share's standard deviation is 0.00145; five of them.
  CHECK(std::abs(static_cast<double>(kept) / 1e5 - 0.7) < 0.00725);
  layer.eval();
  CHECK(layer(x).is_same(x));
  layer.train();
  CHECK(nn::Dropout(0.0)(x).is_same(x));
  CHECK(sum(nn::Dropout(1.0)(x)).item() == 0.0);
  CHECK_THROWS_AS(nn::Dropout(1.5), ValueError);
  CHECK_THROWS_AS(nn::Dropout(-0.1), ValueError);
}

TEST_CASE("Dropout's stream is found, saved and restored") {
  manual_seed(3);
  nn::Sequential net(nn::Dropout(0.5), nn::Linear(64, 64), nn::Dropout(0.5));
  const auto generators = net.named_generators();
  REQUIRE(generators.size() == 2);
  CHECK(generators[0].first == "0.generator");
  CHECK(generators[1].first == "2.generator");
  CHECK_FALSE(generators[0].second->state() == generators[1].second->state());

  const Variable x = ones({8, 64});
  std::vector<Generator::State> states;
  for (const auto& [name, g] : generators) states.push_back(g->state());
  const std::vector<double> first = net(x).array().to_vector<double>();
  CHECK(net(x).array().to_vector<double>() != first);
  for (std::size_t i = 0; i < 2; ++i) generators[i].second->set_state(states[i]);
  CHECK(net(x).array().to_vector<double>() == first);

  manual_seed(3);
  nn::Sequential again(nn::Dropout(0.5), nn::Linear(64, 64), nn::Dropout(0.5));
  CHECK(again(x).array().to_vector<double>() == first);
}

TEST_CASE("the gradient flows through Dropout's mask to second order") {
  const Variable x(wave({3, 4}, 0.0).array(), true);
  const auto f = [](const Variables& v) {
    nn::Dropout layer(0.4, Generator(9));
    return sum(square(layer(square(v[0]))));
  };
  const GradcheckResult r = gradcheck(f, {x}, {.order = 2});
  CHECK_MESSAGE(r.ok, r.message);
}

TEST_CASE("Flatten and Unflatten undo each other") {
  const Variable x = wave({2, 3, 4}, 0.0);
  nn::Sequential net(nn::Flatten(), nn::Unflatten({3, -1}));
  CHECK(net[0](x).shape() == Shape{2, 12});
  CHECK(net(x).shape() == x.shape());
  CHECK_THROWS_AS(net[2], ValueError);
}

TEST_CASE("weights survive a file, and a file of another network is refused") {
  const auto path = std::filesystem::temp_directory_path() / "xgrad_test_nn_layers.safetensors";
  nn::Sequential a(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 1));
  nn::Sequential b(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 1));
  nn::save(a, path.string());
  nn::load(b, path.string());
  const Variable x = normal({5, 3});
  CHECK(a(x).array().to_vector<double>() == b(x).array().to_vector<double>());
  nn::Sequential c(nn::Linear(3, 5));
  CHECK_THROWS_AS(nn::load(c, path.string()), ValueError);
  std::filesystem::remove(path);
}
