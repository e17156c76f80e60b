// SPDX-License-Identifier: BSD-3-Clause
// Constants.
#include <xgrad/autograd/ops/create.h>

#include <string>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

namespace {
Variable constant(const char* op, const Shape& shape, Scalar value, DType dtype) {
  return detail::named(op, [&] { return Variable(Array::full(shape, value, dtype)); });
}
}  // namespace

Variable zeros(const Shape& shape, DType dtype) { return constant("zeros", shape, 0, dtype); }
Variable ones(const Shape& shape, DType dtype) { return constant("ones", shape, 1, dtype); }
Variable full(const Shape& shape, Scalar value, DType dtype) { return constant("full", shape, value, dtype); }
Variable zeros_like(const Variable& x) { return zeros(x.shape(), x.dtype()); }
Variable ones_like(const Variable& x) { return ones(x.shape(), x.dtype()); }

Variable arange(std::int64_t n, DType dtype, Scalar start, Scalar step) {
  const Shape shape{n};
  Array values;
  {
    const detail::PauseRecording pause;
    if (dtype == DType::int64) {
      const std::int64_t first = start.whole("arange"), by = step.whole("arange");
      const auto at = [=](std::int64_t i) { return first + detail::Wide{by} * i; };
      if (n > 0 && at(n - 1) != static_cast<std::int64_t>(at(n - 1))) {
        throw ValueError("[arange] " + std::to_string(n) + " values from " + std::to_string(first) + " in steps of " +
                         std::to_string(by) + " leave int64");
      }
      values = detail::named("arange", [&] { return Array(shape, dtype); });
      auto* p = values.mutable_data<std::int64_t>();
      for (std::int64_t i = 0; i < n; ++i) p[i] = static_cast<std::int64_t>(at(i));
    } else {
      values = detail::named("arange", [&] { return Array(shape, DType::float64); });
      auto* p = values.mutable_data<double>();
      for (std::int64_t i = 0; i < n; ++i) p[i] = start.real() + step.real() * static_cast<double>(i);
      values = detail::named("arange", [&] { return values.astype(dtype); });
    }
  }
  if (detail::recorder) [[unlikely]]
    detail::record_constant(values);
  return Variable(std::move(values));
}

namespace {
struct ClassAttrs {
  std::int64_t classes;
};
}  // namespace

Variable one_hot(const Variable& labels, std::int64_t classes, DType dtype) {
  if (labels.dtype() != DType::int64) {
    throw DTypeError("[one_hot] the labels must be int64, got " + std::string(name_of(labels.dtype())));
  }
  if (classes < 0) {
    throw ValueError("[one_hot] the number of classes must be at least 0, got " + std::to_string(classes));
  }
  static constexpr OpDef<ClassAttrs> op{.name = "one_hot",
                                        .infer =
                                            [](const char*, const ClassAttrs& a, Operands in) {
                                              Shape shape = in[0].shape();
                                              shape.push_back(a.classes);
                                              return Spec{shape, DType::float32};
                                            },
                                        .run =
                                            [](const ClassAttrs& a, Operands in, Array& out) {
                                              const auto* label = in[0].data<std::int64_t>();
                                              kernels::fill(out, 0.0);
                                              auto* p = out.mutable_data<float>();
                                              for (std::int64_t i = 0; i < in[0].size(); ++i) {
                                                if (label[i] < 0 || label[i] >= a.classes) {
                                                  throw ValueError("[one_hot] label " + std::to_string(label[i]) +
                                                                   " is outside [0, " + std::to_string(a.classes) +
                                                                   ")");
                                                }
                                                p[i * a.classes + label[i]] = 1.0F;
                                              }
                                            }};
  return astype(apply(op, ClassAttrs{classes}, labels), dtype);
}

}  // namespace xgrad
