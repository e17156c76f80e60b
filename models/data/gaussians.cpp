// SPDX-License-Identifier: BSD-3-Clause
// The ring and the grid.
#include <xgrad/models/data/gaussians.h>

#include <cmath>
#include <numbers>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/suggest.h>

namespace xgrad::models {

Variable GaussianMixture::sample(std::int64_t n, Generator& random) const {
  const auto k = static_cast<double>(centres.shape()[0]);
  // Conversion rounds down: uniform over 0 .. k - 1.
  const Variable which = astype(uniform({n}, 0.0, k, DType::float64, random), DType::int64);
  return index_select(Variable(centres), 0, which) + sigma * normal({n, 2}, 0.0, 1.0, DType::float32, random);
}

GaussianMixture ring() {
  std::vector<float> xy;
  for (int i = 0; i < 8; ++i) {
    const double angle = 2.0 * std::numbers::pi * i / 8.0;
    xy.insert(xy.end(), {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))});
  }
  return {"ring", Array::from(xy, {8, 2}), 0.01, 1.5};
}

GaussianMixture grid() {
  std::vector<float> xy;
  for (float x = -4; x <= 4; x += 2) {
    for (float y = -4; y <= 4; y += 2) xy.insert(xy.end(), {x, y});
  }
  return {"grid", Array::from(xy, {25, 2}), 0.05, 5.0};
}

GaussianMixture find_mixture(const std::string& name) {
  static const std::vector<GaussianMixture> all = {ring(), grid()};
  return find_row(all, name, "mixture");
}

}  // namespace xgrad::models
