// SPDX-License-Identifier: BSD-3-Clause
// What can be heard of a wave, as numbers whose distributions are compared.
#include <xgrad/models/metrics/wave_quality.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/models/audio/spectrum.h>

namespace xgrad::models {

namespace {

struct Heard {
  std::vector<double> pitch, level, purity;
};

// Of a power spectrum, around the multiples of a frequency in bins.
double share_of_harmonics(const float* power, std::int64_t bins, double frequency) {
  double total = 0.0;
  double near = 0.0;
  for (std::int64_t k = 1; k < bins; ++k) {
    const double place = static_cast<double>(k);
    const double multiple = std::clamp(std::round(place / frequency), 1.0, 4.0);
    total += power[k];
    if (std::abs(place - multiple * frequency) <= 2.0) near += power[k];
  }
  return total > 0.0 ? near / total : 0.0;
}

Heard listen(const Array& waves) {
  const std::vector<double> frequencies = strongest_frequency(waves);
  const Array power = power_spectrum(waves);
  const std::vector<double> samples = waves.to_vector<double>();
  const std::int64_t length = waves.shape()[1];
  const std::int64_t bins = power.shape()[1];
  Heard heard;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const double cycles = std::max(1.0, frequencies[i] * static_cast<double>(length));
    const auto first = samples.begin() + static_cast<std::ptrdiff_t>(i) * length;
    double square = 0.0;
    for (auto x = first; x != first + length; ++x) square += *x * *x;
    heard.pitch.push_back(12.0 * std::log2(cycles));
    heard.level.push_back(10.0 * std::log10(std::max(1e-12, square / static_cast<double>(length))));
    heard.purity.push_back(share_of_harmonics(power.data<float>() + static_cast<std::int64_t>(i) * bins, bins, cycles));
  }
  return heard;
}

}  // namespace

double wasserstein_distance(std::vector<double> a, std::vector<double> b) {
  if (a.size() != b.size() || a.empty()) {
    throw ValueError("[wasserstein_distance] expected equally many numbers, got " + std::to_string(a.size()) + " and " +
                     std::to_string(b.size()));
  }
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

std::vector<std::pair<std::string, double>> wave_figures(const Array& real, const Array& waves) {
  const Heard a = listen(real);
  const Heard b = listen(waves);
  return {{"pitch", wasserstein_distance(a.pitch, b.pitch)},
          {"level", wasserstein_distance(a.level, b.level)},
          {"purity", wasserstein_distance(a.purity, b.purity)}};
}

}  // namespace xgrad::models
