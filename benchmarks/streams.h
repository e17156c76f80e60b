// SPDX-License-Identifier: BSD-3-Clause
// The numbers every workload starts from, given by a formula so that any framework can do the same work and prove it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// One step of splitmix64 (Steele, Lea, Flood 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/// Element i of stream s in [0, 1), exact in float32.
constexpr float u01(std::uint64_t s, std::uint64_t i) { return static_cast<float>(mix(mix(s) + i) >> 40) * 0x1p-24f; }

/// Element i of stream s in [-1, 1).
constexpr float u11(std::uint64_t s, std::uint64_t i) { return 2 * u01(s, i) - 1; }

/// The first n elements of stream s times `scale`: a tensor in row-major order.
inline std::vector<float> uniform11(std::uint64_t s, std::size_t n, float scale = 1) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = scale * u11(s, i);
  return values;
}
inline std::vector<float> uniform01(std::uint64_t s, std::size_t n) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = u01(s, i);
  return values;
}

/// Where the streams of one kind of tensor begin: the j-th of its kind is stream base + j.
namespace streams {
inline constexpr std::uint64_t generator = 1000, critic = 2000, classifier = 3000, direction = 4000;
inline constexpr std::uint64_t mixing = 7000, noise = 8000, data = 9000, operands = 10000;
}  // namespace streams

inline constexpr std::size_t batch_size = 64, pool_size = 8, noise_size = 100, image_size = 784;
inline const float noise_scale = std::sqrt(3.0f);

/// Weights and biases alike are uniform with this bound.
inline float parameter_scale(std::size_t fan_in) { return 1 / std::sqrt(static_cast<float>(fan_in)); }

}  // namespace bench
