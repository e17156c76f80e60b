// SPDX-License-Identifier: BSD-3-Clause
// Optimisers: twenty steps of each against PyTorch, exact saving, and what happens on misuse and under a live graph.
#include <memory>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/random.h>
#include <xgrad/nn/linear.h>
#include <xgrad/optim/optim.h>

#include "nn_fixture.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

using Values = std::vector<double>;

/// problem() and objective() of make_nn_fixtures.py.
struct Problem {
  Variable a = Variable((wave({3, 2}, 0.0) * 1.5).array().clone(), true);
  Variable b = Variable(wave({4}, 0.6).array().clone(), true);

  Variable objective() const {
    const Variable weights = reshape(arange(6, DType::float64, 1.0 / 3.0, 1.0 / 3.0), Shape{3, 2});
    return sum(weights * square(a - 0.5)) + sum(cos(b)) + 0.25 * sum(square(square(b))) + 0.1 * sum(a) * sum(b);
  }
  Values values() const {
    Values all = a.array().to_vector<double>();
    const Values more = b.array().to_vector<double>();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void step(optim::Optimizer& optimizer) const {
    optimizer.zero_grad();
    objective().backward();
    optimizer.step();
  }
};

std::unique_ptr<optim::Optimizer> make(const std::string& kind, const nlohmann::json& o, const Variables& parameters) {
  const auto betas = o.value("betas", std::vector<double>{0.9, 0.999});
  if (kind == "SGD") {
    return std::make_unique<optim::SGD>(parameters, optim::SGDOptions{.lr = o.value("lr", 1e-3),
                                                                      .momentum = o.value("momentum", 0.0),
                                                                      .dampening = o.value("dampening", 0.0),
                                                                      .weight_decay = o.value("weight_decay", 0.0),
                                                                      .nesterov = o.value("nesterov", false)});
  }
  if (kind == "RMSprop") {
    optim::RMSpropOptions options;  // keeps the defaults that the case does not name
    options.lr = o.value("lr", options.lr);
    options.alpha = o.value("alpha", options.alpha);
    options.eps = o.value("eps", options.eps);
    options.weight_decay = o.value("weight_decay", options.weight_decay);
    options.momentum = o.value("momentum", options.momentum);
    options.centered = o.value("centered", options.centered);
    return std::make_unique<optim::RMSprop>(parameters, options);
  }
  const auto adam = [&](auto options) {
    options.lr = o.value("lr", options.lr);
    options.betas = {betas[0], betas[1]};
    options.eps = o.value("eps", options.eps);
    options.weight_decay = o.value("weight_decay", options.weight_decay);
    options.amsgrad = o.value("amsgrad", options.amsgrad);
    return options;
  };
  if (kind == "Adam") return std::make_unique<optim::Adam>(parameters, adam(optim::AdamOptions{}));
  REQUIRE(kind == "AdamW");
  return std::make_unique<optim::AdamW>(parameters, adam(optim::AdamWOptions{}));
}

/// One optimiser of each kind with all its state in use.
const std::vector<std::pair<std::string, nlohmann::json>>& full_cases() {
  static const std::vector<std::pair<std::string, nlohmann::json>> cases = {
      {"SGD", {{"lr", 0.05}, {"momentum", 0.9}, {"dampening", 0.1}}},
      {"Adam", {{"lr", 0.1}, {"amsgrad", true}, {"weight_decay", 0.1}}},
      {"AdamW", {{"lr", 0.1}, {"amsgrad", true}}},
      {"RMSprop", {{"lr", 0.01}, {"momentum", 0.9}, {"centered", true}}}};
  return cases;
}

}  // namespace

TEST_CASE("twenty steps of every optimiser are PyTorch's") {
  const nlohmann::json rows = read_fixture("optim.json")["trajectories"];
  REQUIRE(rows.size() == 50);
  for (const nlohmann::json& row : rows) {
    const std::string kind = row["kind"];
    CAPTURE(kind);
    CAPTURE(row["options"].dump());
    const Problem problem;
    const auto optimizer = make(kind, row["options"], {problem.a, problem.b});
    const int skipped = row["skipped"];
    std::size_t next = 0;
    for (int step = 1; step <= 20; ++step) {
      optimizer->zero_grad();
      problem.objective().backward();
      if (step <= skipped) Variable(problem.b).zero_grad();
      optimizer->step();
      const nlohmann::json& at = row["at"][next];
      if (at["step"] != step) continue;
      CAPTURE(step);
      CHECK(distance(problem.a, at["a"]) < tolerance::same_formula_float64);
      CHECK(distance(problem.b, at["b"]) < tolerance::same_formula_float64);
      ++next;
    }
    CHECK(next == row["at"].size());
  }
}

TEST_CASE("a step from given gradients equals one from .grad") {
  for (const auto& row : full_cases()) {
    const auto& kind = row.first;
    const auto& options = row.second;
    CAPTURE(kind);
    const Problem first;
    const Problem second;
    const auto one = make(kind, options, {first.a, first.b});
    const auto two = make(kind, options, {second.a, second.b});
    for (int k = 0; k < 3; ++k) {
      first.step(*one);
      two->step(grad(second.objective(), {second.a, second.b}));
    }
    CHECK(first.values() == second.values());
  }
}

TEST_CASE("an optimiser restored from its state goes on bit for bit") {
  for (const auto& row : full_cases()) {
    const auto& kind = row.first;
    const auto& options = row.second;
    CAPTURE(kind);
    const Problem straight;
    const auto optimizer = make(kind, options, {straight.a, straight.b});
    // b is updated from the third step on, so that the step counts differ.
    for (int k = 0; k < 7; ++k) {
      const Variables g = grad(straight.objective(), {straight.a, straight.b});
      optimizer->step({g[0], k < 2 ? Variable() : g[1]});
    }
    optimizer->set_lr(0.0123456789);
    const StateDict state = optimizer->state_dict();
    const Problem resumed;
    Variable(resumed.a).set_array(straight.a.array().clone());
    Variable(resumed.b).set_array(straight.b.array().clone());
    for (int k = 0; k < 7; ++k) straight.step(*optimizer);

    const auto other = make(kind, options, {resumed.a, resumed.b});
    other->load_state_dict(state);
    CHECK(other->lr() == 0.0123456789);
    for (int k = 0; k < 7; ++k) resumed.step(*other);
    CHECK(resumed.values() == straight.values());

    const StateDict mine = optimizer->state_dict();
    const StateDict theirs = other->state_dict();
    REQUIRE(mine.size() == theirs.size());
    for (std::size_t i = 0; i < mine.size(); ++i) {
      CHECK(mine[i].first == theirs[i].first);
      CHECK(mine[i].second.to_vector<double>() == theirs[i].second.to_vector<double>());
    }
  }
}

TEST_CASE("the state has PyTorch's names") {
  const Problem p;
  optim::Adam adam({p.a, p.b}, {.amsgrad = true});
  adam.step({wave({3, 2}, 0.1), Variable()});
  std::vector<std::string> names;
  for (const auto& [name, value] : adam.state_dict()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"lr", "0.step", "0.exp_avg", "0.exp_avg_sq", "0.max_exp_avg_sq"});
}

TEST_CASE("a state that does not fit is refused whole") {
  const Problem p;
  optim::Adam adam({p.a, p.b});
  p.step(adam);
  const StateDict good = adam.state_dict();
  const auto refused = [&](StateDict state, const std::string& reason) {
    state[0].second = Array::scalar(0.5, DType::float64);
    std::string message;
    try {
      adam.load_state_dict(state);
    } catch (const ValueError& e) {
      message = e.what();
    }
    CAPTURE(message);
    CHECK(message.find(reason) != std::string::npos);
    CHECK(adam.lr() == 1e-3);
  };
  StateDict state = good;
  state.pop_back();
  refused(state, "missing: 1.exp_avg_sq");
  state = good;
  state.emplace_back("2.step", Array::from<std::int64_t>({1}, {}));
  refused(state, "unexpected: 2.step");
  state = good;
  state.push_back(good[1]);
  refused(state, "repeated: 0.step");
  state = good;
  state[2].second = Array::zeros({2, 3}, DType::float64);
  refused(state, "wrong: 0.exp_avg must be float64 (3, 2), not float64 (2, 3)");
  state = good;
  state[2].second = Array::zeros({3, 2}, DType::float32);
  refused(state, "not float32 (3, 2)");
  state = good;
  state[1].second = Array::from<std::int64_t>({0}, {});
  refused(state, "0.step must be at least 1");
  optim::SGD sgd({p.a, p.b});
  CHECK_THROWS_AS(sgd.load_state_dict(good), ValueError);
}

TEST_CASE("a saved state is a snapshot, and loading it does not tie two optimisers") {
  const Problem p;
  optim::Adam adam({p.a, p.b});
  p.step(adam);
  const StateDict state = adam.state_dict();
  const Values before = find(state, "0.exp_avg")->to_vector<double>();
  const Problem q;
  optim::Adam other({q.a, q.b});
  other.load_state_dict(state);
  q.step(other);
  p.step(adam);
  CHECK(find(state, "0.exp_avg")->to_vector<double>() == before);
}

TEST_CASE("a wrong gradient stops the step before anything changes") {
  const Problem p;
  for (const auto& [kind, options] : full_cases()) {
    const auto optimizer = make(kind, options, {p.a, p.b});
    p.step(*optimizer);
    const Values before = p.values();
    const std::size_t entries = optimizer->state_dict().size();
    const Values moment = optimizer->state_dict()[2].second.to_vector<double>();
    const Variable good = wave({3, 2}, 0.0);
    CHECK_THROWS_AS(optimizer->step({good, wave({5}, 0.0)}), ShapeError);
    CHECK_THROWS_AS(optimizer->step({good, ones({4}, DType::float32)}), DTypeError);
    CHECK_THROWS_AS(optimizer->step({good}), ValueError);
    CHECK(p.values() == before);
    CHECK(optimizer->state_dict().size() == entries);
    CHECK(optimizer->state_dict()[2].second.to_vector<double>() == moment);
  }
}

TEST_CASE("moments of another dtype than the parameter stop the step") {
  nn::Linear layer(3, 2);
  optim::Adam adam(layer.parameters());
  const auto step = [&](DType dtype) { adam.step(grad(sum(square(layer(ones({4, 3}, dtype)))), layer.parameters())); };
  step(DType::float32);
  layer.to(DType::float64);
  const Values before = layer.weight.array().to_vector<double>();
  CHECK_THROWS_WITH_AS(step(DType::float64), doctest::Contains("make a new optimiser after Module::to"), DTypeError);
  CHECK(layer.weight.array().to_vector<double>() == before);
  layer.to(DType::float32);
  step(DType::float32);
}

TEST_CASE("a graph recorded before a step differentiates what was computed") {
  // y = sum(w^2 x), so dy/dw = 2 w x and d2y/dw2 = 2 x at the old w, whatever the optimiser did meanwhile.
  for (const auto& row : full_cases()) {
    const auto& kind = row.first;
    const auto& options = row.second;
    CAPTURE(kind);
    Variable w(Array::from<double>({1.0, 2.0, 3.0}, {3}), true);
    const Variable x(Array::from<double>({5.0, 7.0, 11.0}, {3}));
    const auto optimizer = make(kind, options, {w});
    const Variable y = sum(square(w) * x);
    const Variable g = grad(y, w, {.retain_graph = true, .create_graph = true});
    CHECK(g.array().to_vector<double>() == Values{10.0, 28.0, 66.0});
    for (int k = 0; k < 3; ++k) optimizer->step({g.detach()});
    CHECK(w.array().to_vector<double>() != Values{1.0, 2.0, 3.0});
    CHECK(grad(y, w, {.retain_graph = true}).array().to_vector<double>() == Values{10.0, 28.0, 66.0});
    CHECK(grad(sum(g * g), w).array().to_vector<double>() == Values{200.0, 784.0, 2904.0});
  }
}

TEST_CASE("without a live graph the update is in place") {
  const Problem p;
  for (const auto& row : full_cases()) {
    const auto& kind = row.first;
    const auto& options = row.second;
    CAPTURE(kind);
    const auto optimizer = make(kind, options, {p.a, p.b});
    p.step(*optimizer);
    const void* address = p.a.array().raw();
    for (int k = 0; k < 3; ++k) p.step(*optimizer);
    CHECK(p.a.array().raw() == address);
  }
}

TEST_CASE("an array that a user keeps does not change under an update") {
  const Problem p;
  const Array kept = p.a.array();
  const Values before = kept.to_vector<double>();
  optim::SGD sgd({p.a}, {.lr = 0.1});
  p.step(sgd);
  CHECK(kept.to_vector<double>() == before);
}

#if defined(__SSE2__) || defined(__aarch64__)
TEST_CASE("moments without gradients die out instead of staying subnormal") {
  Variable w(Array::full({40}, 1.0), true);
  optim::Adam adam({w}, {.lr = 1e-3, .betas = {0.5, 0.75}});
  adam.step({Variable(Array::full({40}, 1e-3))});
  for (int k = 0; k < 600; ++k) adam.step({Variable(Array::zeros({40}))});
  for (const auto& [name, moment] : adam.state_dict()) {
    if (name.find("exp_avg") != std::string::npos) CHECK(moment.to_vector<double>() == Values(40, 0.0));
  }
}
#endif

TEST_CASE("centred RMSprop goes on where gradients do not vary") {
  Generator generator(1);
  for (const DType dtype : {DType::float32, DType::float64}) {
    const Variable g = normal({1000}, 0.0, 1.0, dtype, generator);
    Variable w(Array::zeros({1000}, dtype), true);
    optim::RMSprop rmsprop({w}, {.lr = 1e-3, .alpha = 0.5, .centered = true});
    for (int k = 0; k < 100; ++k) rmsprop.step({g});
    CHECK(std::isfinite(max(abs(w)).item()));
  }
}

TEST_CASE("options outside their domains are refused as PyTorch refuses them") {
  const Problem p;
  const Variables ps = {p.a, p.b};
  CHECK_THROWS_AS(optim::SGD(ps, {.lr = -1.0}), ValueError);
  CHECK_THROWS_AS(optim::SGD(ps, {.momentum = -0.1}), ValueError);
  CHECK_THROWS_AS(optim::SGD(ps, {.weight_decay = -0.1}), ValueError);
  CHECK_THROWS_AS(optim::SGD(ps, {.nesterov = true}), ValueError);
  CHECK_THROWS_AS(optim::SGD(ps, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), ValueError);
  CHECK_THROWS_WITH_AS(optim::Adam(ps, {.betas = {0.9, 1.0}}), "[Adam] each of betas must be in [0, 1), not 1",
                       ValueError);
  CHECK_THROWS_AS(optim::Adam(ps, {.betas = {-0.1, 0.9}}), ValueError);
  CHECK_THROWS_AS(optim::Adam(ps, {.eps = -1e-8}), ValueError);
  CHECK_THROWS_AS(optim::AdamW(ps, {.weight_decay = -1.0}), ValueError);
  CHECK_THROWS_AS(optim::RMSprop(ps, {.alpha = -1.0}), ValueError);
  CHECK_THROWS_AS(optim::RMSprop(ps, {.momentum = -1.0}), ValueError);
  CHECK_THROWS_AS(optim::RMSprop(ps, {.lr = std::nan("")}), ValueError);
  optim::SGD sgd(ps, {.lr = 0.1});
  CHECK_THROWS_AS(sgd.set_lr(-1.0), ValueError);
  CHECK(sgd.lr() == 0.1);
}

TEST_CASE("parameters must be distinct leaves that require gradients") {
  const Problem p;
  CHECK_THROWS_AS(optim::SGD(Variables{}), ValueError);
  CHECK_THROWS_AS(optim::SGD({p.a, p.a}), ValueError);
  CHECK_THROWS_AS(optim::SGD({p.a * 2.0}), GraphError);
  CHECK_THROWS_AS(optim::SGD({p.a.detach()}), GraphError);
}
