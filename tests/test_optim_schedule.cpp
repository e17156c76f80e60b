// SPDX-License-Identifier: BSD-3-Clause
// Learning-rate schedules against PyTorch's, and their saving.
#include <cmath>
#include <map>

#include <xgrad/autograd/error.h>
#include <xgrad/optim/optim.h>

#include "nn_fixture.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

Variable parameter() { return Variable(Array::zeros({1}), true); }

}  // namespace

TEST_CASE("schedules give PyTorch's rates") {
  const nlohmann::json f = read_fixture("optim.json")["schedules"];
  const optim::LinearWarmup warmup{.steps = 6, .start_factor = 0.25};
  const optim::StepLR halving{.step_size = 5, .gamma = 0.5};
  const std::map<std::string, optim::Schedule> schedules = {
      {"step", optim::StepLR{.step_size = 7, .gamma = 0.3}},
      {"cosine", optim::CosineAnnealingLR{.t_max = 12, .min_factor = 0.1}},
      {"warmup", warmup},
      {"sequence", optim::sequence({warmup, halving}, {6})},
      {"product", optim::product({warmup, halving})}};
  REQUIRE(f.size() == schedules.size());
  for (const auto& row : schedules) {
    const auto& name = row.first;
    const auto& schedule = row.second;
    CAPTURE(name);
    optim::SGD sgd({parameter()}, {.lr = 0.4});
    optim::LRScheduler scheduler(sgd, schedule);
    std::vector<double> rates;
    for (std::size_t k = 0; k < f[name].size(); ++k) {
      rates.push_back(sgd.lr());
      scheduler.step();
    }
    CHECK(distance(rates, numbers(f[name])) < tolerance::same_formula_float64);
  }
}

TEST_CASE("a restored scheduler goes on where the saved one was, and sets the rate") {
  optim::Adam first({parameter()}, {.lr = 0.4});
  optim::LRScheduler one(first, optim::CosineAnnealingLR{.t_max = 9});
  for (int k = 0; k < 5; ++k) one.step();
  // The new optimiser has another rate: the base is restored too.
  optim::Adam second({parameter()}, {.lr = 7.0});
  optim::LRScheduler two(second, optim::CosineAnnealingLR{.t_max = 9});
  two.load_state_dict(one.state_dict());
  CHECK(two.steps() == 5);
  CHECK(two.base_lr() == 0.4);
  for (int k = 0; k < 12; ++k) {
    CHECK(second.lr() == first.lr());
    one.step();
    two.step();
  }
  const double before = second.lr();
  CHECK_THROWS_AS(two.load_state_dict({{"step", Array::from<std::int64_t>({1}, {})}}), ValueError);
  CHECK_THROWS_AS(two.load_state_dict({{"step", Array::zeros({2})}, {"base_lr", Array::zeros({})}}), ValueError);
  const auto state = [](Array step, Array base_lr) { return StateDict{{"step", step}, {"base_lr", base_lr}}; };
  const Array one_step = Array::from<std::int64_t>({1}, {});
  const Array rate = Array::scalar(0.2, DType::float64);
  CHECK_THROWS_AS(two.load_state_dict(state(one_step, Array::scalar(0.2))), ValueError);
  CHECK_THROWS_AS(two.load_state_dict(state(one_step, Array::scalar(std::nan(""), DType::float64))), ValueError);
  CHECK_THROWS_AS(two.load_state_dict(state(Array(), rate)), ValueError);
  StateDict more = state(one_step, rate);
  more.emplace_back("gamma", rate);
  CHECK_THROWS_WITH_AS(two.load_state_dict(more), doctest::Contains("unexpected: gamma"), ValueError);
  CHECK(second.lr() == before);
  CHECK(two.steps() == 17);
  CHECK(two.base_lr() == 0.4);
}

TEST_CASE("a rate that cannot be set leaves the scheduler where it was") {
  optim::SGD sgd({parameter()}, {.lr = 0.4});
  optim::LRScheduler scheduler(sgd, [](std::int64_t step) { return step < 2 ? 1.0 : -1.0; });
  scheduler.step();
  CHECK_THROWS_AS(scheduler.step(), ValueError);
  CHECK(scheduler.steps() == 1);
  CHECK(sgd.lr() == 0.4);
}

TEST_CASE("schedules refuse what makes no sense") {
  CHECK_THROWS_AS(optim::StepLR{.step_size = 0}(3), ValueError);
  CHECK_THROWS_AS(optim::CosineAnnealingLR{.t_max = 0}(3), ValueError);
  CHECK_THROWS_AS(optim::sequence({optim::StepLR{}}, {3}), ValueError);
  CHECK_THROWS_AS(optim::sequence({optim::StepLR{}, optim::StepLR{}, optim::StepLR{}}, {5, 3}), ValueError);
}
