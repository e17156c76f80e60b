// SPDX-License-Identifier: BSD-3-Clause
// Constants.
#include <xgrad/autograd/ops/create.h>

#include <string>

#include <xgrad/autograd/error.h>

namespace xgrad {

Variable zeros(const Shape& shape, DType dtype) { return full(shape, 0.0, dtype); }
Variable ones(const Shape& shape, DType dtype) { return full(shape, 1.0, dtype); }
Variable full(const Shape& shape, double value, DType dtype) { return Variable(Array::full(shape, value, dtype)); }
Variable zeros_like(const Variable& x) { return zeros(x.shape(), x.dtype()); }
Variable ones_like(const Variable& x) { return ones(x.shape(), x.dtype()); }

Variable arange(std::int64_t n, DType dtype, double start, double step) {
  Array values({n}, DType::float64);
  auto* p = values.mutable_data<double>();
  for (std::int64_t i = 0; i < n; ++i) p[i] = start + step * static_cast<double>(i);
  return Variable(values.astype(dtype));
}

Variable one_hot(const Variable& labels, std::int64_t classes, DType dtype) {
  if (labels.dtype() != DType::int64) {
    throw DTypeError("[one_hot] the labels must be int64, got " + std::string(name_of(labels.dtype())));
  }
  const auto* label = labels.array().data<std::int64_t>();
  Shape shape = labels.shape();
  shape.push_back(classes);
  Array out = Array::zeros(shape, DType::float32);
  auto* p = out.mutable_data<float>();
  for (std::int64_t i = 0; i < labels.size(); ++i) {
    if (label[i] < 0 || label[i] >= classes) {
      throw ValueError("[one_hot] label " + std::to_string(label[i]) + " is outside [0, " + std::to_string(classes) +
                       ")");
    }
    p[i * classes + label[i]] = 1.0F;
  }
  return Variable(out.astype(dtype));
}

}  // namespace xgrad
