// SPDX-License-Identifier: BSD-3-Clause
// Distances between distributions by their samples: Frechet's, and the maximum mean discrepancy.
#pragma once

#include <xgrad/autograd/array.h>

namespace xgrad::models {

/// |mean_a - mean_b|^2 + tr(A + B - 2 (A B)^(1/2)) with the covariances A, B of features (n, d), (m, d): the squared
/// Wasserstein-2 distance of Gaussians, "FID" on a classifier's features (Heusel et al., 2017). Biased upwards as the
/// sets shrink: compare at equal n, m only. @throws ShapeError below two samples or for different d.
double frechet_distance(const Array& a, const Array& b);

/// Unbiased MMD^2 with the kernel (x'y / d + 1)^3, which "KID" uses (Binkowski et al., 2018). About 0, also below, for
/// equal distributions. @throws as frechet_distance.
double kernel_distance(const Array& a, const Array& b);

/// Unbiased MMD^2 with the mean of Gaussian kernels exp(-|x - y|^2 / (s m)), s in {1/4, 1/2, 1, 2, 4}, m the median
/// squared distance between the sets (Gretton et al., 2012). @throws as frechet_distance.
double mmd2(const Array& a, const Array& b);

}  // namespace xgrad::models
