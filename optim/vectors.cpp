// SPDX-License-Identifier: BSD-3-Clause
// Vector arithmetic, one op an entry; inner products are one op.
#include <xgrad/optim/vectors.h>

#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/op.h>
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
void assign(Variables& to, const Variables& values) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i].set_array(values[i].array());
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

Variables add_scaled(const Variables& a, const Variable& scale, const Variables& b) {
  return each(a, [&](std::size_t i) { return a[i] + astype(scale, b[i].dtype()) * b[i]; });
}

Variable dot(const Variables& a, const Variables& b) {
  static constexpr OpDef<> op{.name = "dot",
                              .infer =
                                  [](const char*, const NoAttrs&, Operands) {
                                    return Spec{{}, DType::float64};
                                  },
                              .run =
                                  [](const NoAttrs&, Operands in, Array& out) {
                                    const std::size_t n = in.size() / 2;
                                    double total = 0.0;
                                    for (std::size_t i = 0; i < n; ++i) total += inner_product(in[i], in[n + i]);
                                    *out.mutable_data<double>() = total;
                                  }};
  std::vector<const Variable*> both;
  for (const Variables* side : {&a, &b}) {
    for (const Variable& v : *side) both.push_back(&v);
  }
  return xgrad::detail::apply(op, NoAttrs{}, both);
}

double inner_product(const Array& a, const Array& b) {
  const auto of = [&]<class T>(const T* x, const T* y) {
    // Chains side by side, so that additions need not wait for each other; their order is fixed.
    constexpr std::int64_t chains = 16;
    double s[chains] = {};
    std::int64_t i = 0;
    for (; i + chains <= a.size(); i += chains) {
      for (std::int64_t k = 0; k < chains; ++k) s[k] += static_cast<double>(x[i + k]) * static_cast<double>(y[i + k]);
    }
    for (; i < a.size(); ++i) s[i % chains] += static_cast<double>(x[i]) * static_cast<double>(y[i]);
    for (std::int64_t width = chains / 2; width > 0; width /= 2) {
      for (std::int64_t k = 0; k < width; ++k) s[k] += s[k + width];
    }
    return s[0];
  };
  return a.dtype() == DType::float32 ? of(a.data<float>(), b.data<float>()) : of(a.data<double>(), b.data<double>());
}

}  // namespace xgrad::optim::detail
