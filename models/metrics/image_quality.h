// SPDX-License-Identifier: BSD-3-Clause
// Image quality: every metric of two sets of images, by what the feature classifier makes of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <xgrad/models/metrics/classifier.h>
#include <xgrad/models/metrics/modes.h>
#include <xgrad/models/metrics/neighbours.h>

namespace xgrad::models {

/// All but the last two compare features; see discrepancy.h, neighbours.h and modes.h for formulae and sources.
struct ImageQuality {
  double fid = 0.0;               ///< Frechet's distance
  double kid = 0.0;               ///< MMD^2 with the cubic kernel
  double mmd2 = 0.0;              ///< MMD^2 with Gaussian kernels
  double nearest_accuracy = 0.0;  ///< of telling the sets apart by the nearest neighbour
  PrecisionRecall neighbourhood;  ///< k = 5
  double score = 0.0;             ///< the classifier score of the judged set
  ModeStatistics classes;         ///< its classes, as the classifier names them
};

/// How `images` do against `real`. @throws ShapeError unless the sets are of equal size above 5.
ImageQuality image_quality(const Judgement& real, const Judgement& images);

/// The figures with their names, in the order in which they are reported.
std::vector<std::pair<std::string, double>> figures(const ImageQuality& quality);

}  // namespace xgrad::models
