// SPDX-License-Identifier: BSD-3-Clause
// Translation without pairs: what holds the translators together, the pool's semantics, and what a round does.
#include <doctest/doctest.h>

#include <cmath>
#include <set>

#include <xgrad/autograd/gradcheck.h>
#include <xgrad/models/cycle/cycle.h>
#include <xgrad/nn/linear.h>

#include "gan_fixture.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;
using doctest::Approx;

namespace {

std::shared_ptr<nn::Module> matrix(const std::vector<double>& weight) {
  auto layer = std::make_shared<nn::Linear>(nn::Linear(2, 2, {.bias = false}));
  layer->to(DType::float64);
  for (Variable p : layer->parameters()) p.set_array(tensor(weight, {2, 2}).array());
  return layer;
}

std::vector<double> numbers(const Variable& x) { return x.array().to_vector<double>(); }

}  // namespace

TEST_CASE("cycle: there and back by a matrix and its inverse loses nothing, by the identity not either") {
  Generator random(1);
  const Variable a = normal({5, 2}, 0, 1, DType::float64, random);
  const Variable b = normal({5, 2}, 0, 1, DType::float64, random);
  Translators inverse(matrix({2, 1, 1, 1}), matrix({1, -1, -1, 2}));
  const Variables rows = inverse.demonstrate({a, b});
  REQUIRE(rows.size() == 6);
  CHECK(std::abs(cycle_loss(a, rows[2], b, rows[5]).item()) < tolerance::same_formula_float64);
  CHECK(identity_loss(inverse, a, b).item() > 0.1);

  Translators same(matrix({1, 0, 0, 1}), matrix({1, 0, 0, 1}));
  CHECK(identity_loss(same, a, b).item() == 0);

  // |2 x - x| and |4 x - x| over all elements: F G = 4, G F = 4, G = F = 2.
  Translators twice(matrix({2, 0, 0, 2}), matrix({2, 0, 0, 2}));
  const Variables grown = twice.demonstrate({a, b});
  const double total = mean(abs(a)).item() + mean(abs(b)).item();
  CHECK(cycle_loss(a, grown[2], b, grown[5]).item() == Approx(3 * total).epsilon(tolerance::printed_figure));
  CHECK(identity_loss(twice, a, b).item() == Approx(total).epsilon(tolerance::printed_figure));
}

TEST_CASE("cycle: the losses' gradients, against differences") {
  Generator random(2);
  Variables at;
  for (int i = 0; i < 4; ++i) at.push_back(normal({2, 2}, 0, 1, DType::float64, random).requires_grad_());
  const auto loss = [](const Variables& v) {
    return cycle_loss(v[0], tanh(matmul(v[0], v[2])), v[1], tanh(matmul(v[1], v[3])));
  };
  const GradcheckResult result = gradcheck(std::function<Variable(const Variables&)>(loss), at,
                                           {.atol = tolerance::differences, .rtol = tolerance::differences});
  CHECK_MESSAGE(result.ok, result.message);
}

TEST_CASE("cycle: the pool gives back what is new until it is full, then half the time what is old") {
  constexpr std::int64_t capacity = 50;
  SamplePool pool(capacity, Generator(3));
  double next = 0.0;
  const auto fresh = [&](std::int64_t n) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < n; ++i) values.push_back(next++);
    return tensor(values, {n, 1});
  };
  const Variable first = fresh(30);
  CHECK(numbers(pool.exchange(first)) == numbers(first));
  CHECK(pool.size() == 30);
  pool.exchange(fresh(20));
  CHECK(pool.size() == capacity);

  std::multiset<double> kept;
  for (int i = 0; i < 50; ++i) kept.insert(i);
  int old = 0;
  constexpr int n = 4000;
  for (int i = 0; i < n; ++i) {
    const double in = next;
    const double out = numbers(pool.exchange(fresh(1)))[0];
    if (out == in) continue;
    // An old one left, and the new one took its place.
    ++old;
    REQUIRE(kept.count(out) == 1);
    kept.erase(out);
    kept.insert(in);
  }
  CHECK(std::abs(old - n / 2) < 5 * std::sqrt(n) / 2);
  const auto held = pool.state_dict()[0].second.to_vector<double>();
  CHECK(std::multiset<double>(held.begin(), held.end()) == kept);
  CHECK(pool.size() == capacity);

  SamplePool none(0, Generator(3));
  const Variable x = fresh(9);
  CHECK(numbers(none.exchange(x)) == numbers(x));
  CHECK(none.state_dict().empty());
  CHECK_THROWS_AS(none.load_state_dict(pool.state_dict()), ValueError);
  CHECK_THROWS_AS(SamplePool(-1, Generator(3)), ValueError);
}

TEST_CASE("cycle: what the pool gives is not connected to the generators") {
  SamplePool pool(4, Generator(3));
  const Variable x = ones({2, 1}).requires_grad_();
  CHECK_FALSE(pool.exchange(2.0 * x).requires_grad());
}

TEST_CASE("cycle: a round moves all four networks, and its loss is the sum of its terms") {
  Preset preset = find_preset("cyclegan");
  const auto t_loss = [&](double cycle, double identity, RoundReport& report) {
    preset.family = CycleGan{.cycle = cycle, .identity = identity};
    Data data;
    const auto learner = tests::make_learner(preset, data);
    const Checkpoint before = learner->save();
    report = learner->step();
    CHECK(data.batches == 2);
    for (const char* player : {"T", "DA", "DB"}) {
      CHECK(values(learner->save().section(player)) != values(before.section(player)));
    }
    return report.at("t_loss");
  };
  RoundReport report;
  const double alone = t_loss(0, 0, report);
  const double both = t_loss(10, 5, report);
  CHECK(both - alone == Approx(10 * report.at("cycle") + 5 * report.at("identity")).epsilon(1e-5));
}

TEST_CASE("cycle: a second source is asked for") {
  Data data;
  const Preset& preset = find_preset("cyclegan");
  CHECK_THROWS_WITH_AS(models::make_learner(preset, fit(data, preset), data.source(), 1),
                       doctest::Contains("a second source"), ValueError);
}
