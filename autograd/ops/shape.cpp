// SPDX-License-Identifier: BSD-3-Clause
// Views and permutations of whole arrays, dtype conversion, and their rules.
#include <xgrad/autograd/ops/shape.h>

#include <cstring>
#include <numeric>

#include <xgrad/autograd/kernels/copy.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/reduce.h>

namespace xgrad {

namespace {
struct ShapeAttrs {
  Shape shape;
};
}  // namespace

Variable reshape(const Variable& x, const Shape& shape) {
  static constexpr OpDef<ShapeAttrs> op{
      .name = "reshape",
      .infer =
          [](const char*, const ShapeAttrs& a, Operands in) {
            return Spec{a.shape, in[0].dtype()};
          },
      .run = nullptr,  // the output views the input's buffer
      .rule = [](const Op<ShapeAttrs>& op, const Variable& g, std::size_t) { return reshape(g, op.input_shape(0)); }};
  if (x.shape() == shape) return x;
  return apply(op, ShapeAttrs{shape}, x);
}

Variable reshape(const Variable& x, const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> extents = shape;
  std::int64_t* unknown = nullptr;
  for (std::int64_t& d : extents) {
    if (d != -1) continue;
    if (unknown != nullptr) throw ShapeError("[reshape] only one extent can be -1");
    unknown = &d;
    d = 1;
  }
  const Shape given = detail::named("reshape", [&] { return Shape(extents); });
  if (unknown != nullptr) {
    const std::int64_t known = given.numel();
    if (known == 0 || x.size() % known != 0) {
      throw ShapeError("[reshape] " + to_string(x.shape()) + " has " + std::to_string(x.size()) +
                       " elements, which the given extents do not divide (their product is " + std::to_string(known) +
                       ")");
    }
    *unknown = x.size() / known;
  }
  return reshape(x, unknown == nullptr ? given : Shape(extents));
}

namespace {

struct PermuteAttrs {
  std::array<std::uint8_t, Shape::max_rank> perm;
};

Axes inverse(const PermuteAttrs& a, std::size_t rank) {
  Axes inv(rank);
  for (std::size_t i = 0; i < rank; ++i) inv[a.perm[i]] = static_cast<std::int64_t>(i);
  return inv;
}

}  // namespace

Variable permute(const Variable& x, const Axes& perm) {
  static constexpr OpDef<PermuteAttrs> op{
      .name = "permute",
      .infer =
          [](const char*, const PermuteAttrs& a, Operands in) {
            Shape out;
            for (std::size_t i = 0; i < in[0].rank(); ++i) out.push_back(in[0].shape()[a.perm[i]]);
            return Spec{out, in[0].dtype()};
          },
      .run =
          [](const PermuteAttrs& a, Operands in, Array& out) {
            const auto from = kernels::contiguous_strides(in[0].shape());
            kernels::Strides strides{};
            for (std::size_t i = 0; i < out.rank(); ++i) strides[i] = from[a.perm[i]];
            kernels::strided_copy(out.shape(), in[0], 0, strides, out, 0, kernels::contiguous_strides(out.shape()));
          },
      .rule = [](const Op<PermuteAttrs>& op, const Variable& g,
                 std::size_t) { return permute(g, inverse(op.attrs(), g.rank())); }};
  if (perm.size() != x.rank()) {
    throw ShapeError("[permute] " + std::to_string(perm.size()) + " axes given for an input of shape " +
                     to_string(x.shape()));
  }
  if (!perm.empty()) detail::axis_mask("permute", perm, x.rank());  // throws when one is given twice
  PermuteAttrs attrs{};
  for (std::size_t i = 0; i < perm.size(); ++i) {
    attrs.perm[i] = static_cast<std::uint8_t>(normalize_axis(perm[i], x.rank(), "permute"));
  }
  return apply(op, attrs, x);
}

Variable transpose(const Variable& x, std::int64_t axis_a, std::int64_t axis_b) {
  Axes perm(x.rank());
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[normalize_axis(axis_a, x.rank(), "transpose")], perm[normalize_axis(axis_b, x.rank(), "transpose")]);
  return permute(x, perm);
}

Variable squeeze(const Variable& x, const Axes& axes) {
  Shape out;
  const kernels::AxisMask mask = detail::axis_mask("squeeze", axes, x.rank());
  for (std::size_t i = 0; i < x.rank(); ++i) {
    const bool named = mask >> i & 1;
    if (named && x.shape()[i] == 1) continue;
    if (named && !axes.empty()) {
      throw ShapeError("[squeeze] axis " + std::to_string(i) + " of " + to_string(x.shape()) + " is not 1");
    }
    out.push_back(x.shape()[i]);
  }
  return reshape(x, out);
}

Variable unsqueeze(const Variable& x, std::int64_t axis) {
  Shape out = x.shape();
  out.insert(normalize_axis(axis, x.rank() + 1, "unsqueeze"), 1);
  return reshape(x, out);
}

Variable flatten(const Variable& x, std::int64_t first, std::int64_t last) {
  if (x.rank() == 0) return reshape(x, Shape{1});
  const std::size_t from = normalize_axis(first, x.rank(), "flatten");
  const std::size_t to = normalize_axis(last, x.rank(), "flatten");
  if (from > to) throw ShapeError("[flatten] the first axis comes after the last");
  Shape out;
  std::int64_t merged = 1;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    if (i >= from && i <= to) merged *= x.shape()[i];
    if (i < from || i > to) out.push_back(x.shape()[i]);
    if (i == to) out.push_back(merged);
  }
  return reshape(x, out);
}

Variable expand(const Variable& x, const Shape& shape) {
  static constexpr OpDef<ShapeAttrs> op{
      .name = "expand",
      .infer =
          [](const char* name, const ShapeAttrs& a, Operands in) {
            if (broadcast_shapes(in[0].shape(), a.shape, name) != a.shape) {
              throw ShapeError("[" + std::string(name) + "] " + to_string(in[0].shape()) + " does not broadcast to " +
                               to_string(a.shape));
            }
            return Spec{a.shape, in[0].dtype()};
          },
      .run = {[](const ShapeAttrs&, Operands in, Array& out) {
                const Shape& from = in[0].shape();
                const auto packed = kernels::contiguous_strides(from);
                const std::size_t added = out.rank() - from.rank();
                kernels::Strides strides{};
                for (std::size_t i = 0; i < from.rank(); ++i) strides[i + added] = from[i] == 1 ? 0 : packed[i];
                kernels::strided_copy(out.shape(), in[0], 0, strides, out, 0, kernels::contiguous_strides(out.shape()));
              },
              [](const ShapeAttrs&) { return kernels::Elementwise{.arity = 0, .unary = {}, .binary = {}}; }},
      .rule = [](const Op<ShapeAttrs>& op, const Variable& g, std::size_t) { return sum_to(g, op.input_shape(0)); }};
  if (x.shape() == shape) return x;
  return apply(op, ShapeAttrs{shape}, x);
}

namespace {
struct CastAttrs {
  DType dtype;
};
}  // namespace

Variable astype(const Variable& x, DType dtype) {
  static constexpr OpDef<CastAttrs> op{
      .name = "astype",
      .infer =
          [](const char*, const CastAttrs& a, Operands in) {
            return Spec{in[0].shape(), a.dtype};
          },
      .run = [](const CastAttrs&, Operands in, Array& out) { kernels::cast(in[0], out); },
      .rule = [](const Op<CastAttrs>& op, const Variable& g, std::size_t) { return astype(g, op.input_dtype(0)); }};
  if (x.dtype() == dtype) return x;
  return apply(op, CastAttrs{dtype}, x);
}

Variable clone(const Variable& x) {
  static constexpr OpDef<> op{.name = "clone",
                              .infer = infer::same,
                              .run = [](const NoAttrs&, Operands in,
                                        Array& out) { std::memcpy(out.mutable_raw(), in[0].raw(), in[0].nbytes()); },
                              .rule = [](const Op<>&, const Variable& g, std::size_t) { return g; }};
  return apply(op, x);
}

}  // namespace xgrad
