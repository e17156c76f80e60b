// SPDX-License-Identifier: BSD-3-Clause
// Philox words and normal quantiles as plain loops: only IEEE operations in a fixed order, no FMA and no libm but
// sqrt, so that every instruction set gives the same bits.
#include <cmath>
#include <cstring>

#include <xgrad/autograd/kernels/simd/parts.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

using i64 = std::int64_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

/// Counters worked on side by side.
constexpr i64 lanes = 16;

void philox_lanes(u64 key, u64 first, u32* words) {
  u32 c0[lanes], c1[lanes], c2[lanes] = {}, c3[lanes] = {};
  for (i64 i = 0; i < lanes; ++i) {
    const u64 counter = first + static_cast<u64>(i);
    c0[i] = static_cast<u32>(counter);
    c1[i] = static_cast<u32>(counter >> 32);
  }
  u32 k0 = static_cast<u32>(key), k1 = static_cast<u32>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    for (i64 i = 0; i < lanes; ++i) {
      const u64 product0 = u64{0xD2511F53u} * c0[i];
      const u64 product1 = u64{0xCD9E8D57u} * c2[i];
      c0[i] = static_cast<u32>(product1 >> 32) ^ c1[i] ^ k0;
      c1[i] = static_cast<u32>(product1);
      c2[i] = static_cast<u32>(product0 >> 32) ^ c3[i] ^ k1;
      c3[i] = static_cast<u32>(product0);
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  for (i64 i = 0; i < lanes; ++i) {
    words[4 * i] = c0[i];
    words[4 * i + 1] = c1[i];
    words[4 * i + 2] = c2[i];
    words[4 * i + 3] = c3[i];
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

/// Natural logarithm of a normal positive x: x = 2^e m, log m = 2 artanh((m - 1) / (m + 1)) by its series.
double log_positive(double x) {
  u64 bits;
  std::memcpy(&bits, &x, sizeof bits);
  i64 e = static_cast<i64>(bits >> 52) - 1023;
  bits = (bits & 0x000FFFFFFFFFFFFFu) | 0x3FF0000000000000u;
  double m;
  std::memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++e;
  }
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double series = 1.0 / 23.0;
  for (int k = 21; k >= 1; k -= 2) series = series * z + 1.0 / k;
  return static_cast<double>(e) * 0.693147180559945309417 + 2.0 * s * series;
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
constexpr double c[] = {1.42343711074968357734e0,  4.63033784615654529590e0,  5.76949722146069140550e0,
                        3.64784832476320460504e0,  1.27045825245236838258e0,  2.41780725177450611770e-1,
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

double tail_quantile(double u) {
  const double q = u - 0.5;
  double r = std::sqrt(-log_positive(q < 0 ? u : 1.0 - u));
  double z;
  if (r <= 5.0) {
    r -= 1.6;
    z = polynomial(c, r) / polynomial(d, r);
  } else {
    r -= 5.0;
    z = polynomial(e, r) / polynomial(f, r);
  }
  return q < 0 ? -z : z;
}

void normal_quantile_loop(i64 n, const double* u, double* y) {
  constexpr i64 block = 64;
  for (i64 begin = 0; begin < n; begin += block) {
    const i64 m = n - begin < block ? n - begin : block;
    double centre[block];
    for (i64 i = 0; i < m; ++i) {
      const double q = u[begin + i] - 0.5;
      const double r = 0.180625 - q * q;
      centre[i] = q * polynomial(a, r) / polynomial(b, r);
    }
    for (i64 i = 0; i < m; ++i) {
      const double v = u[begin + i];
      y[begin + i] = v < 0.075 || v > 0.925 ? tail_quantile(v) : centre[i];
    }
  }
}

}  // namespace

void add_random(Table& t) {
  t.philox = philox_loop;
  t.normal_quantile = normal_quantile_loop;
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
