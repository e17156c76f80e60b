// SPDX-License-Identifier: BSD-3-Clause
// Layers against PyTorch: two training steps with a gradient penalty, their buffers, and evaluation mode.
#include <functional>
#include <map>
#include <memory>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/nn.h>

#include "nn_fixture.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

constexpr DType wide = DType::float64;

template <class M>
std::shared_ptr<nn::Module> shared(M module) {
  return std::make_shared<M>(std::move(module));
}

/// The layer of each row of layers.json.
std::map<std::string, std::shared_ptr<nn::Module>> layers() {
  const nn::ConvOptions strided{.stride = 2, .padding = 1, .dtype = wide};
  return {
      {"AvgPool2d",
       shared(nn::AvgPool2d({3, 2}, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}))},
      {"AdaptiveAvgPool2d", shared(nn::AdaptiveAvgPool2d({2, 3}))},
      {"Upsample", shared(nn::Upsample(2))},
      {"Upsample size",
       shared(nn::Upsample(Extents2d(5, 4), {.mode = nn::UpsampleMode::bilinear, .align_corners = true}))},
      {"Embedding", shared(nn::Embedding(5, 3, {.dtype = wide}))},
      {"Embedding padding", shared(nn::Embedding(5, 3, {.padding_idx = 2, .dtype = wide}))},
      {"spectral Linear", shared(nn::spectral_norm(nn::Linear(4, 3, {.dtype = wide})))},
      {"spectral Linear twice",
       shared(nn::spectral_norm(nn::Linear(3, 3, {.dtype = wide}), {.n_power_iterations = 2}))},
      {"spectral Conv2d", shared(nn::spectral_norm(nn::Conv2d(2, 3, {3, 2}, strided)))},
      {"spectral ConvTranspose2d",
       shared(nn::spectral_norm(nn::ConvTranspose2d(2, 3, 3, {.stride = 2, .bias = false, .dtype = wide})))},
      {"spectral ConvTranspose1d",
       shared(nn::spectral_norm(nn::ConvTranspose1d(2, 3, 3, {.stride = 2, .dtype = wide})))},
      {"weight Linear", shared(nn::weight_norm(nn::Linear(4, 3, {.dtype = wide})))},
      {"weight Linear twice", shared(nn::weight_norm(nn::Linear(3, 3, {.dtype = wide}), {.dim = 1}))},
      {"weight Linear whole", shared(nn::weight_norm(nn::Linear(4, 3, {.dtype = wide}), {.dim = std::nullopt}))},
      {"weight Conv2d", shared(nn::weight_norm(nn::Conv2d(2, 3, {3, 2}, strided)))},
      {"MaxPool2d", shared(nn::MaxPool2d(3, {.stride = 2, .padding = 1}))},
      {"PixelShuffle", shared(nn::PixelShuffle(2))},
      {"PixelUnshuffle", shared(nn::PixelUnshuffle(2))},
      {"ReflectionPad2d", shared(nn::ReflectionPad2d({1, 2, 0, 1}))},
      {"ReplicationPad2d", shared(nn::ReplicationPad2d(2))},
      {"Conv1d", shared(nn::Conv1d(4, 6, 3, {.stride = 2, .padding = 1, .groups = 2, .dtype = wide}))},
      {"Conv1d dilated", shared(nn::Conv1d(2, 3, 2, {.dilation = 2, .bias = false, .dtype = wide}))},
      {"ConvTranspose1d",
       shared(nn::ConvTranspose1d(2, 3, 4, {.stride = 2, .padding = 1, .output_padding = 1, .dtype = wide}))},
      {"GroupNorm", shared(nn::GroupNorm(2, 4, {.dtype = wide}))},
      {"GroupNorm plain", shared(nn::GroupNorm(3, 6, {.eps = 1e-3, .affine = false}))},
      {"BatchNorm1d", shared(nn::BatchNorm1d(3, {.dtype = wide}))},
      {"BatchNorm2d", shared(nn::BatchNorm2d(3, {.momentum = 0.3, .affine = false, .dtype = wide}))},
      {"BatchNorm2d cumulative", shared(nn::BatchNorm2d(3, {.momentum = std::nullopt, .dtype = wide}))},
      {"InstanceNorm1d", shared(nn::InstanceNorm1d(3))},
      {"InstanceNorm2d", shared(nn::InstanceNorm2d(3, {.affine = true, .dtype = wide}))},
      {"InstanceNorm2d tracked",
       shared(nn::InstanceNorm2d(3, {.momentum = 0.3, .affine = true, .track_running_stats = true, .dtype = wide}))},
      {"spectral Embedding", shared(nn::spectral_norm(nn::Embedding(5, 3, {.dtype = wide})))},
  };
}

Array array_of(const nlohmann::json& stored) {
  const Shape shape(stored["shape"].get<std::vector<std::int64_t>>());
  if (stored["integer"]) return Array::from(stored["values"].get<std::vector<std::int64_t>>(), shape);
  return Array::from(numbers(stored["values"]), shape);
}

void check_equal(const Variable& got, const nlohmann::json& stored, const std::string& what) {
  CAPTURE(what);
  CHECK(got.shape() == Shape(stored["shape"].get<std::vector<std::int64_t>>()));
  CHECK(distance(got, stored["values"]) < tolerance::same_formula_float64);
}

void check_state(const nn::Module& layer, const nlohmann::json& stored) {
  const StateDict state = layer.state_dict();
  CHECK(state.size() == stored.size());
  for (const auto& entry : state) {
    const std::string& name = entry.first;
    REQUIRE_MESSAGE(stored.contains(name), name);
    check_equal(entry.second, stored[name], name);
  }
}

void check_step(nn::Module& layer, const nlohmann::json& step, int times) {
  const Array input = array_of(step["x"]);
  const Variable x(input, is_floating(input.dtype()));
  Variable y = x;
  for (int i = 0; i < times; ++i) y = layer(y);
  check_equal(y, step["y"], "y");
  const Variable along = sum(y * wave(y.shape(), 0.3));
  Variable total = along + 0.5 * sum(square(y));
  if (x.requires_grad()) {
    const Variable gx = grad({along}, {x}, {}, {.create_graph = true})[0];
    check_equal(gx, step["gx"], "gx");
    total += 0.5 * sum(square(gx));
  }
  const nn::Named<Variable> named = layer.named_parameters();
  REQUIRE(named.size() == step["gradients"].size());
  if (named.empty()) return;
  const Variables gradients = grad({total}, layer.parameters(), {});
  for (std::size_t i = 0; i < named.size(); ++i) {
    auto [name, parameter] = named[i];
    check_equal(gradients[i], step["gradients"][name], "gradient of " + name);
    parameter.set_array((parameter.detach() - 0.1 * gradients[i]).array());
  }
}

}  // namespace

TEST_CASE("layers train and evaluate as PyTorch's do") {
  const nlohmann::json file = read_fixture("layers.json");
  auto known = layers();
  CHECK(file["cases"].size() == known.size());
  for (const nlohmann::json& row : file["cases"]) {
    const std::string name = row["name"];
    CAPTURE(name);
    REQUIRE(known.count(name) == 1);
    nn::Module& layer = *known[name];
    StateDict before;
    for (const auto& [key, value] : row["before"].items()) before.emplace_back(key, array_of(value));
    layer.load_state_dict(before);
    for (const nlohmann::json& step : row["steps"]) check_step(layer, step, row["times"]);
    layer.eval();
    check_state(layer, row["after"]);
    check_equal(layer(Variable(array_of(row["evaluated_at"]))), row["evaluated"], "in evaluation mode");
    check_state(layer, row["after"]);
    CHECK_FALSE(layer.mixes_samples());
  }
}
