// SPDX-License-Identifier: BSD-3-Clause
// Wave quality: how far pitches, loudness and purity of a set of waves are from those of real ones.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/array.h>

namespace xgrad::models {

/// Wasserstein's distance of order 1 between the empirical distributions of equally many numbers: the mean distance of
/// the k-th smallest of one from the k-th smallest of the other. @throws ValueError otherwise.
double wasserstein_distance(std::vector<double> a, std::vector<double> b);

/// Wasserstein's distances between two sets of waves (n, length) of what can be heard of each wave: `pitch`, of its
/// strongest frequency, in semitones; `level`, of its power, in decibels; `purity`, of the share of its power within
/// two bins of the strongest frequency and its next three multiples. Silence counts as the lowest pitch that fits, -120
/// decibels and no purity. @throws ShapeError, ValueError unless the sets have one shape.
std::vector<std::pair<std::string, double>> wave_figures(const Array& real, const Array& waves);

}  // namespace xgrad::models
