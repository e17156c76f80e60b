// SPDX-License-Identifier: BSD-3-Clause
// Mixtures of Gaussians in the plane: data whose modes can be counted.
#pragma once

#include <string>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::models {

struct GaussianMixture {
  std::string name;
  Array centres;        ///< (K, 2), float32
  double sigma = 0.01;  ///< of every component
  double reach = 1.5;   ///< all of it lies well inside [-reach, reach]^2

  /// (n, 2), float32, the components equally likely.
  Variable sample(std::int64_t n, Generator& random) const;
};

/// Eight of sigma 0.01 on the unit circle (Lin et al., 2018).
GaussianMixture ring();
/// 25 of sigma 0.05 on {-4, -2, 0, 2, 4}^2.
GaussianMixture grid();
/// By name. @throws ValueError with a suggestion.
GaussianMixture find_mixture(const std::string& name);

}  // namespace xgrad::models
