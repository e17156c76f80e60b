// SPDX-License-Identifier: BSD-3-Clause
// Fourier's transform as a product with its matrix: these waves are short.
#include <xgrad/models/audio/spectrum.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::models {

namespace {

double hann(std::int64_t t, std::int64_t n) {
  return 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(t) / static_cast<double>(n));
}

// (n, 2 bins): windowed cosines, then sines.
Variable basis(std::int64_t n, std::int64_t bins) {
  std::vector<float> values(static_cast<std::size_t>(n * 2 * bins));
  for (std::int64_t t = 0; t < n; ++t) {
    for (std::int64_t k = 0; k < bins; ++k) {
      // t k modulo n keeps the angle small, and exact for long waves.
      const double angle = 2.0 * std::numbers::pi * static_cast<double>(t * k % n) / static_cast<double>(n);
      float* row = values.data() + t * 2 * bins;
      row[k] = static_cast<float>(hann(t, n) * std::cos(angle));
      row[bins + k] = static_cast<float>(hann(t, n) * std::sin(angle));
    }
  }
  return tensor(values, {n, 2 * bins});
}

void require_waves(const Array& waves, std::int64_t least, const char* who) {
  if (waves.rank() == 2 && waves.shape()[1] >= least) return;
  throw ShapeError(std::string("[") + who + "] expected waves (m, n) of " + std::to_string(least) +
                   " samples or more, got " + to_string(waves.shape()));
}

}  // namespace

Array power_spectrum(const Array& x) {
  require_waves(x, 1, "power_spectrum");
  const NoGradGuard guard;
  const std::int64_t bins = x.shape()[1] / 2 + 1;
  const Variable parts = matmul(astype(Variable(x), DType::float32), basis(x.shape()[1], bins));
  return (square(slice(parts, 1, 0, bins)) + square(slice(parts, 1, bins, 2 * bins))).array();
}

Array spectrogram(const Array& waves, const SpectrogramOptions& options) {
  const auto [size, hop, range] = options;
  require_waves(waves, size, "spectrogram");
  const std::int64_t m = waves.shape()[0];
  const std::int64_t frames = (waves.shape()[1] - size) / hop + 1;
  const std::int64_t bins = size / 2 + 1;
  std::vector<std::int64_t> places;
  for (std::int64_t f = 0; f < frames; ++f) {
    for (std::int64_t t = 0; t < size; ++t) places.push_back(f * hop + t);
  }
  const Variable framed = index_select(Variable(waves), 1, tensor(places, {frames * size}));
  const Array power = power_spectrum(reshape(framed, {m * frames, size}).array());
  // A sine of amplitude 1 has the power (n / 4)^2 in its bin: half of it in each of +-k, half taken by the window.
  const double full = static_cast<double>(size * size) / 16.0;
  const float* from = power.data<float>();
  Array pictures(Shape{m, bins, frames});
  float* to = pictures.mutable_data<float>();
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t f = 0; f < frames; ++f) {
      for (std::int64_t k = 0; k < bins; ++k, ++from) {
        const double decibels = 10.0 * std::log10(std::max(static_cast<double>(*from) / full, 1e-30));
        to[(i * bins + bins - 1 - k) * frames + f] = static_cast<float>(std::clamp(1.0 + decibels / range, 0.0, 1.0));
      }
    }
  }
  return pictures;
}

std::vector<double> strongest_frequency(const Array& waves) {
  require_waves(waves, 4, "strongest_frequency");
  const Array power = power_spectrum(waves);
  const std::int64_t bins = power.shape()[1];
  std::vector<double> found;
  for (std::int64_t i = 0; i < power.shape()[0]; ++i) {
    const float* p = power.data<float>() + i * bins;
    // Neither the mean nor the highest frequency has neighbours on both sides.
    const float* peak = std::max_element(p + 1, p + bins - 1);
    const auto log_power = [&](std::int64_t offset) {
      return std::log(std::max(static_cast<double>(peak[offset]), 1e-30));
    };
    const double left = log_power(-1);
    const double right = log_power(1);
    const double curve = left - 2.0 * log_power(0) + right;
    const double shift = curve < 0.0 ? std::clamp(0.5 * (left - right) / curve, -0.5, 0.5) : 0.0;
    const double bin = static_cast<double>(peak - p) + shift;
    found.push_back(*peak > 0.0f ? bin / static_cast<double>(waves.shape()[1]) : 0.0);
  }
  return found;
}

}  // namespace xgrad::models
