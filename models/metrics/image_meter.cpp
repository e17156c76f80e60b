// SPDX-License-Identifier: BSD-3-Clause
// The spaces, and which way each figure is good.
#include <xgrad/models/metrics/image_meter.h>

#include <cmath>

#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops/shape.h>
#include <xgrad/models/metrics/discrepancy.h>
#include <xgrad/models/metrics/image_quality.h>
#include <xgrad/models/suggest.h>

namespace xgrad::models {

namespace {

constexpr const char* pixels = "pixels";

struct Direction {
  std::string name;
  bool among_pixels;  ///< has a value there too
  double (*shortfall)(double);
};

const std::vector<Direction>& directions() {
  const auto up = [](double v) { return -v; };
  const auto down = [](double v) { return v; };
  static const std::vector<Direction> table = {{"fid", false, down},
                                               {"kid", false, down},
                                               {"mmd2", true, down},
                                               {"precision", true, up},
                                               {"recall", true, up},
                                               {"density", true, up},
                                               {"coverage", true, up},
                                               {"nearest_accuracy", true, [](double v) { return std::abs(v - 0.5); }},
                                               {"classifier_score", false, up},
                                               {"classes_reverse_kl", false, down}};
  return table;
}

}  // namespace

ImageMeter::ImageMeter(std::string space, const Array& reference, PixelRange range)
    : space_(std::move(space)),
      range_(range),
      classifier_(space_ == pixels ? nullptr : shipped_classifier(space_)),
      reference_(judgement(reference)) {}

Judgement ImageMeter::judgement(const Array& images) const {
  if (classifier_) return judge(*classifier_, images, range_);
  const NoGradGuard guard;
  return {.features = reshape(Variable(images), {images.shape()[0], -1}).array(), .logits = {}, .labels = {}};
}

Figures ImageMeter::operator()(const Array& images) const {
  const Judgement judged = judgement(images);
  if (classifier_) return figures(image_quality(reference_, judged));
  const PrecisionRecall near = precision_recall(reference_.features, judged.features);
  return {{"mmd2", mmd2(reference_.features, judged.features)},
          {"precision", near.precision},
          {"recall", near.recall},
          {"density", near.density},
          {"coverage", near.coverage},
          {"nearest_accuracy", nearest_neighbour_accuracy(reference_.features, judged.features)}};
}

std::string default_space(const std::string& dataset, const SampleFormat& format) {
  const bool known = dataset == "fashion" || dataset == "mnist";
  return known && is_classifiable(format) ? dataset : pixels;
}

std::vector<std::string> comparable_figures(const std::string& space) {
  std::vector<std::string> names;
  for (const Direction& d : directions()) {
    if (d.among_pixels || space != pixels) names.push_back(d.name);
  }
  return names;
}

double shortfall(const std::string& figure, double value) {
  return find_row(directions(), figure, "figure").shortfall(value);
}

}  // namespace xgrad::models
