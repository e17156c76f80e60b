// SPDX-License-Identifier: BSD-3-Clause
// What nearest neighbours say of two sample sets: precision, recall, density, coverage, and whether they can be told
// apart.
#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/autograd/array.h>

namespace xgrad::models {

/// In [0, 1], but for density, which is above 1 where generated samples crowd.
struct PrecisionRecall {
  double precision = 0.0;  ///< generated samples inside some real sample's ball
  double recall = 0.0;     ///< real samples inside some generated sample's ball (Kynkaanniemi et al., 2019)
  double density = 0.0;    ///< real balls a generated sample is in, over k
  double coverage = 0.0;   ///< real samples whose ball holds a generated one (Naeem et al., 2020)
};

/// Balls reach to a sample's k-th nearest neighbour of its own set. Features (n, d) and (m, d).
/// @throws ShapeError unless both sets have more than k samples and as many features.
PrecisionRecall precision_recall(const Array& real, const Array& generated, int k = 5);

/// Leave-one-out accuracy of the 1-nearest-neighbour classifier of "real or generated": near 1/2 for equal
/// distributions, near 1 when they can be told apart, below 1/2 when samples were memorised (Lopez-Paz & Oquab, 2017).
/// Takes sets of equal size. @throws ShapeError otherwise.
double nearest_neighbour_accuracy(const Array& real, const Array& generated);

/// For each sample of `of`, the nearest of `among` and its Euclidean distance: a look at memorisation.
struct Neighbours {
  std::vector<std::int64_t> index;
  std::vector<double> distance;
};
Neighbours nearest(const Array& of, const Array& among);

}  // namespace xgrad::models
