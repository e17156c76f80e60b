// SPDX-License-Identifier: BSD-3-Clause
// Mode statistics: how many of a distribution's known modes samples reach, and how evenly.
#pragma once

#include <vector>

#include <xgrad/autograd/array.h>

namespace xgrad::models {

struct ModeStatistics {
  std::int64_t modes = 0;     ///< reached by at least one sample of high quality
  double high_quality = 0.0;  ///< share of samples of high quality
  double reverse_kl = 0.0;    ///< KL(generated || uniform) over the modes = log K - H, in nats
};

/// Samples (n, 2) against Gaussians at `centres` (K, 2): of high quality within 3 sigma of the nearest centre, and
/// counted for the KL in any case (Lin et al., 2018, section 4.1). @throws ShapeError unless n, K >= 1.
ModeStatistics gaussian_modes(const Array& samples, const Array& centres, double sigma);

/// Labels in [0, n_modes) as a classifier gave them: every sample counts. With digits stacked in three channels,
/// n_modes = 1000. @throws ValueError for a label out of range or no labels.
ModeStatistics label_modes(const std::vector<std::int64_t>& labels, std::int64_t n_modes);

/// exp E KL(p(y | x) || p(y)) from a classifier's logits (n, classes): 1 to the number of classes (Salimans et al.,
/// 2016). @throws ShapeError unless there are two axes and a sample.
double classifier_score(const Array& logits);

}  // namespace xgrad::models
