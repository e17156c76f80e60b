// SPDX-License-Identifier: BSD-3-Clause
// Random draws from Philox words: element i takes its words from counter offset + i / (elements a counter).
#include <xgrad/autograd/kernels/philox.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using xgrad::detail::parallel_for;

/// Elements turned from words to values at a time; a multiple of what one counter gives.
constexpr std::int64_t block = 256;
constexpr std::int64_t grain = 8 * block;

std::int64_t elements_per_counter(DType dtype) noexcept { return dtype == DType::float32 ? 4 : 2; }

/// 32 bits for a float32, 64 for the others.
template <class T>
auto word_of(const std::uint32_t* words, std::int64_t i) {
  if constexpr (std::is_same_v<T, float>) {
    return words[i];
  } else {
    return std::uint64_t{words[2 * i + 1]} << 32 | words[2 * i];
  }
}

/// The largest 2^-bits-spaced value in [0, 1): 24 bits for float32, 53 for float64.
double unit(std::uint32_t word) { return static_cast<double>(word >> 8) * 0x1p-24; }
double unit(std::uint64_t word) { return static_cast<double>(word >> 11) * 0x1p-53; }
/// In the open interval (0, 1), every bit used.
double open_unit(std::uint32_t word) { return (static_cast<double>(word) + 0.5) * 0x1p-32; }
double open_unit(std::uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52; }

/// f(words, begin, count) for blocks of out, in parallel.
template <class T, class F>
void for_blocks(PhiloxState at, std::int64_t n, const F& f) {
  const std::int64_t per_counter = elements_per_counter(dtype_of<T>);
  const auto philox_words = simd::table().philox;
  parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
    std::uint32_t words[2 * block];
    for (std::int64_t i = begin; i < end; i += block) {
      const std::int64_t count = std::min(block, end - i);
      philox_words(at.key, at.offset + static_cast<std::uint64_t>(i / per_counter), (count - 1) / per_counter + 1,
                   words);
      f(words, i, count);
    }
  });
}

template <class F>
void for_floating(const char* op, const Array& out, const F& f) {
  if (out.dtype() == DType::float32) return f(float{});
  if (out.dtype() == DType::float64) return f(double{});
  throw DTypeError("[" + std::string(op) + "] draws floating values, not " + name_of(out.dtype()));
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * c[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * c[2];
    c = {static_cast<std::uint32_t>(product1 >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(product1),
         static_cast<std::uint32_t>(product0 >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return c;
}

std::uint64_t counters_for(std::int64_t n, DType dtype) noexcept {
  const std::int64_t per_counter = elements_per_counter(dtype);
  return n <= 0 ? 0 : static_cast<std::uint64_t>((n - 1) / per_counter + 1);
}

void uniform(PhiloxState at, double low, double high, Array& out) {
  for_floating("uniform", out, [&](auto zero) {
    using T = decltype(zero);
    T* y = out.mutable_data<T>();
    // Rounding may reach `high`, which is not in the interval.
    const T last = std::nextafter(static_cast<T>(high), static_cast<T>(low));
    for_blocks<T>(at, out.size(), [&](const std::uint32_t* words, std::int64_t begin, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        y[begin + i] = std::min(static_cast<T>(low + (high - low) * unit(word_of<T>(words, i))), last);
      }
    });
  });
}

void normal(PhiloxState at, double mean, double sd, Array& out) {
  const auto quantile = simd::table().normal_quantile;
  for_floating("normal", out, [&](auto zero) {
    using T = decltype(zero);
    T* y = out.mutable_data<T>();
    for_blocks<T>(at, out.size(), [&](const std::uint32_t* words, std::int64_t begin, std::int64_t count) {
      double values[block];
      for (std::int64_t i = 0; i < count; ++i) values[i] = open_unit(word_of<T>(words, i));
      quantile(count, values, values);
      for (std::int64_t i = 0; i < count; ++i) y[begin + i] = static_cast<T>(mean + sd * values[i]);
    });
  });
}

void bernoulli(PhiloxState at, double p, Array& out) {
  for_floating("bernoulli", out, [&](auto zero) {
    using T = decltype(zero);
    T* y = out.mutable_data<T>();
    for_blocks<T>(at, out.size(), [&](const std::uint32_t* words, std::int64_t begin, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) y[begin + i] = unit(word_of<T>(words, i)) < p ? T(1) : T(0);
    });
  });
}

void permutation(PhiloxState at, Array& out) {
  std::int64_t* y = out.mutable_data<std::int64_t>();
  const std::int64_t n = out.size();
  for (std::int64_t i = 0; i < n; ++i) y[i] = i;
  const auto philox_words = simd::table().philox;
  std::uint32_t words[2 * block];
  for (std::int64_t i = 0; i < n; ++i) {
    if (i % block == 0) philox_words(at.key, at.offset + static_cast<std::uint64_t>(i / 2), block / 2, words);
    // Multiply-shift of 64 bits onto the n - i places left: off from even by less than n / 2^64.
    const auto word = word_of<std::int64_t>(words, i % block);
    const auto pick = static_cast<std::int64_t>((static_cast<unsigned __int128>(word) *
                                                 static_cast<unsigned __int128>(n - i)) >> 64);
    std::swap(y[i], y[i + pick]);
  }
}

}  // namespace xgrad::kernels
