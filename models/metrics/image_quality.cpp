// SPDX-License-Identifier: BSD-3-Clause
// The metrics together.
#include <xgrad/models/metrics/image_quality.h>

#include <xgrad/models/metrics/discrepancy.h>

namespace xgrad::models {

ImageQuality image_quality(const Judgement& real, const Judgement& images) {
  return {.fid = frechet_distance(real.features, images.features),
          .kid = kernel_distance(real.features, images.features),
          .mmd2 = mmd2(real.features, images.features),
          .nearest_accuracy = nearest_neighbour_accuracy(real.features, images.features),
          .neighbourhood = precision_recall(real.features, images.features),
          .score = classifier_score(images.logits),
          .classes = label_modes(images.labels, images.logits.shape()[1])};
}

std::vector<std::pair<std::string, double>> figures(const ImageQuality& q) {
  return {{"fid", q.fid},
          {"kid", q.kid},
          {"mmd2", q.mmd2},
          {"precision", q.neighbourhood.precision},
          {"recall", q.neighbourhood.recall},
          {"density", q.neighbourhood.density},
          {"coverage", q.neighbourhood.coverage},
          {"nearest_accuracy", q.nearest_accuracy},
          {"classifier_score", q.score},
          {"classes", static_cast<double>(q.classes.modes)},
          {"classes_reverse_kl", q.classes.reverse_kl}};
}

}  // namespace xgrad::models
