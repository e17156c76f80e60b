// SPDX-License-Identifier: BSD-3-Clause
// Vector arithmetic, one op an entry.
#include <xgrad/optim/vectors.h>

#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::optim::detail {

namespace {

template <class F>
Variables each(const Variables& v, const F& f) {
  const NoGradGuard guard;
  Variables out;
  out.reserve(v.size());
  for (std::size_t i = 0; i < v.size(); ++i) out.push_back(f(i));
  return out;
}

}  // namespace

Variables detached(const Variables& v) {
  return each(v, [&](std::size_t i) { return v[i].detach(); });
}
Variables zeros_like(const Variables& v) {
  return each(v, [&](std::size_t i) { return xgrad::zeros_like(v[i]); });
}
Variables scaled(double scale, const Variables& v) {
  return each(v, [&](std::size_t i) { return scale * v[i]; });
}
Variables add_scaled(const Variables& a, double scale, const Variables& b) {
  return each(a, [&](std::size_t i) { return a[i] + scale * b[i]; });
}
Variables product(const Variables& a, const Variables& b) {
  return each(a, [&](std::size_t i) { return a[i] * b[i]; });
}

double dot(const Variables& a, const Variables& b) {
  double total = 0.0;
  for (const Variable& p : product(a, b)) total += sum(p).item();
  return total;
}

}  // namespace xgrad::optim::detail
