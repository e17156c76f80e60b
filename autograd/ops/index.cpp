// SPDX-License-Identifier: BSD-3-Clause
// Indexing and its adjoints: gather and scatter_add, index_select and index_add are each other's rules.
#include <xgrad/autograd/ops/index.h>

#include <xgrad/autograd/kernels/copy.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/ops/common.h>

namespace xgrad {

namespace {

struct AxisAttrs {
  std::size_t axis;
};
struct ScatterAttrs {
  Shape shape;
  std::size_t axis;
};

void check_index(const char* name, const Array& index) {
  if (index.dtype() != DType::int64) {
    throw DTypeError("[" + std::string(name) + "] the index must be int64, got " + name_of(index.dtype()));
  }
}

/// The index addresses `axis` of `whole` and stays within it on the other axes.
void check_gather(const char* name, const Shape& whole, const Array& index, std::size_t axis) {
  check_index(name, index);
  const Shape& s = index.shape();
  bool fits = s.rank() == whole.rank();
  for (std::size_t i = 0; fits && i < s.rank(); ++i) fits = i == axis || s[i] <= whole[i];
  if (!fits) {
    throw ShapeError("[" + std::string(name) + "] index " + to_string(s) + " does not fit " + to_string(whole) +
                     " off axis " + std::to_string(axis));
  }
}

/// A 1-D index into `axis`; the shape of what it selects from `whole`.
Shape selected_shape(const char* name, Shape whole, const Array& index, std::size_t axis) {
  check_index(name, index);
  if (index.rank() != 1) {
    throw ShapeError("[" + std::string(name) + "] the index must have one axis, got " + to_string(index.shape()));
  }
  whole[axis] = index.size();
  return whole;
}

void check_values(const char* name, const Shape& values, const Shape& wanted) {
  if (values != wanted) {
    throw ShapeError("[" + std::string(name) + "] values of shape " + to_string(values) +
                     " do not match the index: " + to_string(wanted) + " expected");
  }
}

}  // namespace

Variable gather(const Variable& x, std::int64_t axis, const Variable& index) {
  static constexpr OpDef<AxisAttrs> op{
      .name = "gather",
      .infer =
          [](const char* name, const AxisAttrs& a, Operands in) {
            check_gather(name, in[0].shape(), in[1], a.axis);
            return Spec{in[1].shape(), in[0].dtype()};
          },
      .run = [](const AxisAttrs& a, Operands in, Array& out) { kernels::gather("gather", in[0], a.axis, in[1], out); },
      .uses = {uses::input(1)},
      .rule =
          [](const Op<AxisAttrs>& op, const Variable& g, std::size_t) {
            return scatter_add(g, op.input_shape(0), static_cast<std::int64_t>(op.attrs().axis), op.input(1));
          }};
  return apply(op, AxisAttrs{normalize_axis(axis, x.rank(), "gather")}, x, index);
}

Variable scatter_add(const Variable& x, const Shape& shape, std::int64_t axis, const Variable& index) {
  static constexpr OpDef<ScatterAttrs> op{
      .name = "scatter_add",
      .infer =
          [](const char* name, const ScatterAttrs& a, Operands in) {
            check_gather(name, a.shape, in[1], a.axis);
            check_values(name, in[0].shape(), in[1].shape());
            return Spec{a.shape, in[0].dtype()};
          },
      .run =
          [](const ScatterAttrs& a, Operands in, Array& out) {
            kernels::fill(out, 0.0);
            kernels::scatter_add("scatter_add", in[0], a.axis, in[1], out);
          },
      .uses = {uses::input(1)},
      .rule = [](const Op<ScatterAttrs>& op, const Variable& g,
                 std::size_t) { return gather(g, static_cast<std::int64_t>(op.attrs().axis), op.input(1)); }};
  return apply(op, ScatterAttrs{shape, normalize_axis(axis, shape.rank(), "scatter_add")}, x, index);
}

Variable index_select(const Variable& x, std::int64_t axis, const Variable& index) {
  static constexpr OpDef<AxisAttrs> op{
      .name = "index_select",
      .infer =
          [](const char* name, const AxisAttrs& a, Operands in) {
            return Spec{selected_shape(name, in[0].shape(), in[1], a.axis), in[0].dtype()};
          },
      .run = [](const AxisAttrs& a, Operands in,
                Array& out) { kernels::index_select("index_select", in[0], a.axis, in[1], out); },
      .uses = {uses::input(1)},
      .rule =
          [](const Op<AxisAttrs>& op, const Variable& g, std::size_t) {
            return index_add(g, op.input_shape(0), static_cast<std::int64_t>(op.attrs().axis), op.input(1));
          }};
  return apply(op, AxisAttrs{normalize_axis(axis, x.rank(), "index_select")}, x, index);
}

Variable index_add(const Variable& x, const Shape& shape, std::int64_t axis, const Variable& index) {
  static constexpr OpDef<ScatterAttrs> op{
      .name = "index_add",
      .infer =
          [](const char* name, const ScatterAttrs& a, Operands in) {
            check_values(name, in[0].shape(), selected_shape(name, a.shape, in[1], a.axis));
            return Spec{a.shape, in[0].dtype()};
          },
      .run =
          [](const ScatterAttrs& a, Operands in, Array& out) {
            kernels::fill(out, 0.0);
            kernels::index_add("index_add", in[0], a.axis, in[1], out);
          },
      .uses = {uses::input(1)},
      .rule = [](const Op<ScatterAttrs>& op, const Variable& g,
                 std::size_t) { return index_select(g, static_cast<std::int64_t>(op.attrs().axis), op.input(1)); }};
  return apply(op, ScatterAttrs{shape, normalize_axis(axis, shape.rank(), "index_add")}, x, index);
}

Variable embedding(const Variable& index, const Variable& weight) {
  check_index("embedding", index.array());
  if (weight.rank() == 0) throw ShapeError("[embedding] the weight needs at least one axis, got ()");
  const Shape out = detail::named("embedding", [&] {
    Shape s = index.shape();
    for (std::size_t i = 1; i < weight.rank(); ++i) s.push_back(weight.shape()[i]);
    return s;
  });
  return reshape(index_select(weight, 0, reshape(index, Shape{index.size()})), out);
}

}  // namespace xgrad
