// SPDX-License-Identifier: BSD-3-Clause
// The meter gives what the metrics give by themselves, and knows which way each is good.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/metrics/discrepancy.h>
#include <xgrad/models/metrics/image_meter.h>
#include <xgrad/models/metrics/neighbours.h>

using namespace xgrad;
using namespace xgrad::models;
using doctest::Approx;

namespace {

Array images(std::uint64_t seed, double shift = 0.0) {
  Generator random(seed);
  return normal({40, 28 * 28}, shift, 0.3, DType::float32, random).array();
}

std::map<std::string, double> by_name(const Figures& figures) { return {figures.begin(), figures.end()}; }

}  // namespace

TEST_CASE("image meter: among pixels and among features it is the metrics on them") {
  const Array real = images(1);
  const Array made = images(2, 0.2);
  const auto pixels = by_name(ImageMeter("pixels", real, PixelRange::signed_unit)(made));
  CHECK(pixels.size() == 6);
  CHECK(pixels.at("mmd2") == Approx(mmd2(real, made)));
  CHECK(pixels.at("nearest_accuracy") == Approx(nearest_neighbour_accuracy(real, made)));
  CHECK(pixels.at("coverage") == Approx(precision_recall(real, made).coverage));

  const auto classifier = shipped_classifier("fashion");
  const Array a = judge(*classifier, real).features;
  const Array b = judge(*classifier, made).features;
  const ImageMeter meter("fashion", real, PixelRange::signed_unit);
  const auto features = by_name(meter(made));
  CHECK(meter.size() == 40);
  CHECK(features.at("fid") == Approx(frechet_distance(a, b)));
  CHECK(features.at("density") == Approx(precision_recall(a, b).density));
  CHECK_THROWS_AS(ImageMeter("letters", real, PixelRange::signed_unit), ValueError);
}

TEST_CASE("image meter: every figure has a good side, on which its shortfall is less") {
  for (const char* less : {"fid", "kid", "mmd2", "classes_reverse_kl"})
    CHECK(shortfall(less, 1.0) < shortfall(less, 2.0));
  for (const char* more : {"precision", "recall", "density", "coverage", "classifier_score"}) {
    CHECK(shortfall(more, 0.9) < shortfall(more, 0.8));
  }
  CHECK(shortfall("nearest_accuracy", 0.45) < shortfall("nearest_accuracy", 0.6));
  CHECK(shortfall("nearest_accuracy", 0.6) < shortfall("nearest_accuracy", 0.3));
  CHECK_THROWS_AS(shortfall("fidd", 1.0), ValueError);
  CHECK(comparable_figures("pixels").front() == "mmd2");
  CHECK(comparable_figures("fashion").front() == "fid");
  CHECK(default_space("mnist", {}) == "mnist");
  CHECK(default_space("mnist", {.height = 14, .width = 56}) == "pixels");  // as many pixels, but others
  CHECK(default_space("/some/folder", {}) == "pixels");
}
