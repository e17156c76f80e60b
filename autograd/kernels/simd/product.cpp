// SPDX-License-Identifier: BSD-3-Clause
// Products with a B that fits the second-level cache, for AVX-512: a tile of C stays in registers over all of k, and
// the rows of B are read where they are. BLAS, made for larger ones, copies both operands first; on AVX2 it is the
// faster.
#include <utility>

#include <xgrad/autograd/kernels/product.h>
#include <xgrad/autograd/kernels/simd/parts.h>
#include <xgrad/autograd/kernels/simd/transpose.h>

namespace xgrad::kernels::simd::XGRAD_ISA {

#if defined(__AVX512F__)
namespace {

using V = Vec<float>;
using detail::Gemm;

constexpr int most_rows = 14;  // two vectors of sums for each fill the registers, beside two of B and one value of A
constexpr i64 w = width<float>, panel = 2 * w;
constexpr i64 strip = 112;  // rows of a transposed result, a multiple of most rows, kept in the first cache

inline i64 at_most(i64 most, i64 x) { return x < most ? x : most; }

/// c[i, j] = sum over p of a(i, p) b[p * b_step + j], plus plus[i * plus_step + j] unless that is null, j < n.
struct Tile {
  i64 n, k;
  const float* a;
  i64 a_step;
  const float *b, *next;  ///< and the panel of B to fetch meanwhile
  i64 b_step;
  const float* plus;
  i64 plus_step;
  float* c;
  i64 c_step;
};

/// R rows and N vectors. a(i, p) is a[i * a_step + p], with `turned` a[p * a_step + i].
template <bool turned, int N, int R>
void tile(const Tile& t) {
  const auto left = [&](int v) { return at_most(w, t.n - v * w); };
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < N; ++v) __builtin_prefetch(t.c + i * t.c_step + v * w, 1);
  }
  V sum[R][N];
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < N; ++v) sum[i][v] = V(0.0f);
  }
  constexpr int groups = (R + 2) / 3;  // rows by three: what an address can reach without arithmetic
  const float* a[groups];
#pragma GCC unroll 8
  for (int g = 0; g < groups; ++g) a[g] = t.a + 3 * g * (turned ? 1 : t.a_step);
  const i64 in_group = turned ? 1 : t.a_step, down = turned ? t.a_step : 1;
  const float *b = t.b, *next = t.next;
  for (i64 p = 0; p < t.k; ++p) {
    V row[N];
#pragma GCC unroll 2
    for (int v = 0; v < N; ++v) {
      row[v] = load_part(b + v * w, left(v));
      __builtin_prefetch(next + v * w);
    }
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
      const V value(a[i / 3][i % 3 * in_group]);
#pragma GCC unroll 2
      for (int v = 0; v < N; ++v) sum[i][v] = muladd(value, row[v], sum[i][v]);
    }
#pragma GCC unroll 8
    for (int g = 0; g < groups; ++g) a[g] += down;
    b += t.b_step;
    next += t.b_step;
  }
  if (t.plus != nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < R; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < N; ++v) sum[i][v] = load_part(t.plus + i * t.plus_step + v * w, left(v)) + sum[i][v];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < R; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < N; ++v) store_part(t.c + i * t.c_step + v * w, sum[i][v], left(v));
  }
}

struct ByRows {
  void (*of[most_rows])(const Tile& t);
};
template <bool turned, int N, int... r>
constexpr ByRows by_rows(std::integer_sequence<int, r...>) {
  return {{tile<turned, N, r + 1>...}};
}
template <bool turned, int N>
constexpr ByRows tiles = by_rows<turned, N>(std::make_integer_sequence<int, most_rows>{});

void compute(const Tile& t, bool turned, i64 rows) {
  if (t.n > w) return turned ? tiles<true, 2>.of[rows - 1](t) : tiles<false, 2>.of[rows - 1](t);
  turned ? tiles<true, 1>.of[rows - 1](t) : tiles<false, 1>.of[rows - 1](t);
}

/// f(begin, rows) for even parts of n, of most_rows at most.
template <class F>
void each_block(i64 n, const F& f) {
  const i64 blocks = (n - 1) / most_rows + 1;
  for (i64 q = 0; q < blocks; ++q) f(q * n / blocks, (q + 1) * n / blocks - q * n / blocks);
}

/// C = op(A) B, rows of A by panels of B's columns.
void direct(const Gemm& g, const float* a, const float* b, const float* plus, i64 plus_step, float* c) {
  each_block(g.m, [&](i64 i, i64 rows) {
    const float* own = a + (g.transpose_a ? i : i * g.lda);
    for (i64 j = 0; j < g.n; j += panel) {
      const i64 ahead = j + panel < g.n ? j + panel : 0;
      compute({at_most(panel, g.n - j), g.k, own, g.lda, b + j, b + ahead, g.ldb,
               plus != nullptr ? plus + i * plus_step + j : nullptr, plus_step, c + i * g.ldc + j, g.ldc},
              g.transpose_a, rows);
    }
  });
}

/// C = op(A) B' by way of C' = B op(A)': panels of op(A)' are made, unless they are there, strips of C' turned back.
void by_transpose(const Gemm& g, const float* a, const float* b, const float* plus, i64 plus_step, float* c,
                  float* scratch) {
  float *const result = scratch, *const packed = scratch + strip * panel;
  V square_of[square];
  for (i64 i = 0; i < g.m; i += panel) {
    const i64 rows = at_most(panel, g.m - i);
    for (i64 q = 0; q < rows && !g.transpose_a; q += w) {
      for (i64 p = 0; p < g.k; p += w) {
        transpose(a + (i + q) * g.lda + p, g.lda, at_most(w, rows - q), at_most(w, g.k - p), square_of);
        for (i64 z = 0; z < at_most(w, g.k - p); ++z) store(packed + (p + z) * panel + q, square_of[z]);
      }
    }
    const float* columns = g.transpose_a ? a + i : packed;
    for (i64 from = 0; from < g.n; from += strip) {
      const i64 n = at_most(strip, g.n - from);
      each_block(n, [&](i64 j, i64 count) {
        compute({rows, g.k, b + (from + j) * g.ldb, g.ldb, columns, columns, g.transpose_a ? g.lda : panel, nullptr, 0,
                 result + j * panel, panel},
                false, count);
      });
      for (i64 q = 0; q < rows; q += w) {
        for (i64 j = 0; j < n; j += w) {
          const i64 count = at_most(w, n - j);
          transpose(result + j * panel + q, panel, count, at_most(w, rows - q), square_of);
          for (i64 z = 0; z < at_most(w, rows - q); ++z) {
            const i64 row = i + q + z, column = from + j;
            if (plus != nullptr) square_of[z] = load_part(plus + row * plus_step + column, count) + square_of[z];
            store_part(c + row * g.ldc + column, square_of[z], count);
          }
        }
      }
    }
  }
}

i64 product_scratch(const Gemm& g) { return g.transpose_b ? panel * (strip + (g.transpose_a ? 0 : g.k)) : 0; }

void product(const Gemm& g, const float* a, const float* b, float* c, const float* bias, float* scratch) {
  const float* plus = bias != nullptr ? bias : g.beta == 1 ? c : nullptr;
  const i64 plus_step = bias != nullptr ? 0 : g.ldc;
  if (g.transpose_b) return by_transpose(g, a, b, plus, plus_step, c, scratch);
  direct(g, a, b, plus, plus_step, c);
}

}  // namespace

void add_product(Table& t) {
  t.product_scratch = product_scratch;
  t.product = product;
}
#else
void add_product(Table&) {}
#endif

}  // namespace xgrad::kernels::simd::XGRAD_ISA
