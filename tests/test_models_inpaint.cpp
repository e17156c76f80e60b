// SPDX-License-Identifier: BSD-3-Clause
// Inpainting: known pixels stay exact, holes are never looked at, and the search for z finds what there is to find.
#include <doctest/doctest.h>

#include <cmath>

#include <xgrad/autograd/gradcheck.h>
#include <xgrad/models/inpaint/completion.h>
#include <xgrad/models/inpaint/context_encoder.h>
#include <xgrad/nn/linear.h>

#include "gan_fixture.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;
using doctest::Approx;

namespace {

std::vector<double> numbers(const Variable& x) { return x.array().to_vector<double>(); }

}  // namespace

TEST_CASE("inpaint: the hole is a square in the middle, in either layout") {
  const SampleFormat image{.height = 4, .width = 6};
  const std::vector<double> expected = {0, 0, 0, 0, 0, 0,  //
                                        0, 1, 1, 1, 0, 0,  //
                                        0, 1, 1, 1, 0, 0,  //
                                        0, 0, 0, 0, 0, 0};
  const Variable flat = centre_hole(image, PixelLayout::flat, 0.5);
  CHECK(flat.shape() == Shape{1, 24});
  CHECK(numbers(flat) == expected);
  const Variable coloured = centre_hole({.height = 4, .width = 6, .channels = 3}, PixelLayout::flat, 0.5);
  CHECK(numbers(coloured) == numbers(concat({flat, flat, flat}, 1)));
  CHECK(numbers(context_weights(coloured, image, 3)) ==
        numbers(concat(Variables(3, context_weights(flat, image, 3)), 1)));
  const Variable planar = centre_hole(image, PixelLayout::planar, 0.5);
  CHECK(planar.shape() == Shape{1, 1, 4, 6});
  CHECK(numbers(planar) == expected);
  CHECK_THROWS_AS(centre_hole(image, PixelLayout::flat, 1.0), ValueError);
  CHECK_THROWS_AS(centre_hole(image, PixelLayout::flat, 0.1), ValueError);
  CHECK_THROWS_AS(centre_hole({.height = 1, .width = 64, .kind = DataKind::waves}, PixelLayout::flat, 0.5), ValueError);
}

TEST_CASE("inpaint: a known pixel weighs as much of its surroundings as is unknown") {
  // One unknown pixel in the middle of 5 x 5, windows of 3 x 3: its 8 neighbours see it in 9, nobody else does.
  const SampleFormat image{.height = 5, .width = 5};
  const Variable hole = centre_hole(image, PixelLayout::flat, 0.2);
  REQUIRE(sum(hole).item() == 1);
  const auto weights = numbers(context_weights(hole, image, 3));
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 5; ++x) {
      const int distance = std::max(std::abs(y - 2), std::abs(x - 2));
      CHECK(weights[static_cast<std::size_t>(5 * y + x)] == Approx(distance == 1 ? 1.0 / 9.0 : 0.0));
    }
  }
}

TEST_CASE("inpaint: known pixels come back exact, and nothing in the hole is looked at") {
  for (const NetworkSpec& spec : network_table()) {
    if (spec.kind != DataKind::images) continue;
    CAPTURE(spec.name);
    Preset preset = find_preset("inpaint");
    preset.network = spec.name;
    Data data;
    const auto learner = tests::make_learner(preset, data);
    learner->step();
    const auto sampler = tests::make_sampler(preset, *learner);
    auto& encoder = dynamic_cast<ContextEncoder&>(*sampler);
    const Variable x = data.source()().x;
    const Variable filled = generate(encoder, x);
    const auto known = numbers(expand(1.0 - encoder.hole(), x.shape()));
    const auto was = numbers(x);
    const auto is = numbers(filled);
    for (std::size_t i = 0; i < was.size(); ++i) CHECK((is[i] == was[i]) == (known[i] == 1.0));
    CHECK(numbers(generate(encoder, cut_out(x, encoder.hole(), 0.7))) == is);

    const Variables rows = encoder.demonstrate({x});
    REQUIRE(rows.size() == 3);
    CHECK(numbers(rows[2]) == was);
  }
}

TEST_CASE("inpaint: the loss is of the hole alone, and its gradient agrees with differences") {
  const Variable hole = tensor(std::vector<double>{0, 1, 1, 0}, {1, 4});
  const Variable x = tensor(std::vector<double>{9, 1, 2, 9, 9, 0, 0, 9}, {2, 4});
  const Variable imagined = zeros({2, 4}, DType::float64).requires_grad_();
  CHECK(hole_loss(x, imagined, hole).item() == Approx((1.0 + 4.0) / 4.0));
  const auto loss = [&](const Variables& v) { return hole_loss(x, v[0], hole); };
  const GradcheckResult result =
      gradcheck(std::function<Variable(const Variables&)>(loss), {imagined},
                {.order = 2, .atol = tolerance::differences, .rtol = tolerance::differences});
  CHECK_MESSAGE(result.ok, result.message);
}

TEST_CASE("inpaint: a round moves both players, and G's loss is the weighted sum") {
  Preset preset = find_preset("inpaint");
  const auto g_loss = [&](double adversarial, RoundReport& report) {
    preset.family = Inpainting{.adversarial = adversarial};
    Data data;
    const auto learner = tests::make_learner(preset, data);
    const Checkpoint before = learner->save();
    report = learner->step();
    CHECK(data.batches == 1);
    for (const char* player : {"G", "D"}) {
      CHECK(values(learner->save().section(player)) != values(before.section(player)));
    }
    return report.at("g_loss");
  };
  RoundReport report;
  const double hole = g_loss(0.0, report);
  CHECK(hole == Approx(report.at("reconstruction")));
  const double judged = g_loss(1.0, report);
  CHECK(g_loss(0.25, report) == Approx(0.75 * hole + 0.25 * judged).epsilon(1e-5));
}

TEST_CASE("inpaint: of a linear generator the search finds the image that there is") {
  // G(z) = A z with 6 known pixels of 8 and z of 3 numbers: a z that fits the known ones is the one that made x.
  Generator random(4);
  const Variable a = normal({3, 8}, 0.0, 1.0, DType::float64, random);
  const Variable z = uniform({5, 3}, -1.0, 1.0, DType::float64, random);
  const Variable x = matmul(z, a);
  const Variable hole = tensor(std::vector<double>{0, 0, 0, 1, 1, 0, 0, 0}, {1, 8});
  const auto generator = [&](const Variable& at) { return matmul(at, a); };
  const auto blind = [](const Variable& images) { return 0.0 * sum(images, {1}, true); };
  const Completion done = complete(generator, blind, fill_in(x, zeros(x.shape(), DType::float64), hole), hole,
                                   1.0 - hole, {.latent = 3, .steps = 1500, .tries = 3}, random);
  for (const double misfit : done.misfit) CHECK(misfit < 0.2);
  CHECK(max(abs(done.images - x)).item() < 0.2);
  const auto was = numbers(x);
  const auto is = numbers(done.images);
  for (std::size_t i = 0; i < was.size(); ++i) {
    if (i % 8 != 3 && i % 8 != 4) CHECK(is[i] == was[i]);
  }
}
