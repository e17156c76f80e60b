// SPDX-License-Identifier: BSD-3-Clause
// Neighbours by blocks of exact distances.
#include <xgrad/models/metrics/neighbours.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/models/metrics/products.h>

namespace xgrad::models {

using detail::each_distance_row;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t count(const Array& samples) { return static_cast<std::size_t>(samples.shape()[0]); }

double share(const std::vector<char>& hits) {
  return static_cast<double>(std::count(hits.begin(), hits.end(), 1)) / static_cast<double>(hits.size());
}

/// Squared distance of each sample to its k-th nearest other one.
std::vector<double> radii(const Array& samples, int k) {
  std::vector<double> out(count(samples));
  each_distance_row(samples, samples, [&](std::int64_t i, double* row) {
    row[i] = infinity;
    std::nth_element(row, row + k - 1, row + out.size());
    out[static_cast<std::size_t>(i)] = row[k - 1];
  });
  return out;
}

}  // namespace

PrecisionRecall precision_recall(const Array& real, const Array& generated, int k) {
  const char* const name = "precision_recall";
  if (k < 1) throw ValueError("[precision_recall] k must be at least 1, not " + std::to_string(k));
  const Array r = detail::samples_of(name, real, k + 1);
  const Array f = detail::samples_of(name, generated, k + 1);
  detail::check_same_width(name, r, f);
  const std::vector<double> real_radius = radii(r, k);
  const std::vector<double> fake_radius = radii(f, k);

  std::vector<std::atomic<std::int64_t>> balls(count(f));  // real balls that a generated sample is in
  std::vector<char> recalled(count(r));
  std::vector<char> covered(count(r));
  each_distance_row(r, f, [&](std::int64_t i, double* row) {
    const auto at = static_cast<std::size_t>(i);
    for (std::size_t j = 0; j < fake_radius.size(); ++j) {
      if (row[j] < fake_radius[j]) recalled[at] = 1;
      if (!(row[j] < real_radius[at])) continue;
      covered[at] = 1;
      balls[j].fetch_add(1, std::memory_order_relaxed);
    }
  });
  std::vector<char> precise(count(f));
  double total = 0.0;
  for (std::size_t j = 0; j < balls.size(); ++j) {
    precise[j] = balls[j] > 0;
    total += static_cast<double>(balls[j]);
  }
  return {share(precise), share(recalled), total / (static_cast<double>(k) * static_cast<double>(count(f))),
          share(covered)};
}

double nearest_neighbour_accuracy(const Array& real, const Array& generated) {
  const char* const name = "nearest_neighbour_accuracy";
  const Array r = detail::samples_of(name, real, 2);
  const Array f = detail::samples_of(name, generated, 2);
  detail::check_same_width(name, r, f);
  if (count(r) != count(f)) {
    throw ShapeError("[nearest_neighbour_accuracy] takes sets of equal size, got " + to_string(r.shape()) + " and " +
                     to_string(f.shape()));
  }
  const auto nearest_square = [](const Array& of, const Array& among, bool same) {
    std::vector<double> out(count(of));
    each_distance_row(of, among, [&](std::int64_t i, double* row) {
      if (same) row[i] = infinity;
      out[static_cast<std::size_t>(i)] = *std::min_element(row, row + count(among));
    });
    return out;
  };
  std::vector<char> right;
  for (const auto& [own, other] : {std::pair(&r, &f), std::pair(&f, &r)}) {
    const std::vector<double> inside = nearest_square(*own, *own, true);
    const std::vector<double> across = nearest_square(*own, *other, false);
    for (std::size_t i = 0; i < inside.size(); ++i) right.push_back(inside[i] < across[i]);
  }
  return share(right);
}

Neighbours nearest(const Array& of, const Array& among) {
  const char* const name = "nearest";
  const Array a = detail::samples_of(name, of, 0);
  const Array b = detail::samples_of(name, among, 1);
  detail::check_same_width(name, a, b);
  Neighbours out{std::vector<std::int64_t>(count(a)), std::vector<double>(count(a))};
  each_distance_row(a, b, [&](std::int64_t i, double* row) {
    const double* best = std::min_element(row, row + count(b));
    out.index[static_cast<std::size_t>(i)] = best - row;
    out.distance[static_cast<std::size_t>(i)] = std::sqrt(*best);
  });
  return out;
}

}  // namespace xgrad::models
