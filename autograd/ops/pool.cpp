// SPDX-License-Identifier: BSD-3-Clause
// Max pooling: where the largest elements lie is constant by pieces, and reading there is a gather, whose rule is a
// scatter.
#include <xgrad/autograd/ops/pool.h>

#include <limits>

#include <xgrad/autograd/kernels/pool.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/index.h>
#include <xgrad/autograd/ops/window.h>

namespace xgrad {

namespace {

struct PoolAttrs {
  kernels::PoolGeometry geometry;
  bool ceil_mode;
};

Spec infer_indices(const char* name, const PoolAttrs& a, Operands in) {
  Shape out = in[0].shape();
  detail::check_floating(name, in[0]);
  if (out.rank() < 2) throw ShapeError("[" + std::string(name) + "] takes (..., H, W), got " + to_string(out));
  for (std::size_t i = 0; i < 2; ++i) {
    const kernels::PoolGeometry& g = a.geometry;
    const std::size_t axis = out.rank() - 2 + i;
    out[axis] = detail::window_count(name, in[0].shape(), out[axis],
                                     {g.kernel[i], g.stride[i], g.padding[i], g.dilation[i], a.ceil_mode});
  }
  const std::int64_t plane = in[0].shape()[out.rank() - 2] * in[0].shape()[out.rank() - 1];
  if (plane > std::numeric_limits<std::int32_t>::max()) {
    throw ShapeError("[" + std::string(name) + "] the planes of " + to_string(in[0].shape()) + " exceed 2^31 elements");
  }
  return {out, DType::int64};
}

Variable indices_of_largest(const Variable& x, const PoolAttrs& attrs) {
  static constexpr OpDef<PoolAttrs> op{
      .name = "max_pool2d", .infer = infer_indices, .run = [](const PoolAttrs& a, Operands in, Array& out) {
        kernels::max_pool_indices(a.geometry, in[0], out);
      }};
  return apply(op, attrs, x);
}

/// The last two axes become the given ones.
Shape with_last(const Shape& shape, std::initializer_list<std::int64_t> last) {
  Shape s(shape.begin(), shape.rank() - 2);
  for (const std::int64_t extent : last) s.push_back(extent);
  return s;
}

Variable planes_as_rows(const Variable& x) {
  const Shape& s = x.shape();
  return reshape(x, with_last(s, {s[s.rank() - 2] * s[s.rank() - 1]}));
}

}  // namespace

Variables max_pool2d_with_indices(const Variable& x, Extents2d kernel, const MaxPool2dOptions& options) {
  const Variable indices = indices_of_largest(
      x, {{kernel.array(), options.stride.value_or(kernel).array(), options.padding.array(), options.dilation.array()},
          options.ceil_mode});
  return {reshape(gather(planes_as_rows(x), -1, planes_as_rows(indices)), indices.shape()), indices};
}

Variable max_pool2d(const Variable& x, Extents2d kernel, const MaxPool2dOptions& options) {
  return max_pool2d_with_indices(x, kernel, options)[0];
}

Variable max_unpool2d(const Variable& y, const Variable& indices, Extents2d size) {
  if (y.shape() != indices.shape() || y.rank() < 2) {
    throw ShapeError("[max_unpool2d] takes values and indices of one shape (..., OH, OW), got " + to_string(y.shape()) +
                     " and " + to_string(indices.shape()));
  }
  const Shape out = detail::named("max_unpool2d", [&] { return with_last(y.shape(), {size[0], size[1]}); });
  const Variable rows =
      scatter_add(planes_as_rows(y), with_last(y.shape(), {size[0] * size[1]}), -1, planes_as_rows(indices));
  return reshape(rows, out);
}

}  // namespace xgrad
