// SPDX-License-Identifier: BSD-3-Clause
// Constants.
#include <xgrad/autograd/ops/create.h>

#include <string>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

Variable zeros(const Shape& shape, DType dtype) { return full(shape, 0.0, dtype); }
Variable ones(const Shape& shape, DType dtype) { return full(shape, 1.0, dtype); }
Variable full(const Shape& shape, double value, DType dtype) { return Variable(Array::full(shape, value, dtype)); }
Variable zeros_like(const Variable& x) { return zeros(x.shape(), x.dtype()); }
Variable ones_like(const Variable& x) { return ones(x.shape(), x.dtype()); }

Variable arange(std::int64_t n, DType dtype, double start, double step) {
  Array values;
  {
    const detail::PauseRecording pause;
    values = Array({n}, DType::float64);
    auto* p = values.mutable_data<double>();
    for (std::int64_t i = 0; i < n; ++i) p[i] = start + step * static_cast<double>(i);
    values = values.astype(dtype);
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
