// SPDX-License-Identifier: BSD-3-Clause
// Random draws from Philox words: element i takes its words from counter offset + i / (elements a counter).
#include <xgrad/autograd/kernels/philox.h>

#include <algorithm>
#include <string>
#include <utility>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using xgrad::detail::parallel_for;

/// Elements turned from words to values at a time; a multiple of what one counter gives.
constexpr std::int64_t block = 256;
constexpr std::int64_t grain = 32 * block;

std::int64_t elements_per_counter(DType dtype) noexcept { return dtype == DType::float32 ? 4 : 2; }

/// f(dtype, words, place, count) for blocks of out, in parallel.
template <class F>
void for_blocks(const char* op, PhiloxState at, Array& out, const F& f) {
  const DType dtype = out.dtype();
  if (!is_floating(dtype)) {
    throw DTypeError("[" + std::string(op) + "] draws floating values, not " + name_of(dtype));
  }
  const std::int64_t per_counter = elements_per_counter(dtype);
  const auto philox_words = simd::table().philox;
  void* y = out.mutable_raw();
  parallel_for(out.size(), grain, [&](std::int64_t begin, std::int64_t end) {
    std::uint32_t words[2 * block];
    for (std::int64_t i = begin; i < end; i += block) {
      const std::int64_t count = std::min(block, end - i);
      philox_words(at.key, at.offset + static_cast<std::uint64_t>(i / per_counter), (count - 1) / per_counter + 1,
                   words);
      f(static_cast<int>(dtype), words, detail::at(y, dtype, i), count);
    }
  });
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
  const simd::Table& table = simd::table();
  for_blocks("uniform", at, out, [&](int dtype, const std::uint32_t* words, void* y, std::int64_t count) {
    table.uniform[dtype](count, words, low, high, y);
  });
}

void normal(PhiloxState at, double mean, double sd, Array& out) {
  const simd::Table& table = simd::table();
  for_blocks("normal", at, out, [&](int dtype, const std::uint32_t* words, void* y, std::int64_t count) {
    table.normal[dtype](count, words, mean, sd, y);
  });
}

void bernoulli(PhiloxState at, double p, Array& out) {
  const simd::Table& table = simd::table();
  for_blocks("bernoulli", at, out, [&](int dtype, const std::uint32_t* words, void* y, std::int64_t count) {
    table.bernoulli[dtype](count, words, p, y);
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
    const std::int64_t w = 2 * (i % block);
    const std::uint64_t word = std::uint64_t{words[w + 1]} << 32 | words[w];
    const auto pick =
        static_cast<std::int64_t>((static_cast<unsigned __int128>(word) * static_cast<unsigned __int128>(n - i)) >> 64);
    std::swap(y[i], y[i + pick]);
  }
}

}  // namespace xgrad::kernels
