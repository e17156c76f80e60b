// SPDX-License-Identifier: BSD-3-Clause
// The element-wise functions, one line each, and the loops around them.
#include <xgrad/autograd/kernels/simd/math.h>
#include <xgrad/autograd/kernels/simd/parts.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

template <class T, class F>
void unary_loop(i64 n, const void* x_, void* y_, double p_, double q_, bool streamed, Ahead ahead) {
  const T* x = static_cast<const T*>(x_);
  T* y = static_cast<T*>(y_);
  const F f{};
  const Vec<T> p(static_cast<T>(p_)), q(static_cast<T>(q_));
  constexpr i64 w = width<T>;
  const auto put = [&](i64 i, const Vec<T>& v) { streamed ? stream(y + i, v) : store(y + i, v); };
  i64 i = 0;
  if (streamed || !ahead.empty()) {
    // Four values, then four stores: one that waits for memory would hold up the next value, which for a dear function
    // costs half its time again.
    for (; i + 4 * w <= n; i += 4 * w) {
      for (const void* next : ahead) fetch(static_cast<const T*>(next) + i, 4 * w);
      const Vec<T> a = f(load(x + i), p, q), b = f(load(x + i + w), p, q);
      const Vec<T> c = f(load(x + i + 2 * w), p, q), d = f(load(x + i + 3 * w), p, q);
      put(i, a);
      put(i + w, b);
      put(i + 2 * w, c);
      put(i + 3 * w, d);
    }
  }
  for (; i + w <= n; i += w) put(i, f(load(x + i), p, q));
  if (i < n) store_part(y + i, f(load_part(x + i, n - i), p, q), n - i);
}

template <class T, bool Splat>
struct Operand {
  const T* data;
  Vec<T> value;
  explicit Operand(const T* row) : data(row), value(Splat ? Vec<T>(*row) : Vec<T>(T(0))) {}
  Vec<T> at(i64 i) const {
    if constexpr (Splat)
      return value;
    else
      return load(data + i);
  }
  Vec<T> part(i64 i, i64 n) const {
    if constexpr (Splat)
      return value;
    else
      return load_part(data + i, n);
  }
};

template <class T, class F, bool SplatA, bool SplatB>
void binary_loop(const Rows& r, const void* a_, const void* b_, void* y_, double p_) {
  const F f{};
  const Vec<T> p(static_cast<T>(p_));
  for (i64 row = 0; row < r.rows; ++row) {
    const Operand<T, SplatA> a(static_cast<const T*>(a_) + row * r.a_stride);
    const Operand<T, SplatB> b(static_cast<const T*>(b_) + row * r.b_stride);
    T* y = static_cast<T*>(y_) + row * r.n;
    i64 i = 0;
    if (r.stream) {
      for (; i + width<T> <= r.n; i += width<T>) stream(y + i, Vec<T>(f(a.at(i), b.at(i), p)));
    } else {
      for (; i + width<T> <= r.n; i += width<T>) store(y + i, Vec<T>(f(a.at(i), b.at(i), p)));
    }
    if (i < r.n) store_part(y + i, f(a.part(i, r.n - i), b.part(i, r.n - i), p), r.n - i);
  }
}

/// Both operands float, or both double, or all three dtypes.
template <class T, Unary name, class F>
void put(Table& t, F) {
  t.unary[static_cast<int>(dtype_of<T>)][static_cast<int>(name)] = unary_loop<T, F>;
}
template <class T, Binary name, class F>
void put(Table& t, F) {
  BinaryLoop* loops = t.binary[static_cast<int>(dtype_of<T>)][static_cast<int>(name)];
  loops[none] = binary_loop<T, F, false, false>;
  loops[splat_a] = binary_loop<T, F, true, false>;
  loops[splat_b] = binary_loop<T, F, false, true>;
  loops[splat_both] = binary_loop<T, F, true, true>;
}
template <auto name, class F>
void floating(Table& t, F f) {
  put<float, name>(t, f);
  put<double, name>(t, f);
}
template <auto name, class F>
void every(Table& t, F f) {
  floating<name>(t, f);
  put<i64, name>(t, f);
}

/// The constant c in the type of x.
template <class V>
V c(const V&, double value) {
  return V(static_cast<Scalar<V>>(value));
}

/// g m, and 0 where m is 0.
template <class V>
V masked(const V& g, const V& m) {
  return select(m == c(m, 0), c(m, 0), g * m);
}

/// -inf as the lowest number: times a factor that vanishes there it is 0.
template <class V>
V finite_below(const V& x) {
  return maximum(x, c(x, std::numeric_limits<Scalar<V>>::lowest()));
}

void add_unary(Table& t) {
  using U = Unary;
  every<U::neg>(t, [](auto x, auto, auto) {
    if constexpr (std::is_same_v<decltype(x), i64>) {
      return minus(i64{0}, x);
    } else {
      return -x;
    }
  });
  every<U::abs>(t, [](auto x, auto, auto) { return abs(x); });
  every<U::sign>(t, [](auto x, auto, auto) {
    return select(x > c(x, 0), c(x, 1), select(x < c(x, 0), c(x, -1), x));  // of a zero or NaN: itself
  });
  every<U::square>(t, [](auto x, auto, auto) { return times(x, x); });
  every<U::affine>(t, [](auto x, auto p, auto q) { return muladd(p, x, q); });
  every<U::clamp>(t, [](auto x, auto p, auto q) { return select(x < p, p, select(x > q, q, x)); });
  floating<U::exp>(t, [](auto x, auto, auto) { return math::exp(x); });
  floating<U::log>(t, [](auto x, auto, auto) { return math::log(x); });
  floating<U::log1p>(t, [](auto x, auto, auto) { return math::log1p(x); });
  floating<U::expm1>(t, [](auto x, auto, auto) { return math::expm1(x); });
  floating<U::sqrt>(t, [](auto x, auto, auto) { return root(x); });
  floating<U::rsqrt>(t, [](auto x, auto, auto) { return quotient(c(x, 1), root(x)); });
  floating<U::reciprocal>(t, [](auto x, auto, auto) { return quotient(c(x, 1), x); });
  floating<U::sin>(t, [](auto x, auto, auto) { return math::sin(x); });
  floating<U::cos>(t, [](auto x, auto, auto) { return math::cos(x); });
  floating<U::erf>(t, [](auto x, auto, auto) { return math::erf(x); });
  floating<U::tanh>(t, [](auto x, auto, auto) { return math::tanh(x); });
  floating<U::sigmoid>(t, [](auto x, auto, auto) { return math::sigmoid(x); });
  floating<U::softplus>(t, [](auto x, auto, auto) { return maximum(x, c(x, 0)) + math::log1p(math::exp(-abs(x))); });
  floating<U::relu>(t, [](auto x, auto, auto) { return select(x <= c(x, 0), c(x, 0), x); });
  floating<U::leaky_relu>(t, [](auto x, auto p, auto) { return select(x > c(x, 0), x, p * x); });
  floating<U::elu>(t, [](auto x, auto p, auto) { return select(x > c(x, 0), x, p * math::expm1(x)); });
  floating<U::elu_slope>(t, [](auto x, auto p, auto) { return select(x > c(x, 0), c(x, 1), p * math::exp(x)); });
  floating<U::gelu>(t, [](auto x, auto, auto) {
    return c(x, 0.5) * finite_below(x) * (c(x, 1) + math::erf(x * c(x, 0.70710678118654752440)));
  });
  floating<U::silu>(t, [](auto x, auto, auto) { return finite_below(x) * math::sigmoid(x); });
  floating<U::pow>(t, [](auto x, auto p, auto) { return math::pow(x, p); });
  floating<U::floor>(t, [](auto x, auto, auto) { return xsimd::floor(x); });
  floating<U::is_nan>(t, [](auto x, auto, auto) { return select(xsimd::isnan(x), c(x, 1), c(x, 0)); });
  floating<U::is_inf>(t, [](auto x, auto, auto) {
    return select(abs(x) == c(x, std::numeric_limits<double>::infinity()), c(x, 1), c(x, 0));
  });
}

void add_binary(Table& t) {
  using B = Binary;
  every<B::add>(t, [](auto a, auto b, auto) { return plus(a, b); });
  every<B::sub>(t, [](auto a, auto b, auto) { return minus(a, b); });
  every<B::mul>(t, [](auto a, auto b, auto) { return times(a, b); });
  every<B::maximum>(t, [](auto a, auto b, auto) { return maximum(a, b); });
  every<B::minimum>(t, [](auto a, auto b, auto) { return minimum(a, b); });
  every<B::eq>(t, [](auto a, auto b, auto) { return select(a == b, c(a, 1), c(a, 0)); });
  every<B::ne>(t, [](auto a, auto b, auto) { return select(differ(a, b), c(a, 1), c(a, 0)); });
  every<B::lt>(t, [](auto a, auto b, auto) { return select(a < b, c(a, 1), c(a, 0)); });
  every<B::le>(t, [](auto a, auto b, auto) { return select(a <= b, c(a, 1), c(a, 0)); });
  every<B::gt>(t, [](auto a, auto b, auto) { return select(a > b, c(a, 1), c(a, 0)); });
  every<B::ge>(t, [](auto a, auto b, auto) { return select(a >= b, c(a, 1), c(a, 0)); });
  floating<B::div>(t, [](auto a, auto b, auto) { return quotient(a, b); });
  floating<B::pow>(t, [](auto a, auto b, auto) { return math::pow(a, b); });
  floating<B::tanh_grad>(t, [](auto g, auto y, auto) { return masked(g, c(y, 1) - y * y); });
  floating<B::sigmoid_grad>(t, [](auto g, auto y, auto) { return masked(g, y * (c(y, 1) - y)); });
  floating<B::relu_grad>(t, [](auto g, auto x, auto) { return select(x > c(x, 0), g, c(x, 0)); });
  floating<B::leaky_relu_grad>(t, [](auto g, auto x, auto p) { return select(x > c(x, 0), g, p * g); });
  floating<B::abs_grad>(t, [](auto g, auto x, auto) { return select(x > c(x, 0), g, select(x < c(x, 0), -g, x)); });
  floating<B::masked>(t, [](auto g, auto m, auto) { return masked(g, m); });
  floating<B::max_share>(
      t, [](auto a, auto b, auto) { return select(a > b, c(a, 1), select(a == b, c(a, 0.5), c(a, 0))); });
}

template <class From, class To>
void cast_loop(i64 n, const void* x_, void* y_) {
  const From* x = static_cast<const From*>(x_);
  To* y = static_cast<To*>(y_);
  for (i64 i = 0; i < n; ++i) y[i] = static_cast<To>(x[i]);
}

template <class C, class T>
void where_loop(i64 n, const void* c_, i64 c_step, const void* a_, i64 a_step, const void* b_, i64 b_step, void* y_) {
  const C* c = static_cast<const C*>(c_);
  const T* a = static_cast<const T*>(a_);
  const T* b = static_cast<const T*>(b_);
  T* y = static_cast<T*>(y_);
  if (c_step == 1 && a_step == 1 && b_step == 1) {
    for (i64 i = 0; i < n; ++i) y[i] = c[i] != C(0) ? a[i] : b[i];
  } else {
    for (i64 i = 0; i < n; ++i) y[i] = c[i * c_step] != C(0) ? a[i * a_step] : b[i * b_step];
  }
}

template <class T>
bool all_finite_loop(i64 n, const void* x_) {
  const T* x = static_cast<const T*>(x_);
  constexpr i64 block = 4096;  // x - x is 0 where finite, else NaN; a block at a time so that a bad value ends it soon
  for (i64 begin = 0; begin < n; begin += block) {
    const i64 end = n - begin < block ? n : begin + block;
    Vec<T> sum(T(0));
    i64 i = begin;
    for (; i + width<T> <= end; i += width<T>) sum += load(x + i) - load(x + i);
    if (i < end) sum += load_part(x + i, end - i) - load_part(x + i, end - i);
    if (xsimd::any(xsimd::isnan(sum))) return false;
  }
  return true;
}

template <class T>
void add_from(Table& t) {
  constexpr int d = static_cast<int>(dtype_of<T>);
  t.cast[d][0] = cast_loop<T, float>;
  t.cast[d][1] = cast_loop<T, double>;
  t.cast[d][2] = cast_loop<T, i64>;
  t.where[d][0] = where_loop<T, float>;
  t.where[d][1] = where_loop<T, double>;
  t.where[d][2] = where_loop<T, i64>;
}

}  // namespace

void add_elementwise(Table& t) {
  add_unary(t);
  add_binary(t);
  add_from<float>(t);
  add_from<double>(t);
  add_from<i64>(t);
  t.all_finite[0] = all_finite_loop<float>;
  t.all_finite[1] = all_finite_loop<double>;
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
