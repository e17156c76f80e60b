// SPDX-License-Identifier: BSD-3-Clause
// Text and waves: their networks' own layers, and the figures of their quality against closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <numbers>
#include <string>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/data/waves.h>
#include <xgrad/models/metrics/text_quality.h>
#include <xgrad/models/metrics/wave_quality.h>
#include <xgrad/models/wavegan.h>

#include "gan_fixture.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;
using doctest::Approx;

TEST_CASE("text: the generator gives each place a distribution over the letters, to which its gradient is exact") {
  Generator random(1);
  const Preset& preset = find_preset("wgan-gp-text");
  const Networks nets = make_networks(preset, small_format(DataKind::text), random);
  const Variable z = normal({3, find_network(preset.network).latent}, 0, 1, DType::float32, random).requires_grad_();
  const Variable text = (*nets.generator)(z);
  CHECK(min(text).item() > 0);
  for (const double total : sum(text, {1}).array().to_vector<double>()) CHECK(total == Approx(1).epsilon(1e-5));
  // Nothing on the way was drawn or rounded: D's opinion depends on z.
  CHECK(max(abs(grad(sum((*nets.discriminator)(text)), z))).item() > 0);
}

TEST_CASE("waves: phase shuffle moves each sample by itself and mirrors its ends") {
  PhaseShuffle shuffle(2, Generator(5));
  const Variable x = reshape(arange(2 * 3 * 7, DType::float64), {2, 3, 7}).requires_grad_();
  // Row r of a sample is 7 r + (0 .. 6), moved by s.
  const std::map<int, std::vector<double>> moved = {{-2, {2, 3, 4, 5, 6, 5, 4}},
                                                    {-1, {1, 2, 3, 4, 5, 6, 5}},
                                                    {0, {0, 1, 2, 3, 4, 5, 6}},
                                                    {1, {1, 0, 1, 2, 3, 4, 5}},
                                                    {2, {2, 1, 0, 1, 2, 3, 4}}};
  std::map<int, int> seen;
  bool differ = false;
  for (int round = 0; round < 200; ++round) {
    const auto y = shuffle(x).array().to_vector<double>();
    int shifts[2] = {};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::vector<double> first(y.begin() + static_cast<std::ptrdiff_t>(21 * i),
                                      y.begin() + static_cast<std::ptrdiff_t>(21 * i + 7));
      int found = 99;
      for (const auto& [shift, row] : moved) {
        bool same = true;
        for (std::size_t r = 0; r < 3; ++r) {
          for (std::size_t t = 0; t < 7; ++t) {
            same = same && y[21 * i + 7 * r + t] == row[t] + static_cast<double>(21 * i + 7 * r);
          }
        }
        if (same) found = shift;
      }
      REQUIRE(found != 99);
      shifts[i] = found;
      ++seen[found];
    }
    differ = differ || shifts[0] != shifts[1];
  }
  CHECK(differ);
  CHECK(seen.size() == 5);
  for (const auto& [shift, times] : seen) CHECK(std::abs(times - 80) < 40);  // five standard deviations
  shuffle.eval();
  CHECK(shuffle(x).array().to_vector<double>() == x.array().to_vector<double>());
  CHECK_THROWS_AS(shuffle(reshape(x, {2, 21})), ShapeError);
  CHECK_THROWS_AS(PhaseShuffle(7, Generator(1))(x), ShapeError);
  CHECK_THROWS_AS(PhaseShuffle(-1, Generator(1)), ValueError);
}

TEST_CASE("waves: phase shuffle is part of D, drawn again from a saved place, and left out of the steady networks") {
  const auto streams = [](const char* network) {
    Preset preset = find_preset("wavegan");
    preset.network = network;
    Generator random(1);
    return make_networks(preset, small_format(DataKind::waves), random).discriminator->named_generators().size();
  };
  CHECK(streams("wavegan") == 2);
  CHECK(streams("wavegan-steady") == 0);
  SampleFormat odd = small_format(DataKind::waves);
  odd.width = 100;
  Generator random(1);
  CHECK_THROWS_WITH_AS(make_networks(find_preset("wavegan"), odd, random), doctest::Contains("pieces of 64"),
                       ValueError);
  CHECK_THROWS_WITH_AS(make_networks(find_preset("wavegan"), {}, random),
                       doctest::Contains("networks for waves, not for images"), ValueError);
}

TEST_CASE("metrics: the divergence of n-grams is Jensen's and Shannon's") {
  // p = (3/4, 1/4), q = (1/4, 3/4): 1 - H(1/4) bits.
  const double h = -(0.25 * std::log2(0.25) + 0.75 * std::log2(0.75));
  CHECK(ngram_divergence({U"aaab"}, {U"abbb"}, 1) == Approx(1 - h).epsilon(tolerance::same_formula_float64));
  CHECK(ngram_divergence({U"aaab"}, {U"baaa"}, 1) == Approx(0).epsilon(tolerance::same_formula_float64));
  CHECK(ngram_divergence({U"aaaa"}, {U"bbbb"}, 2) == Approx(1).epsilon(tolerance::same_formula_float64));
  // {ab, bc} against {ab, bd}: half of each is shared.
  CHECK(ngram_divergence({U"abc"}, {U"abd"}, 2) == Approx(0.5).epsilon(tolerance::same_formula_float64));
  // Strings end with their text; the number of texts does not matter.
  CHECK(ngram_divergence({U"ab", U"ab"}, {U"ab"}, 2) == Approx(0).epsilon(tolerance::same_formula_float64));
  CHECK_THROWS_AS(ngram_divergence({U"ab"}, {U"abc"}, 3), ValueError);
  CHECK_THROWS_AS(ngram_divergence({}, {U"abc"}, 1), ValueError);
  const auto figures = text_figures({U"abcde"}, {U"abcde", U"abcde"});
  REQUIRE(figures.size() == 4);
  CHECK(figures[3].first == "js4");
  for (const auto& [name, value] : figures) CHECK(value == Approx(0).epsilon(tolerance::same_formula_float64));
}

TEST_CASE("metrics: waves that are heard alike are near, an octave is twelve semitones") {
  const auto tones = [](double cycles, double amplitude, double noise) {
    Generator random(3);
    const Variable t = arange(512, DType::float32, 0.0, 2 * std::numbers::pi * cycles / 512);
    const Variable each = normal({8, 512}, 0.0, noise, DType::float32, random);
    return (amplitude * reshape(sin(t), {1, 512}) + each).array();
  };
  const auto figure = [](const Array& a, const Array& b, std::size_t i) { return wave_figures(a, b)[i].second; };
  const Array tone = tones(20, 0.5, 0);
  for (std::size_t i = 0; i < 3; ++i) CHECK(figure(tone, tone, i) == 0);
  CHECK(figure(tone, tones(40, 0.5, 0), 0) == Approx(12).epsilon(1e-3));
  CHECK(figure(tone, tones(20, 0.05, 0), 1) == Approx(20).epsilon(1e-3));
  CHECK(figure(tone, tones(20, 0.05, 0), 2) == Approx(0).epsilon(1e-3));
  // Half of the power is noise, of which 4 x 5 of 256 bins count as tone.
  CHECK(figure(tone, tones(20, 0.5, 0.5 / std::numbers::sqrt2), 2) > 0.25);
  CHECK_THROWS_AS(wave_figures(tone, tones(20, 0.5, 0).reshape({4, 1024})), ValueError);
  CHECK(wave_figures(tone, Array::zeros({8, 512}))[2].second == Approx(1).epsilon(1e-3));

  CHECK(wasserstein_distance({3, 1}, {2, 5}) == Approx(1.5));
  CHECK_THROWS_AS(wasserstein_distance({1}, {1, 2}), ValueError);
}
