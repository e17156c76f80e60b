// SPDX-License-Identifier: BSD-3-Clause
// Losses: values, gradients and second-order gradients against PyTorch; extreme logits and kinks in closed form.
#include <cmath>
#include <functional>
#include <map>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/loss.h>

#include "nn_fixture.h"

using namespace xgrad;
using namespace xgrad::test;
using nn::Reduction;

namespace {

Variable column(std::initializer_list<double> values) {
  return Variable(Array::from(values, {static_cast<std::int64_t>(values.size())}), true);
}

}  // namespace

TEST_CASE("losses have PyTorch's values, gradients and second-order gradients") {
  const nlohmann::json f = read_fixture("nn.json")["losses"];
  const Variable t01 = variable(f["t01"], {5, 3});
  const Variable sign = variable(f["sign"], {5, 3});
  const Variable labels(Array::from(f["labels"].get<std::vector<std::int64_t>>(), {5}));
  const std::map<std::string, Reduction> reductions = {
      {"none", Reduction::none}, {"mean", Reduction::mean}, {"sum", Reduction::sum}};
  using Loss = std::function<Variable(const Variable& x, const Variable& target, Reduction)>;
  const std::map<std::string, Loss> losses = {
      {"mse", [](auto& x, auto& t, auto r) { return nn::mse_loss(x, t, r); }},
      {"l1", [](auto& x, auto& t, auto r) { return nn::l1_loss(x, t, r); }},
      {"bce", [&](auto& x, auto&, auto r) { return nn::bce_with_logits(x, t01, r); }},
      {"bce_one", [](auto& x, auto&, auto r) { return nn::bce_with_logits(x, 1.0, r); }},
      {"bce_zero", [](auto& x, auto&, auto r) { return nn::bce_with_logits(x, 0.0, r); }},
      {"bce_smooth", [](auto& x, auto&, auto r) { return nn::bce_with_logits(x, 0.9, r); }},
      {"cross_entropy", [&](auto& x, auto&, auto r) { return nn::cross_entropy(x, labels, {.reduction = r}); }},
      {"cross_entropy_smooth",
       [&](auto& x, auto&, auto r) { return nn::cross_entropy(x, labels, {.reduction = r, .label_smoothing = 0.1}); }},
      {"hinge", [&](auto& x, auto&, auto r) { return nn::hinge_loss(x, sign, 1.5, r); }},
      {"hinge_embedding", [&](auto& x, auto&, auto r) { return nn::hinge_embedding_loss(x, sign, 1.5, r); }}};
  REQUIRE(f["rows"].size() == losses.size() * reductions.size());
  for (const nlohmann::json& row : f["rows"]) {
    const std::string name = row["loss"];
    CAPTURE(name);
    CAPTURE(row["reduction"].get<std::string>());
    const Variable x = variable(f["x"], {5, 3}, true);
    const Variable target = variable(f["target"], {5, 3}, true);
    const Variable y = losses.at(name)(x, target, reductions.at(row["reduction"]));
    check_derivatives(row, row["first"].size() == 2 ? Variables{x, target} : Variables{x}, y);
  }
}

TEST_CASE("bce_with_logits is exact for large logits and smooth at 0") {
  const auto check = [](const Variable& x, const Variable& loss, std::initializer_list<double> values,
                        std::initializer_list<double> gradients) {
    CHECK(distance(loss.array().to_vector<double>(), values) == 0.0);
    CHECK(distance(grad(sum(loss), x).array().to_vector<double>(), gradients) == 0.0);
  };
  const Variable x = column({1000.0, -1000.0, 0.0});
  const double log2 = std::log(2.0);
  check(x, nn::bce_with_logits(x, 1.0, Reduction::none), {0.0, 1000.0, log2}, {0.0, -1.0, -0.5});
  check(x, nn::bce_with_logits(x, 0.0, Reduction::none), {1000.0, 0.0, log2}, {1.0, 0.0, 0.5});
  const Variable t = column({1.0, 0.0, 0.75}).detach();
  check(x, nn::bce_with_logits(x, t, Reduction::none), {0.0, 0.0, log2}, {0.0, 0.0, -0.25});

  // Where the target is nearly met the loss is e^-|x|, not a difference of large numbers.
  const Variable far = column({50.0});
  const double tiny = nn::bce_with_logits(far, column({1.0}).detach()).item();
  CHECK(std::abs(tiny / std::exp(-50.0) - 1.0) < 1e-12);
}

TEST_CASE("smooth losses pass gradcheck to third order") {
  const Variable x = wave({4, 3}, 0.2);
  const Variable t = affine(wave({4, 3}, 1.2), 0.5, 0.5);
  const Variable labels(Array::from<std::int64_t>({2, 0, 1, 1}, {4}));
  const auto check = [&](const std::function<Variable(const Variables&)>& f) {
    Variable input(x.array().clone(), true);
    const GradcheckResult r = gradcheck(f, {input}, {.order = 3});
    CHECK_MESSAGE(r.ok, r.message);
  };
  check([&](const Variables& v) { return nn::bce_with_logits(v[0], t); });
  check([&](const Variables& v) { return nn::bce_with_logits(v[0], 1.0); });
  check([&](const Variables& v) { return nn::cross_entropy(v[0], labels, {.label_smoothing = 0.2}); });
  check([&](const Variables& v) { return nn::mse_loss(square(v[0]), t); });
}

TEST_CASE("cross_entropy of equal logits is log c, and shifting the logits changes nothing") {
  const Variable labels(Array::from<std::int64_t>({3, 0}, {2}));
  const Variable zero(Array::zeros({2, 7}, DType::float64), true);
  CHECK(nn::cross_entropy(zero, labels).item() == doctest::Approx(std::log(7.0)).epsilon(1e-14));
  const Variable x = wave({2, 7}, 0.1);
  CHECK(nn::cross_entropy(x + 1e4, labels).item() ==
        doctest::Approx(nn::cross_entropy(x, labels).item()).epsilon(1e-10));
}

TEST_CASE("losses refuse what does not fit") {
  const Variable x = wave({4, 3}, 0.0);
  CHECK_THROWS_AS(nn::mse_loss(x, wave({3}, 0.0)), ShapeError);
  CHECK_THROWS_AS(nn::l1_loss(x, wave({4, 1}, 0.0)), ShapeError);
  CHECK_THROWS_AS(nn::bce_with_logits(x, wave({12}, 0.0)), ShapeError);
  CHECK_THROWS_AS(nn::hinge_loss(x, wave({1}, 0.0)), ShapeError);
  const auto labels = [](std::vector<std::int64_t> v) {
    const auto n = static_cast<std::int64_t>(v.size());
    return Variable(Array::from(v, {n}));
  };
  CHECK_THROWS_AS(nn::cross_entropy(x, labels({0, 1, 2})), ShapeError);
  CHECK_THROWS_AS(nn::cross_entropy(wave({4}, 0.0), labels({0, 1, 2, 0})), ShapeError);
  CHECK_THROWS_AS(nn::cross_entropy(x, wave({4}, 0.0)), DTypeError);
  CHECK_THROWS_AS(nn::cross_entropy(x, labels({0, 1, 3, 0})), ValueError);
  CHECK_THROWS_WITH_AS(nn::cross_entropy(x, labels({0, -1, 2, 0})),
                       "[cross_entropy] label -1 at row 1 is outside the 3 classes", ValueError);
  CHECK_THROWS_AS(nn::cross_entropy(x, labels({0, 1, 2, 0}), {.label_smoothing = 1.5}), ValueError);
}
