// SPDX-License-Identifier: BSD-3-Clause
// Counting modes.
#include <xgrad/models/metrics/modes.h>

#include <algorithm>
#include <cmath>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/metrics/neighbours.h>
#include <xgrad/models/metrics/products.h>

namespace xgrad::models {

namespace {

double divergence_from_uniform(const std::vector<std::int64_t>& counts) {
  double total = 0.0;
  for (const std::int64_t c : counts) total += static_cast<double>(c);
  double divergence = std::log(static_cast<double>(counts.size()));
  for (const std::int64_t c : counts) {
    const double p = static_cast<double>(c) / total;
    if (c > 0) divergence += p * std::log(p);
  }
  return divergence;
}

std::int64_t reached(const std::vector<std::int64_t>& counts) {
  return std::count_if(counts.begin(), counts.end(), [](std::int64_t c) { return c > 0; });
}

}  // namespace

ModeStatistics gaussian_modes(const Array& samples, const Array& centres, double sigma) {
  const Array x = detail::samples_of("gaussian_modes", samples, 1);
  const Neighbours near = nearest(x, centres);
  std::vector<std::int64_t> all(static_cast<std::size_t>(centres.shape()[0]));
  std::vector<std::int64_t> good(all.size());
  for (std::size_t i = 0; i < near.index.size(); ++i) {
    const auto mode = static_cast<std::size_t>(near.index[i]);
    ++all[mode];
    if (near.distance[i] <= 3.0 * sigma) ++good[mode];
  }
  double high = 0.0;
  for (const std::int64_t c : good) high += static_cast<double>(c);
  return {reached(good), high / static_cast<double>(near.index.size()), divergence_from_uniform(all)};
}

ModeStatistics label_modes(const std::vector<std::int64_t>& labels, std::int64_t n_modes) {
  if (labels.empty()) throw ValueError("[label_modes] got no labels");
  std::vector<std::int64_t> counts(static_cast<std::size_t>(n_modes));
  for (const std::int64_t label : labels) {
    if (label < 0 || label >= n_modes) {
      throw ValueError("[label_modes] label " + std::to_string(label) + " is not in [0, " + std::to_string(n_modes) +
                       ")");
    }
    ++counts[static_cast<std::size_t>(label)];
  }
  return {reached(counts), 1.0, divergence_from_uniform(counts)};
}

double classifier_score(const Array& logits) {
  const NoGradGuard guard;
  const Variable log_p = log_softmax(Variable(detail::samples_of("classifier_score", logits, 1)));
  const Variable p = exp(log_p);
  const Variable marginal = mean(p, {0}, true);
  // 0 log 0 = 0 where a class never occurs.
  const Variable log_marginal = log(maximum(marginal, full({}, 1e-300, DType::float64)));
  return std::exp(mean(sum(p * (log_p - log_marginal), {1})).item());
}

}  // namespace xgrad::models
