// SPDX-License-Identifier: BSD-3-Clause
// What normalisation asks of one channel: its moments, sums against a gradient, and combinations written back.
#include <type_traits>

#include <xgrad/autograd/kernels/simd/parts.h>
#include <xgrad/autograd/kernels/simd/vec.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

/// Vectors that are taken at once, so that no sum waits for the one before.
constexpr int lanes_of_sum = 4;
template <int k>
using Lane = std::integral_constant<int, k>;

/// A sum: vectors for a while, then in double.
template <class T>
class Total {
 public:
  template <int k>
  void add(Lane<k>, const Vec<T>& v) {
    lanes_[k] = lanes_[k] + v;
    if constexpr (k == 0 || k == lanes_of_sum - 1) {
      if (++vectors_ == 64) flush();
    }
  }
  double result() {
    flush();
    return total_;
  }

 private:
  void flush() {
    T values[static_cast<std::size_t>(width<T>)];
    store(values, (lanes_[0] + lanes_[1]) + (lanes_[2] + lanes_[3]));
    for (const T value : values) total_ += static_cast<double>(value);
    for (Vec<T>& lane : lanes_) lane = Vec<T>(T(0));
    vectors_ = 0;
  }

  Vec<T> lanes_[lanes_of_sum] = {Vec<T>(T(0)), Vec<T>(T(0)), Vec<T>(T(0)), Vec<T>(T(0))};
  int vectors_ = 0;
  double total_ = 0;
};

/// f(lane, offset, elements) for each vector of the channel; `elements` is less than the width at the end of a run.
template <class T, class F>
void each_vector(const Runs& r, const F& f) {
  constexpr i64 w = width<T>;
  for (i64 k = 0; k < r.count; ++k) {
    i64 i = k * r.stride;
    const i64 end = i + r.n;
    for (; i + 4 * w <= end; i += 4 * w) {
      f(Lane<0>(), i, w);
      f(Lane<1>(), i + w, w);
      f(Lane<2>(), i + 2 * w, w);
      f(Lane<3>(), i + 3 * w, w);
    }
    const i64 whole = (end - i) / w;
    if (whole > 0) f(Lane<0>(), i, w);
    if (whole > 1) f(Lane<1>(), i + w, w);
    if (whole > 2) f(Lane<2>(), i + 2 * w, w);
    i += whole * w;
    if (i < end) f(Lane<3>(), i, end - i);
  }
}

template <class T>
Vec<T> take(const T* p, i64 n) {
  return n == width<T> ? Vec<T>(load(p)) : Vec<T>(load_part(p, n));
}
template <class T>
void put(T* p, const Vec<T>& v, i64 n) {
  if (n == width<T>) return store(p, v);
  store_part(p, v, n);
}

/// x - centre; what lies past the end stays 0.
template <class T>
class Centred {
 public:
  explicit Centred(double centre) : centre_(static_cast<T>(centre)) {
    for (T& c : everywhere_) c = static_cast<T>(centre);
  }
  Vec<T> operator()(const T* p, i64 n) const {
    return n == width<T> ? Vec<T>(load(p) - centre_) : Vec<T>(load_part(p, n) - load_part(everywhere_, n));
  }

 private:
  Vec<T> centre_;
  T everywhere_[static_cast<std::size_t>(width<T>)];
};

/// Moments of what has left the range of the vector sums: in double, and for double in units of `unit`.
template <class T>
void far_moments(const Runs& r, const T* x, double unit, double* mean, double* variance) {
  const double count = static_cast<double>(r.count * r.n), inverse = 1.0 / unit;
  double sum = 0, squares = 0;
  const auto each = [&](const auto& f) {
    for (i64 k = 0; k < r.count; ++k) {
      for (i64 i = k * r.stride; i < k * r.stride + r.n; ++i) f(static_cast<double>(x[i]) * inverse);
    }
  };
  each([&](double v) { sum += v; });
  const double centre = sum / count;
  each([&](double v) { squares += (v - centre) * (v - centre); });
  *mean = centre * unit;
  *variance = squares / count;
}

template <class T>
void moments(const Runs& r, const void* x_, double eps, double* mean, double* variance, double* unit) {
  const T* x = static_cast<const T*>(x_);
  const double count = static_cast<double>(r.count * r.n);
  Total<T> sum, squares;
  each_vector<T>(r, [&](auto lane, i64 at, i64 n) { sum.add(lane, take(x + at, n)); });
  *mean = sum.result() / count;
  const Centred<T> centred(*mean);
  each_vector<T>(r, [&](auto lane, i64 at, i64 n) {
    const Vec<T> d = centred(x + at, n);
    squares.add(lane, d * d);
  });
  *variance = squares.result() / count;
  *unit = 1.0;
  const bool large = !(*variance <= std::numeric_limits<T>::max());
  if (!large && *variance + eps >= count * static_cast<double>(std::numeric_limits<T>::min())) return;
  if constexpr (std::is_same_v<T, double>) *unit = large ? 0x1p600 : 0x1p-600;
  far_moments<T>(r, x, *unit, mean, variance);
}

template <class T>
void centred_sums(const Runs& r, const void* g_, const void* x_, double centre, double* of_g, double* of_products) {
  const T *g = static_cast<const T*>(g_), *x = static_cast<const T*>(x_);
  const Centred<T> centred(centre);
  Total<T> sum, products;
  each_vector<T>(r, [&](auto lane, i64 at, i64 n) {
    const Vec<T> v = take(g + at, n);
    sum.add(lane, v);
    products.add(lane, v * centred(x + at, n));
  });
  *of_g = sum.result();
  *of_products = products.result();
}

template <class T>
void affine(const Runs& r, const void* x_, double centre, double scale, double shift, void* y_) {
  const T* x = static_cast<const T*>(x_);
  T* y = static_cast<T*>(y_);
  const Vec<T> c(static_cast<T>(centre)), a(static_cast<T>(scale)), b(static_cast<T>(shift));
  each_vector<T>(r, [&](auto, i64 at, i64 n) { put(y + at, muladd(take(x + at, n) - c, a, b), n); });
}

template <class T>
void combine(const Runs& r, const void* g_, const void* x_, double centre, double scale, double of_x, double shift,
             void* y_) {
  const T *g = static_cast<const T*>(g_), *x = static_cast<const T*>(x_);
  T* y = static_cast<T*>(y_);
  const Vec<T> m(static_cast<T>(centre)), a(static_cast<T>(scale)), b(static_cast<T>(of_x)), c(static_cast<T>(shift));
  each_vector<T>(
      r, [&](auto, i64 at, i64 n) { put(y + at, a * (take(g + at, n) + muladd(take(x + at, n) - m, b, c)), n); });
}

template <class T>
void add_type(Table& t) {
  const int dtype = static_cast<int>(dtype_of<T>);
  t.moments[dtype] = moments<T>;
  t.centred_sums[dtype] = centred_sums<T>;
  t.affine[dtype] = affine<T>;
  t.combine[dtype] = combine<T>;
}

}  // namespace

void add_normalize(Table& t) {
  add_type<float>(t);
  add_type<double>(t);
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
