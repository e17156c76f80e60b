// SPDX-License-Identifier: BSD-3-Clause
// Reductions of rows and of columns, pairwise so that rounding grows with log n, and the softmax family over rows.
#include <xgrad/autograd/kernels/simd/math.h>
#include <xgrad/autograd/kernels/simd/parts.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

// A fold: what an empty one gives, how an element enters, how two results join. Whole numbers wrap around: this file is
// compiled with -fwrapv, for where the wrapping is written as a cast to unsigned, GCC 12 sums wrongly at -O3 for
// AVX-512.
struct Sum {
  template <class T>
  static constexpr T empty() {
    return T(0);
  }
  template <class V>
  static V enter(const V& acc, const V& x) {
    return acc + x;
  }
  template <class V>
  static V join(const V& a, const V& b) {
    return a + b;
  }
};
struct SumSquares : Sum {
  template <class V>
  static V enter(const V& acc, const V& x) {
    return muladd(x, x, acc);
  }
};
struct Max {
  template <class T>
  static constexpr T empty() {
    return std::is_same_v<T, i64> ? std::numeric_limits<T>::lowest() : -std::numeric_limits<T>::infinity();
  }
  template <class V>
  static V enter(const V& acc, const V& x) {
    return maximum(acc, x);
  }
  template <class V>
  static V join(const V& a, const V& b) {
    return maximum(a, b);
  }
};
struct Min {
  template <class T>
  static constexpr T empty() {
    return std::is_same_v<T, i64> ? std::numeric_limits<T>::max() : std::numeric_limits<T>::infinity();
  }
  template <class V>
  static V enter(const V& acc, const V& x) {
    return minimum(acc, x);
  }
  template <class V>
  static V join(const V& a, const V& b) {
    return minimum(a, b);
  }
};

template <class T>
T join_lanes(const T* lanes, auto join) {
  // Halving keeps the order of a pairwise sum.
  T v[static_cast<std::size_t>(width<T>)];
  for (i64 i = 0; i < width<T>; ++i) v[i] = lanes[i];
  for (i64 half = width<T> / 2; half > 0; half /= 2) {
    for (i64 i = 0; i < half; ++i) v[i] = join(v[i], v[i + half]);
  }
  return v[0];
}

template <class F, class T>
T scalar_join(T a, T b) {
  if constexpr (std::is_base_of_v<Sum, F>) {
    return a + b;
  } else if constexpr (std::is_same_v<F, Max>) {
    return a != a || a > b ? a : b;
  } else {
    return a != a || a < b ? a : b;
  }
}

/// Elements a row fold takes straight into its lanes before the pairwise tree takes over.
template <class T>
inline constexpr i64 row_block = 64 * width<T>;

template <class F, class T>
Vec<T> fold_block(const T* x, i64 n) {
  constexpr i64 w = width<T>;
  const Vec<T> empty(F::template empty<T>());
  Vec<T> a = empty, b = empty, c = empty, d = empty;
  i64 i = 0;
  for (; i + 4 * w <= n; i += 4 * w) {
    a = F::enter(a, load(x + i));
    b = F::enter(b, load(x + i + w));
    c = F::enter(c, load(x + i + 2 * w));
    d = F::enter(d, load(x + i + 3 * w));
  }
  for (; i + w <= n; i += w) a = F::enter(a, load(x + i));
  if (i < n) {
    T padded[static_cast<std::size_t>(w)];
    for (i64 j = 0; j < w; ++j) padded[j] = i + j < n ? x[i + j] : F::template empty<T>();
    b = F::enter(b, load(padded));
  }
  return F::join(F::join(a, b), F::join(c, d));
}

template <class F, class T>
Vec<T> fold_row(const T* x, i64 n) {
  if (n <= row_block<T>) return fold_block<F, T>(x, n);
  const i64 half = (n / row_block<T> + 1) / 2 * row_block<T>;
  return F::join(fold_row<F, T>(x, half), fold_row<F, T>(x + half, n - half));
}

template <class F, class T>
T fold_contiguous(const T* x, i64 n) {
  T lanes[static_cast<std::size_t>(width<T>)];
  store(lanes, fold_row<F, T>(x, n));
  return join_lanes(lanes, [](T a, T b) { return scalar_join<F>(a, b); });
}

/// Columns side by side in registers, and rows a fold takes before the pairwise tree.
constexpr i64 tile = 8;
constexpr i64 column_block = 32;

template <class V, i64 N>
struct Tile {
  V v[N];
};

template <class F, class T, i64 N, class Load>
Tile<Vec<T>, N> fold_columns(const T* x, i64 rows, i64 stride, const Load& load_at) {
  Tile<Vec<T>, N> acc;
  if (rows <= column_block) {
    for (i64 k = 0; k < N; ++k) acc.v[k] = Vec<T>(F::template empty<T>());
    for (i64 r = 0; r < rows; ++r) {
      for (i64 k = 0; k < N; ++k) acc.v[k] = F::enter(acc.v[k], load_at(x + r * stride + k * width<T>));
    }
    return acc;
  }
  const i64 half = (rows / column_block + 1) / 2 * column_block;
  acc = fold_columns<F, T, N>(x, half, stride, load_at);
  const Tile<Vec<T>, N> rest = fold_columns<F, T, N>(x + half * stride, rows - half, stride, load_at);
  for (i64 k = 0; k < N; ++k) acc.v[k] = F::join(acc.v[k], rest.v[k]);
  return acc;
}

template <class F, class T>
void fold_loop(const Fold& s, const void* x_, void* y_) {
  constexpr i64 w = width<T>;
  const auto whole = [](const T* p) { return Vec<T>(load(p)); };
  for (i64 o = 0; o < s.outer; ++o) {
    const T* x = static_cast<const T*>(x_) + o * s.x_outer_stride;
    T* y = static_cast<T*>(y_) + o * s.y_stride;
    if (s.inner == 1 && s.x_stride == 1) {
      *y = fold_contiguous<F, T>(x, s.reduce);
      continue;
    }
    i64 j = 0;
    for (; j + tile * w <= s.inner; j += tile * w) {
      const auto acc = fold_columns<F, T, tile>(x + j, s.reduce, s.x_stride, whole);
      for (i64 k = 0; k < tile; ++k) store(y + j + k * w, acc.v[k]);
    }
    for (; j + w <= s.inner; j += w) store(y + j, fold_columns<F, T, 1>(x + j, s.reduce, s.x_stride, whole).v[0]);
    if (j < s.inner) {
      const i64 left = s.inner - j;
      const auto part = [left](const T* p) { return load_part(p, left); };
      store_part(y + j, fold_columns<F, T, 1>(x + j, s.reduce, s.x_stride, part).v[0], left);
    }
  }
}

template <class T>
void exp_of_shifted(i64 n, const T* x, T shift, T* y) {
  const Vec<T> s(shift);
  i64 i = 0;
  for (; i + width<T> <= n; i += width<T>) store(y + i, math::exp(load(x + i) - s));
  if (i < n) store_part(y + i, math::exp(load_part(x + i, n - i) - s), n - i);
}

/// Sum of exp(x - shift), a block at a time through a buffer.
template <class T>
T sum_exp(i64 n, const T* x, T shift) {
  constexpr i64 block = 1024;
  T buffer[block];
  T total = 0;
  for (i64 i = 0; i < n; i += block) {
    const i64 m = n - i < block ? n - i : block;
    exp_of_shifted(m, x + i, shift, buffer);
    total += fold_contiguous<Sum, T>(buffer, m);
  }
  return total;
}

/// The maximum, or 0 when it is infinite: then the differences stay meaningful.
template <class T>
T shift_of(i64 n, const T* x) {
  const T m = fold_contiguous<Max, T>(x, n);
  return m == std::numeric_limits<T>::infinity() || m == -std::numeric_limits<T>::infinity() ? T(0) : m;
}

template <class T, class F>
void map_row(i64 n, const T* x, T* y, const F& f) {
  i64 i = 0;
  for (; i + width<T> <= n; i += width<T>) store(y + i, Vec<T>(f(load(x + i))));
  if (i < n) store_part(y + i, f(load_part(x + i, n - i)), n - i);
}

/// Whether the largest logit is inf: then only those count, and share equally.
template <class T>
bool is_infinite(T largest) {
  return largest == std::numeric_limits<T>::infinity();
}
/// 1 where x is inf, else 0.
template <class T>
void mark_infinite(i64 n, const T* x, T* y) {
  for (i64 i = 0; i < n; ++i) y[i] = is_infinite(x[i]) ? T(1) : T(0);
}

template <class T>
void softmax_loop(i64 rows, i64 n, const void* x_, void* y_) {
  for (i64 r = 0; r < rows; ++r) {
    const T* x = static_cast<const T*>(x_) + r * n;
    T* y = static_cast<T*>(y_) + r * n;
    const T m = fold_contiguous<Max, T>(x, n);
    is_infinite(m) ? mark_infinite(n, x, y) : exp_of_shifted(n, x, m, y);
    const Vec<T> scale(T(1) / fold_contiguous<Sum, T>(y, n));
    map_row(n, y, y, [scale](auto v) { return v * scale; });
  }
}

template <class T>
void log_softmax_loop(i64 rows, i64 n, const void* x_, void* y_) {
  for (i64 r = 0; r < rows; ++r) {
    const T* x = static_cast<const T*>(x_) + r * n;
    const T m = fold_contiguous<Max, T>(x, n);
    if (is_infinite(m)) {
      T* y = static_cast<T*>(y_) + r * n;
      mark_infinite(n, x, y);
      const Vec<T> scale(T(1) / fold_contiguous<Sum, T>(y, n));
      map_row(n, y, y, [scale](auto v) { return math::log(v * scale); });
      continue;
    }
    const Vec<T> shift(m), log_sum(std::log(sum_exp(n, x, m)));
    map_row(n, x, static_cast<T*>(y_) + r * n, [shift, log_sum](auto v) { return v - shift - log_sum; });
  }
}

template <class T>
void logsumexp_loop(i64 rows, i64 n, const void* x_, void* y_) {
  for (i64 r = 0; r < rows; ++r) {
    const T* x = static_cast<const T*>(x_) + r * n;
    const T shift = shift_of(n, x);
    static_cast<T*>(y_)[r] = shift + std::log(sum_exp(n, x, shift));
  }
}

template <class T>
void add_folds(Table& t) {
  FoldLoop* folds = t.fold[static_cast<int>(dtype_of<T>)];
  folds[static_cast<int>(Reduce::sum)] = fold_loop<Sum, T>;
  folds[static_cast<int>(Reduce::max)] = fold_loop<Max, T>;
  folds[static_cast<int>(Reduce::min)] = fold_loop<Min, T>;
  if constexpr (!std::is_same_v<T, i64>) {
    folds[static_cast<int>(Reduce::sum_squares)] = fold_loop<SumSquares, T>;
    t.softmax[static_cast<int>(dtype_of<T>)] = softmax_loop<T>;
    t.log_softmax[static_cast<int>(dtype_of<T>)] = log_softmax_loop<T>;
    t.logsumexp[static_cast<int>(dtype_of<T>)] = logsumexp_loop<T>;
  }
}

}  // namespace

void add_reduce(Table& t) {
  add_folds<float>(t);
  add_folds<double>(t);
  add_folds<i64>(t);
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
