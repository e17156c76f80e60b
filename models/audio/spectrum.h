// SPDX-License-Identifier: BSD-3-Clause
// Which frequencies are in a wave: power spectra, spectrograms to look at, and the strongest frequency.
#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/autograd/array.h>

namespace xgrad::models {

/// |sum_t w_t x_t e^(-2 pi i k t / n)|^2 for k = 0 .. n / 2 of each row of x (m, n), with Hann's window w: (m, n / 2 +
/// 1).
/// @throws ShapeError
Array power_spectrum(const Array& x);

struct SpectrogramOptions {
  std::int64_t size = 128;  ///< samples in a frame
  std::int64_t hop = 16;    ///< from one frame to the next
  double range = 60.0;      ///< decibels below a full-scale sine that are still seen
};

/// Pictures (m, size / 2 + 1, frames) in [0, 1] of waves (m, n): time to the right, frequency upwards, 1 the power of a
/// sine of amplitude 1. @throws ShapeError for waves shorter than a frame.
Array spectrogram(const Array& waves, const SpectrogramOptions& options = {});

/// The frequency of each wave's highest peak, in cycles a sample, between bins by the parabola through the logarithms
/// of the peak and its neighbours. 0 of silence. `waves` (m, n). @throws ShapeError below 4 samples.
std::vector<double> strongest_frequency(const Array& waves);

}  // namespace xgrad::models
