// SPDX-License-Identifier: BSD-3-Clause
// The vector loops as a table of function pointers, one table an instruction set; the best one is chosen at start-up.
#pragma once

#include <cstdint>
#include <span>

#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/kernels/optimizer.h>
#include <xgrad/autograd/kernels/product.h>
#include <xgrad/autograd/kernels/reduce.h>

namespace xgrad::kernels::simd {

/// Arrays to bring to the first cache meanwhile, in step with a loop: n elements each, present or not. While a dear
/// function computes, nothing would move otherwise.
using Ahead = std::span<const void* const>;
/// y[i] = f(x[i]; p, q). With `stream`, y is 64-byte aligned and written past the caches.
using UnaryLoop = void (*)(std::int64_t n, const void* x, void* y, double p, double q, bool stream, Ahead ahead);

/// Two nested loops, the inner one over elements that are contiguous or all one value; strides are between rows.
struct Rows {
  std::int64_t rows, n, a_stride, b_stride;
  bool stream;  ///< every row of y is 64-byte aligned and written past the caches
};
/// y[i, j] = f(a[i, j], b[i, j]; p), y contiguous.
using BinaryLoop = void (*)(const Rows& rows, const void* a, const void* b, void* y, double p);

/// Which operand of a binary loop is one value along the inner axis.
enum Splat : unsigned { none = 0, splat_a = 1, splat_b = 2, splat_both = 3 };

/// y[i, j] = reduction over r of x[i, r, j], for i in [0, outer), j in [0, inner); rows of x are x_stride apart, its
/// slices x_outer_stride and those of y y_stride.
struct Fold {
  std::int64_t outer, reduce, inner, x_outer_stride, x_stride, y_stride;
};
using FoldLoop = void (*)(const Fold& fold, const void* x, void* y);

/// Row-wise over (rows, n); y is (rows, n), for logsumexp (rows).
using SoftmaxLoop = void (*)(std::int64_t rows, std::int64_t n, const void* x, void* y);

/// Rows of n elements: on one side they lie apart, in planes, on the other they follow each other.
struct Patch {
  std::int64_t planes, plane_stride, rows, row_stride, n;
};
using PatchLoop = void (*)(const Patch& p, const void* from, void* to);

/// Rows (width), and the same dealt out to `step` phases of phase_width: element i goes to place i + offset, that is to
/// phase place % step at place / step.
struct Phases {
  std::int64_t rows, width, offset, step, phase_width;
};
using PhaseLoop = void (*)(const Phases& p, const void* from, void* to);

/// A channel: runs of n elements, `stride` apart.
struct Runs {
  std::int64_t count, stride, n;
};

/// State arrays may be null where the update does not use them.
using SgdLoop = void (*)(const SgdUpdate& u, std::int64_t n, const void* g, void* p, void* buffer);
using AdamLoop = void (*)(const AdamUpdate& u, std::int64_t n, const void* g, void* p, void* m, void* v, void* max_v);
using RmspropLoop = void (*)(const RmspropUpdate& u, std::int64_t n, const void* g, void* p, void* square_avg,
                             void* mean_g, void* buffer);

/// First index is the DType; a null entry means that the dtype is not taken.
struct Table {
  int lanes;  ///< floats in a vector: 16, 8 or 4
  UnaryLoop unary[3][static_cast<int>(Unary::count_)];
  BinaryLoop binary[3][static_cast<int>(Binary::count_)][4];
  FoldLoop fold[3][static_cast<int>(Reduce::count_)];
  SoftmaxLoop softmax[2], log_softmax[2], logsumexp[2];
  PatchLoop pack[2], unpack_add[2];  ///< apart to dense, and dense added to what lies apart
  PhaseLoop split[2], join[2];       ///< image to phases, which keep what lies around it, and back
  /// Of one channel: mean and biased variance, the latter in units of unit^2, which is 1 unless it leaves the range of
  /// double or, next to eps, vanishes in it; sums of g and of g (x - centre).
  void (*moments[2])(const Runs& r, const void* x, double eps, double* mean, double* variance, double* unit);
  void (*centred_sums[2])(const Runs& r, const void* g, const void* x, double centre, double* of_g,
                          double* of_products);
  /// y = (x - centre) scale + shift, and (g + of_x (x - centre) + shift) scale.
  void (*affine[2])(const Runs& r, const void* x, double centre, double scale, double shift, void* y);
  void (*combine[2])(const Runs& r, const void* g, const void* x, double centre, double scale, double of_x,
                     double shift, void* y);
  SgdLoop sgd[2];
  AdamLoop adam[2];
  RmspropLoop rmsprop[2];
  /// y[i] = x[i] converted: cast[from][to].
  void (*cast[3][3])(std::int64_t n, const void* x, void* y);
  /// y[i] = c[i * c_step] != 0 ? a[i * a_step] : b[i * b_step], steps 0 or 1: where[dtype of c][dtype of a, b, y].
  void (*where[3][3])(std::int64_t n, const void* c, std::int64_t c_step, const void* a, std::int64_t a_step,
                      const void* b, std::int64_t b_step, void* y);
  bool (*all_finite[2])(std::int64_t n, const void* x);
  /// words[4 i .. 4 i + 3] = Philox4x32-10 of the counters first + i (64 bits, the upper 64 zero).
  void (*philox)(std::uint64_t key, std::uint64_t first, std::int64_t counters, std::uint32_t* words);
  /// y[i] from word i (float) or words 2 i and 2 i + 1 (double); the same bits from every table.
  void (*uniform[2])(std::int64_t n, const std::uint32_t* words, double low, double high, void* y);
  void (*normal[2])(std::int64_t n, const std::uint32_t* words, double mean, double sd, void* y);
  void (*bernoulli[2])(std::int64_t n, const std::uint32_t* words, double p, void* y);
  /// y[i] = the standard normal quantile of u[i] in (0, 1).
  void (*normal_quantile)(std::int64_t n, const double* u, double* y);
  /// A product whose beta is 0 or 1, with a bias (n) or null; scratch has product_scratch elements. Null where the
  /// table has none.
  void (*product)(const detail::Gemm& g, const float* a, const float* b, float* c, const float* bias, float* scratch);
  std::int64_t (*product_scratch)(const detail::Gemm& g);
};

namespace baseline {
void fill(Table& table);
}
namespace avx2 {
void fill(Table& table);
}
namespace avx512 {
void fill(Table& table);
}

enum class Isa : std::uint8_t { baseline, avx2, avx512 };

/// True when the build has the table and the machine can run it.
bool supports(Isa isa) noexcept;
/// The table in use: the best supported one, unless the environment variable XGRAD_ISA names a lesser one
/// (sse2, avx2, avx512).
const Table& table() noexcept;
/// Tests only: from now on use this one, which must be supported.
void select(Isa isa) noexcept;
Isa selected() noexcept;

}  // namespace xgrad::kernels::simd
