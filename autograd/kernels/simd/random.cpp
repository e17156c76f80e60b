// SPDX-License-Identifier: BSD-3-Clause
// Philox words and normal quantiles as plain loops: only IEEE operations in a fixed order, no FMA and no libm but
// sqrt, so that every instruction set gives the same bits. The compiler makes vectors of them.
#include <cmath>
#include <cstring>

#include <xgrad/autograd/kernels/simd/parts.h>
#include <xgrad/autograd/kernels/simd/vec.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using Words = xsimd::batch<u64>;

/// Counters worked on side by side, one a 64-bit lane.
constexpr i64 lanes = static_cast<i64>(Words::size);

/// Product of the low halves of each lane.
inline Words multiply_low(const Words& a, const Words& b) {
#if defined(__AVX512F__)
  return _mm512_mul_epu32(a, b);
#elif defined(__AVX2__)
  return _mm256_mul_epu32(a, b);
#elif defined(__SSE2__)
  return _mm_mul_epu32(a, b);
#elif defined(__aarch64__)
  return vmull_u32(vmovn_u64(a), vmovn_u64(b));
#else
  return (a & Words(u64{0xFFFFFFFF})) * (b & Words(u64{0xFFFFFFFF}));
#endif
}

/// The four words of counter i go to words[4 i .. 4 i + 3]. Only the low half of each lane matters until the end.
void philox_lanes(u64 key, u64 first, u32* words) {
  u64 counters[lanes];
  for (i64 i = 0; i < lanes; ++i) counters[i] = first + static_cast<u64>(i);
  const Words multiplier0(u64{0xD2511F53}), multiplier1(u64{0xCD9E8D57}), low(u64{0xFFFFFFFF});
  Words c0 = Words::load_unaligned(counters), c1 = c0 >> 32, c2(u64{0}), c3(u64{0});
  u32 k0 = static_cast<u32>(key), k1 = static_cast<u32>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const Words product0 = multiply_low(c0, multiplier0), product1 = multiply_low(c2, multiplier1);
    c0 = (product1 >> 32) ^ c1 ^ Words(u64{k0});
    c1 = product1;
    c2 = (product0 >> 32) ^ c3 ^ Words(u64{k1});
    c3 = product0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  u64 even[lanes], odd[lanes];
  ((c0 & low) | (c1 << 32)).store_unaligned(even);
  ((c2 & low) | (c3 << 32)).store_unaligned(odd);
  for (i64 i = 0; i < lanes; ++i) {
    words[4 * i] = static_cast<u32>(even[i]);
    words[4 * i + 1] = static_cast<u32>(even[i] >> 32);
    words[4 * i + 2] = static_cast<u32>(odd[i]);
    words[4 * i + 3] = static_cast<u32>(odd[i] >> 32);
  }
}

void philox_loop(u64 key, u64 first, i64 counters, u32* words) {
  i64 i = 0;
  for (; i + lanes <= counters; i += lanes) philox_lanes(key, first + static_cast<u64>(i), words + 4 * i);
  if (i < counters) {
    u32 rest[4 * lanes];
    philox_lanes(key, first + static_cast<u64>(i), rest);
    std::memcpy(words + 4 * i, rest, static_cast<std::size_t>(4 * (counters - i)) * sizeof(u32));
  }
}

/// [0, 1) by 24 bits of a word, or by 53 of two.
inline double unit(float, const u32* words, i64 i) {
  return static_cast<double>(static_cast<std::int32_t>(words[i] >> 8)) * 0x1p-24;
}
inline u64 pair(const u32* words, i64 i) { return u64{words[2 * i + 1]} << 32 | words[2 * i]; }
inline double unit(double, const u32* words, i64 i) {
  return static_cast<double>(static_cast<i64>(pair(words, i) >> 11)) * 0x1p-53;
}

template <class T>
void uniform_loop(i64 n, const u32* words, double low, double high, void* y_) {
  T* y = static_cast<T*>(y_);
  // Rounding may reach `high`, which is not in the interval.
  const T last = std::nextafter(static_cast<T>(high), static_cast<T>(low));
  const double width = high - low;
  for (i64 i = 0; i < n; ++i) {
    const T v = static_cast<T>(low + width * unit(T{}, words, i));
    y[i] = v < last ? v : last;
  }
}

template <class T>
void bernoulli_loop(i64 n, const u32* words, double p, void* y_) {
  T* y = static_cast<T*>(y_);
  for (i64 i = 0; i < n; ++i) y[i] = unit(T{}, words, i) < p ? T(1) : T(0);
}

/// (0, 1), symmetric about 1/2: all 32 bits of a word, or 52 of two.
inline double open_unit(float, const u32* words, i64 i) {
  // The word less 2^31 as a signed number, which every instruction set converts.
  return (static_cast<double>(static_cast<std::int32_t>(words[i] ^ 0x80000000u)) + 2147483648.5) * 0x1p-32;
}
inline double open_unit(double, const u32* words, i64 i) {
  const u64 bits = pair(words, i) >> 12 | 0x3FF0000000000000u;
  double v;
  std::memcpy(&v, &bits, sizeof v);
  return v - 1.0 + 0x1p-53;
}

/// Natural logarithm of a normal positive x: x = 2^e m, log m = 2 artanh((m - 1) / (m + 1)) by its series.
inline double log_positive(double x) {
  u64 bits;
  std::memcpy(&bits, &x, sizeof bits);
  const u64 exponent_bits = bits >> 52 | 0x4330000000000000u;  // 2^52 + the biased exponent
  const u64 mantissa_bits = (bits & 0x000FFFFFFFFFFFFFu) | 0x3FF0000000000000u;
  double e, m;
  std::memcpy(&e, &exponent_bits, sizeof e);
  std::memcpy(&m, &mantissa_bits, sizeof m);
  e -= 0x1p52 + 1023.0;
  const bool upper = m > 1.4142135623730951;
  m = upper ? m * 0.5 : m;
  e = upper ? e + 1.0 : e;
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double series = 1.0 / 23.0;
  for (int k = 21; k >= 1; k -= 2) series = series * z + 1.0 / k;
  return e * 0.693147180559945309417 + 2.0 * s * series;
}

template <std::size_t N>
double polynomial(const double (&c)[N], double x) {
  double y = c[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) y = y * x + c[i];
  return y;
}

// Wichura, AS 241, PPND16: a / b serves |u - 1/2| <= 0.425, c / d and e / f the tails.
constexpr double a[] = {3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3,
                        1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                        3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr double b[] = {1.0,
                        4.2313330701600911252e+1,
                        6.8718700749205790830e+2,
                        5.3941960214247511077e+3,
                        2.1213794301586595867e+4,
                        3.9307895800092710610e+4,
                        2.8729085735721942674e+4,
                        5.2264952788528545610e+3};
constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                        3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                        2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double d[] = {1.0,
                        2.05319162663775882187e0,
                        1.67638483018380384940e0,
                        6.89767334985100004550e-1,
                        1.48103976427480074590e-1,
                        1.51986665636164571966e-2,
                        5.47593808499534494600e-4,
                        1.05075007164441684324e-9};
constexpr double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                        2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                        2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double f[] = {1.0,
                        5.99832206555887937690e-1,
                        1.36929880922735805310e-1,
                        1.48753612908506148525e-2,
                        7.86869131145613259100e-4,
                        1.84631831751005468180e-5,
                        1.42151175831644588870e-7,
                        2.04426310338993978564e-15};

/// Values worked on at a time.
constexpr i64 block = 256;

/// Quantiles of m values in the tails, in place: at most `block` of them.
void tail_quantiles(i64 m, double* u) {
  double r[block];
  for (i64 i = 0; i < m; ++i) {
    const bool lower = u[i] < 0.5;
    r[i] = std::sqrt(-log_positive(lower ? u[i] : 1.0 - u[i]));
    const double z = polynomial(c, r[i] - 1.6) / polynomial(d, r[i] - 1.6);
    u[i] = lower ? -z : z;
  }
  for (i64 i = 0; i < m; ++i) {
    if (r[i] <= 5.0) continue;  // but for one in 10^11
    const double z = polynomial(e, r[i] - 5.0) / polynomial(f, r[i] - 5.0);
    u[i] = u[i] < 0 ? -z : z;
  }
}

/// The tails are gathered, so that each of the three loops does one thing.
void normal_quantile_loop(i64 n, const double* u, double* y) {
  for (i64 begin = 0; begin < n; begin += block) {
    const i64 m = n - begin < block ? n - begin : block;
    i64 place[block], tails = 0;
    double tail[block];
    for (i64 i = 0; i < m; ++i) {
      const double v = u[begin + i];
      place[tails] = begin + i;
      tail[tails] = v;
      tails += v < 0.075 || v > 0.925 ? 1 : 0;
    }
    for (i64 i = begin; i < begin + m; ++i) {
      const double q = u[i] - 0.5;
      const double r = 0.180625 - q * q;
      y[i] = q * polynomial(a, r) / polynomial(b, r);
    }
    tail_quantiles(tails, tail);
    for (i64 i = 0; i < tails; ++i) y[place[i]] = tail[i];
  }
}

template <class T>
void normal_loop(i64 n, const u32* words, double mean, double sd, void* y_) {
  T* y = static_cast<T*>(y_);
  for (i64 begin = 0; begin < n; begin += block) {
    const i64 m = n - begin < block ? n - begin : block;
    double u[block], z[block];
    for (i64 i = 0; i < m; ++i) u[i] = open_unit(T{}, words, begin + i);
    normal_quantile_loop(m, u, z);
    for (i64 i = 0; i < m; ++i) y[begin + i] = static_cast<T>(mean + sd * z[i]);
  }
}

}  // namespace

void add_random(Table& t) {
  t.philox = philox_loop;
  t.normal_quantile = normal_quantile_loop;
  t.uniform[0] = uniform_loop<float>;
  t.uniform[1] = uniform_loop<double>;
  t.normal[0] = normal_loop<float>;
  t.normal[1] = normal_loop<double>;
  t.bernoulli[0] = bernoulli_loop<float>;
  t.bernoulli[1] = bernoulli_loop<double>;
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
