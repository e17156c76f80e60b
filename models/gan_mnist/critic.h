// SPDX-License-Identifier: BSD-3-Clause
// What a run's discriminator makes of images that it has learnt from, of unseen and of generated ones.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <xgrad/models/data/loader.h>
#include <xgrad/models/gan_mnist/trained.h>

namespace xgrad::gan_mnist {

/// Of ||grad_x D(x)|| over samples, or packs of them.
struct SlopeStatistics {
  double mean = 0.0, sd = 0.0;
  double low = 0.0, median = 0.0, high = 0.0;  ///< quantiles of 5, 50 and 95 %
};

struct CriticFindings {
  std::vector<std::pair<std::string, double>> logits;  ///< means, by the name of the set
  std::vector<std::pair<std::string, SlopeStatistics>> slopes;
};

/// Sets of the same size: "train", "unseen" and "generated" images as the discriminator is given them. A gap between
/// the first two logits shows how far D knows its images by heart; slopes are also taken "between" train and generated
/// ones. Where D knows labels, the k-th generated image is of class k, from 0 again after the last.
/// @throws ShapeError when the sets do not fit the run
CriticFindings look_at_critic(const Trained& trained, const models::Batch& train, const models::Batch& unseen,
                              const Array& generated);

/// Whether the run has a discriminator of single images, or packs of them, to be looked at.
bool has_critic(const Trained& trained);

}  // namespace xgrad::gan_mnist
