// SPDX-License-Identifier: BSD-3-Clause
// Module: names, sharing, modes, and the strictness of load_state_dict.
#include <algorithm>

#include <doctest/doctest.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/nn.h>

using namespace xgrad;

namespace {

/// Owns a parameter, a buffer and two submodules, one of which has submodules of its own.
struct Net : nn::Module {
  Variable scale = register_parameter("scale", Array::full({3}, 2.0));
  Variable count = register_buffer("count", Array::from<std::int64_t>({7}, {1}));
  nn::Linear& head = register_module("head", nn::Linear(4, 3));
  nn::Sequential& tail = register_module("tail", nn::Sequential(nn::ReLU(), nn::Linear(3, 2, {.bias = false})));
  Variable forward(const Variable& x) override { return tail(head(x) * scale); }
  std::string describe() const override { return "Net"; }
};

struct Mixer : nn::Module {
  bool mixes_samples() const override { return is_training(); }
};

/// Whether registering under a name works.
struct Registrar : nn::Module {
  void parameter(const std::string& name) { register_parameter(name, Array::zeros({1})); }
  void parameter(const std::string& name, const Variable& value) { register_parameter(name, value); }
  void buffer(const std::string& name) { register_buffer(name, Array::zeros({1})); }
  void module(const std::string& name, std::shared_ptr<nn::Linear> shared) { register_module(name, std::move(shared)); }
};

template <class T>
std::vector<std::string> names(const nn::Named<T>& named) {
  std::vector<std::string> found;
  for (const auto& entry : named) found.push_back(entry.first);
  return found;
}

using Names = std::vector<std::string>;

std::vector<std::vector<double>> values(const nn::Module& module) {
  std::vector<std::vector<double>> found;
  for (const auto& [name, value] : module.state_dict()) found.push_back(value.to_vector<double>());
  return found;
}

}  // namespace

TEST_CASE("names are dotted and in order of registration") {
  Net net;
  CHECK(names(net.named_parameters()) == Names{"scale", "head.weight", "head.bias", "tail.1.weight"});
  CHECK(names(net.named_buffers()) == Names{"count"});
  CHECK(names(net.named_modules()) == Names{"", "head", "tail", "tail.0", "tail.1"});
  CHECK(names(net.state_dict()) == Names{"scale", "count", "head.weight", "head.bias", "tail.1.weight"});
  CHECK(net.n_parameters() == 3 + 12 + 3 + 6);
  CHECK(net.parameters()[1].is_same(net.head.weight));
  CHECK(net.count.dtype() == DType::int64);
  CHECK(to_string(net) == "Net\n  head: Linear(4, 3)\n  tail: Sequential\n    0: ReLU()\n    1: Linear(3, 2, no bias)");
}

TEST_CASE("a moved module keeps its parts, and references to them stay valid") {
  Net first;
  const nn::Linear* head = &first.head;
  const Variable weight = first.head.weight;
  Net second = std::move(first);
  CHECK(&second.head == head);
  CHECK(second.parameters()[1].is_same(weight));
  CHECK(second(ones({5, 4})).shape() == Shape{5, 2});
}

TEST_CASE("bad names are refused") {
  Registrar r;
  r.parameter("a");
  CHECK_THROWS_AS(r.parameter("a"), ValueError);
  CHECK_THROWS_AS(r.buffer("a"), ValueError);
  CHECK_THROWS_AS(r.parameter(""), ValueError);
  CHECK_THROWS_AS(r.parameter("a.b"), ValueError);
  CHECK(r.parameters().size() == 1);
}

TEST_CASE("what could not be trained or called is not registered") {
  Registrar r;
  const Variable x(Array::zeros({1}), true);
  CHECK_THROWS_WITH_AS(r.parameter("a", x * x), doctest::Contains("was computed by mul"), GraphError);
  CHECK_THROWS_AS(r.parameter("a", Array::zeros({1}, DType::int64)), DTypeError);
  CHECK_THROWS_WITH_AS(r.module("a", nullptr), "[Module] the submodule 'a' is null", ValueError);
  CHECK(r.parameters().empty());
  CHECK(r.named_modules().size() == 1);
}

TEST_CASE("a module without a forward of one input says so") {
  Registrar r;
  CHECK_THROWS_AS(r(ones({1})), GraphError);
}

TEST_CASE("a shared module's parameters come once, and under each name in the state") {
  const auto shared = std::make_shared<nn::Linear>(3, 3);
  nn::Sequential net(shared, nn::Tanh(), shared);
  CHECK(names(net.named_parameters()) == Names{"0.weight", "0.bias"});
  CHECK(names(net.state_dict()) == Names{"0.weight", "0.bias", "2.weight", "2.bias"});
  // Its gradient is the sum over both uses: y = w (w x), dy/dw = 2 w x for one feature.
  const auto single = std::make_shared<nn::Linear>(1, 1, nn::LinearOptions{.bias = false});
  nn::init::constant_(single->weight, 3.0);
  nn::Sequential twice(single, single);
  sum(twice(full({1, 1}, 5.0))).backward();
  CHECK(single->weight.grad().item() == 30.0);
  const nn::Sequential once(single);
  CHECK(once.parameters()[0].is_same(single->weight));
}

TEST_CASE("train, eval, zero_grad and requires_grad_ reach every descendant") {
  Net net;
  CHECK(net.is_training());
  net.eval();
  for (const auto& [name, m] : net.named_modules()) CHECK_FALSE(m->is_training());
  net.train();
  for (const auto& [name, m] : net.named_modules()) CHECK(m->is_training());

  sum(net(ones({2, 4}))).backward();
  for (const Variable& p : net.parameters()) CHECK(p.grad().defined());
  net.zero_grad();
  for (const Variable& p : net.parameters()) CHECK_FALSE(p.grad().defined());

  net.requires_grad_(false);
  CHECK_FALSE(net(ones({2, 4})).requires_grad());
  net.requires_grad_();
  CHECK(net(ones({2, 4})).requires_grad());
}

TEST_CASE("a module that mixes samples is found in any depth, in the mode in which it does") {
  nn::Sequential net(nn::Linear(2, 2), nn::Sequential(nn::Tanh(), Mixer()));
  CHECK(net.mixes_samples());
  net.eval();
  CHECK_FALSE(net.mixes_samples());
  CHECK_FALSE(Net().mixes_samples());
}

TEST_CASE("to converts values and gradients where they are") {
  Net net;
  sum(net(ones({2, 4}))).backward();
  const std::vector<double> before = net.head.weight.array().to_vector<double>();
  net.to(DType::float64);
  CHECK(net.head.weight.dtype() == DType::float64);
  CHECK(net.head.weight.grad().dtype() == DType::float64);
  CHECK(net.count.dtype() == DType::int64);
  CHECK(net.head.weight.array().to_vector<double>() == before);
  CHECK(net.parameters()[1].is_same(net.head.weight));
  CHECK(net.head.weight.requires_grad());
  net.zero_grad();
  sum(net(ones({2, 4}, DType::float64))).backward();
  CHECK(net.head.weight.grad().dtype() == DType::float64);
  CHECK_THROWS_AS(net.to(DType::int64), DTypeError);
}

TEST_CASE("a state is a snapshot") {
  Net net;
  const StateDict state = net.state_dict();
  const std::vector<double> before = find(state, "scale")->to_vector<double>();
  net.scale.mutable_array().mutable_data<float>()[0] = 99.0F;
  CHECK(find(state, "scale")->to_vector<double>() == before);
  CHECK(net.scale.array().to_vector<double>()[0] == 99.0);
}

TEST_CASE("a loaded module computes what the saved one does and shares no memory with it") {
  Net a;
  Net b;
  const Variable x = normal({6, 4});
  CHECK(a(x).array().to_vector<double>() != b(x).array().to_vector<double>());
  const nn::LoadReport report = b.load_state_dict(a.state_dict());
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  CHECK(a(x).array().to_vector<double>() == b(x).array().to_vector<double>());
  const std::vector<std::vector<double>> before = values(a);
  for (Variable& p : b.parameters()) p.mutable_array().mutable_data<float>()[0] += 1.0F;
  CHECK(values(a) == before);
}

TEST_CASE("a graph recorded before loading keeps its values") {
  const Variable x(Array::full({1}, 3.0), true);
  nn::Linear layer(1, 1, {.bias = false});
  nn::init::constant_(layer.weight, 5.0);
  const Variable y = layer(reshape(x, Shape{1, 1}));
  layer.load_state_dict({{"weight", Array::full({1, 1}, 8.0)}});
  CHECK(grad(sum(y), x).item() == 5.0);
}

TEST_CASE("loading converts between floating types, but not to or from int64") {
  Net net;
  StateDict state = net.state_dict();
  for (auto& [name, value] : state) {
    if (is_floating(value.dtype())) value = value.astype(DType::float64);
  }
  net.load_state_dict(state);
  CHECK(net.scale.dtype() == DType::float32);
  state[1].second = Array::zeros({1});
  CHECK_THROWS_AS(net.load_state_dict(state), ValueError);
}

TEST_CASE("strict loading names everything that is wrong and changes nothing") {
  Net net;
  const std::vector<std::vector<double>> before = values(net);
  StateDict state = net.state_dict();
  for (auto& [name, value] : state) value = Array::full(value.shape(), -1.0, value.dtype());
  state.erase(state.begin() + 3);          // head.bias
  state[2].second = Array::zeros({3, 5});  // head.weight
  state.emplace_back("head.extra", Array::zeros({1}));
  state.emplace_back("scale", Array::zeros({3}));
  std::string message;
  try {
    net.load_state_dict(state);
  } catch (const ValueError& e) {
    message = e.what();
  }
  for (const char* part : {"missing: head.bias", "unexpected: head.extra", "repeated: scale",
                           "mis-shaped: head.weight is (3, 4) here but (3, 5) in the state"}) {
    CAPTURE(message);
    CHECK(message.find(part) != std::string::npos);
  }
  CHECK(values(net) == before);
}

TEST_CASE("lenient loading takes what fits and reports the rest, but never a wrong shape") {
  Net net;
  const nn::LoadReport report =
      net.load_state_dict({{"scale", Array::full({3}, 4.0)}, {"other", Array::zeros({1})}}, false);
  CHECK(report.missing == Names{"count", "head.weight", "head.bias", "tail.1.weight"});
  CHECK(report.unexpected == Names{"other"});
  CHECK(net.scale.array().to_vector<double>() == std::vector<double>{4.0, 4.0, 4.0});
  CHECK_THROWS_AS(net.load_state_dict({{"scale", Array::zeros({4})}}, false), ValueError);
}
