// SPDX-License-Identifier: BSD-3-Clause
// Optimiser updates in one pass, in the order of operations of torch.optim.
#include <xgrad/autograd/kernels/simd/math.h>
#include <xgrad/autograd/kernels/simd/parts.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

/// Some of an array at a place: a whole vector, or the part left at the end. A null array reads as zeros, takes no
/// writes.
template <class T>
struct Place {
  i64 at, n;
  Vec<T> read(const T* p) const {
    if (p == nullptr) return Vec<T>(T(0));
    return n == width<T> ? Vec<T>(load(p + at)) : load_part(p + at, n);
  }
  void write(T* p, const Vec<T>& v) const {
    if (p == nullptr) return;
    if (n == width<T>) {
      store(p + at, v);
    } else {
      store_part(p + at, v, n);
    }
  }
};

template <class T, class F>
void for_each_place(i64 n, const F& f) {
  i64 i = 0;
  for (; i + width<T> <= n; i += width<T>) f(Place<T>{i, width<T>});
  if (i < n) f(Place<T>{i, n - i});
}

template <class T>
Vec<T> constant(double v) {
  return Vec<T>(static_cast<T>(v));
}

/// At least the root of T's smallest normal number: mean squares hold nothing below that, and an eps that vanishes next
/// to them would make 0 / 0 of an element without a gradient, and a leap of a tiny one.
template <class T>
Vec<T> floor_of(double eps) {
  constexpr double least = std::is_same_v<T, float> ? 0x1p-63 : 0x1p-511;
  return constant<T>(eps > least ? eps : least);
}

template <class T>
void sgd_loop(const SgdUpdate& u, i64 n, const void* g_, void* p_, void* buffer_) {
  const T* g = static_cast<const T*>(g_);
  T* p = static_cast<T*>(p_);
  T* buffer = u.momentum != 0 ? static_cast<T*>(buffer_) : nullptr;
  const auto lr = constant<T>(u.lr), momentum = constant<T>(u.momentum), decay = constant<T>(u.weight_decay);
  const auto keep = constant<T>(1 - u.dampening);
  for_each_place<T>(n, [&](const Place<T>& at) {
    const Vec<T> value = at.read(p);
    Vec<T> step = at.read(g);
    if (u.weight_decay != 0) step = muladd(decay, value, step);
    if (buffer != nullptr) {
      const Vec<T> b = u.first ? step : muladd(momentum, at.read(buffer), keep * step);
      at.write(buffer, b);
      step = u.nesterov ? muladd(momentum, b, step) : b;
    }
    at.write(p, value - lr * step);
  });
}

template <class T>
void adam_loop(const AdamUpdate& u, i64 n, const void* g_, void* p_, void* m_, void* v_, void* max_v_) {
  const T* g = static_cast<const T*>(g_);
  T *p = static_cast<T*>(p_), *m = static_cast<T*>(m_), *v = static_cast<T*>(v_), *max_v = static_cast<T*>(max_v_);
  const double correction1 = 1 - std::pow(u.beta1, static_cast<double>(u.step));
  const double correction2 = 1 - std::pow(u.beta2, static_cast<double>(u.step));
  const auto beta1 = constant<T>(u.beta1), rest1 = constant<T>(1 - u.beta1);
  const auto beta2 = constant<T>(u.beta2), rest2 = constant<T>(1 - u.beta2);
  const auto step_size = constant<T>(u.lr / correction1), unroot2 = constant<T>(1 / std::sqrt(correction2));
  const auto eps = floor_of<T>(u.eps), decay = constant<T>(u.weight_decay);
  const auto shrink = constant<T>(u.decoupled ? 1 - u.lr * u.weight_decay : 1);
  const bool decay_gradient = !u.decoupled && u.weight_decay != 0;
  for_each_place<T>(n, [&](const Place<T>& at) {
    Vec<T> value = at.read(p), grad = at.read(g);
    if (decay_gradient) grad = muladd(decay, value, grad);
    value = value * shrink;
    const Vec<T> mean = muladd(beta1, at.read(m), rest1 * grad);
    Vec<T> square = muladd(beta2, at.read(v), rest2 * grad * grad);
    at.write(m, mean);
    at.write(v, square);
    if (max_v != nullptr) {
      square = maximum(at.read(max_v), square);
      at.write(max_v, square);
    }
    at.write(p, value - step_size * mean * math::fast_inverse(muladd(math::fast_sqrt(square), unroot2, eps)));
  });
}

template <class T>
void rmsprop_loop(const RmspropUpdate& u, i64 n, const void* g_, void* p_, void* square_avg_, void* mean_g_,
                  void* buffer_) {
  const T* g = static_cast<const T*>(g_);
  T *p = static_cast<T*>(p_), *square_avg = static_cast<T*>(square_avg_);
  T* mean_g = u.centered ? static_cast<T*>(mean_g_) : nullptr;
  T* buffer = u.momentum > 0 ? static_cast<T*>(buffer_) : nullptr;
  const auto lr = constant<T>(u.lr), alpha = constant<T>(u.alpha), rest = constant<T>(1 - u.alpha);
  const auto eps = floor_of<T>(u.eps), momentum = constant<T>(u.momentum), decay = constant<T>(u.weight_decay);
  for_each_place<T>(n, [&](const Place<T>& at) {
    const Vec<T> value = at.read(p);
    Vec<T> grad = at.read(g);
    if (u.weight_decay != 0) grad = muladd(decay, value, grad);
    Vec<T> square = muladd(alpha, at.read(square_avg), rest * grad * grad);
    at.write(square_avg, square);
    if (mean_g != nullptr) {
      const Vec<T> mean = muladd(alpha, at.read(mean_g), rest * grad);
      at.write(mean_g, mean);
      square = maximum(square - mean * mean, Vec<T>(T(0)));  // a variance that vanishes may round below 0
    }
    Vec<T> step = grad * math::fast_inverse(math::fast_sqrt(square) + eps);
    if (buffer != nullptr) {
      step = muladd(momentum, at.read(buffer), step);
      at.write(buffer, step);
    }
    at.write(p, value - lr * step);
  });
}

}  // namespace

void add_optimizer(Table& t) {
  t.sgd[0] = sgd_loop<float>;
  t.sgd[1] = sgd_loop<double>;
  t.adam[0] = adam_loop<float>;
  t.adam[1] = adam_loop<double>;
  t.rmsprop[0] = rmsprop_loop<float>;
  t.rmsprop[1] = rmsprop_loop<double>;
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
