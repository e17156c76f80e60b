// SPDX-License-Identifier: BSD-3-Clause
// Cutting and joining: slice and slice_scatter, pad and crop, concat and slice are each other's rules.
#include <algorithm>
#include <limits>

#include <xgrad/autograd/kernels/copy.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

namespace {

/// The elements start, start + step, ... (count of them) of one axis; start and count are in range.
struct SliceAttrs {
  std::size_t axis;
  std::int64_t start, step, count;
};
struct ScatterAttrs {
  Shape shape;
  SliceAttrs where;
};

/// A step that is never taken may be of any size, and is not multiplied.
std::int64_t taken_step(std::int64_t step, std::int64_t count) { return count > 1 ? step : 1; }

/// Copies between a whole array and the part of it that `s` names.
struct SlicePlan {
  std::int64_t offset;
  kernels::Strides strides;
};
SlicePlan plan(const Shape& whole, const SliceAttrs& s) {
  kernels::Strides strides = kernels::contiguous_strides(whole);
  const std::int64_t offset = s.start * strides[s.axis];
  strides[s.axis] *= s.step;
  return {offset, strides};
}

Variable scatter_slice(const Variable& x, const ScatterAttrs& attrs);

Variable take_slice(const Variable& x, const SliceAttrs& attrs) {
  static constexpr OpDef<SliceAttrs> op{.name = "slice",
                                        .infer =
                                            [](const char*, const SliceAttrs& a, Operands in) {
                                              Shape out = in[0].shape();
                                              out[a.axis] = a.count;
                                              return Spec{out, in[0].dtype()};
                                            },
                                        .run =
                                            [](const SliceAttrs& a, Operands in, Array& out) {
                                              const SlicePlan from = plan(in[0].shape(), a);
                                              kernels::strided_copy(out.shape(), in[0], from.offset, from.strides, out,
                                                                    0, kernels::contiguous_strides(out.shape()));
                                            },
                                        .rule =
                                            [](const Op<SliceAttrs>& op, const Variable& g, std::size_t) {
                                              return scatter_slice(g, {op.input_shape(0), op.attrs()});
                                            }};
  return apply(op, attrs, x);
}

Variable scatter_slice(const Variable& x, const ScatterAttrs& attrs) {
  static constexpr OpDef<ScatterAttrs> op{.name = "slice_scatter",
                                          .infer =
                                              [](const char*, const ScatterAttrs& a, Operands in) {
                                                return Spec{a.shape, in[0].dtype()};
                                              },
                                          .run =
                                              [](const ScatterAttrs& a, Operands in, Array& out) {
                                                kernels::fill(out, 0.0);
                                                const SlicePlan to = plan(out.shape(), a.where);
                                                kernels::strided_copy(in[0].shape(), in[0], 0,
                                                                      kernels::contiguous_strides(in[0].shape()), out,
                                                                      to.offset, to.strides);
                                              },
                                          .rule = [](const Op<ScatterAttrs>& op, const Variable& g,
                                                     std::size_t) { return take_slice(g, op.attrs().where); }};
  return apply(op, attrs, x);
}

}  // namespace

Variable slice(const Variable& x, std::int64_t axis, std::optional<std::int64_t> start,
               std::optional<std::int64_t> stop, std::int64_t step) {
  if (step == 0) throw ValueError("[slice] the step must not be 0");
  const std::size_t k = normalize_axis(axis, x.rank(), "slice");
  const std::int64_t n = x.shape()[k];
  // Python's rules: out-of-range bounds are moved to the nearest end.
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? n : n - 1;
  const auto bound = [&](std::optional<std::int64_t> i, std::int64_t if_absent) {
    return i ? std::clamp(*i < 0 ? *i + n : *i, low, high) : if_absent;
  };
  const std::int64_t from = bound(start, step > 0 ? low : high);
  const std::int64_t to = bound(stop, step > 0 ? high : low);
  const std::int64_t distance = step > 0 ? to - from : from - to;
  const detail::Wide stride = step > 0 ? detail::Wide{step} : -detail::Wide{step};
  const std::int64_t count = distance <= 0 ? 0 : detail::narrow("slice", (distance + stride - 1) / stride);
  return take_slice(x, {k, count == 0 ? 0 : from, taken_step(step, count), count});
}

Variable select(const Variable& x, std::int64_t axis, std::int64_t index) {
  const std::size_t k = normalize_axis(axis, x.rank(), "select");
  const std::int64_t n = x.shape()[k];
  if (index < -n || index >= n) {
    throw ValueError("[select] index " + std::to_string(index) + " is out of range for axis " + std::to_string(k) +
                     " of " + to_string(x.shape()));
  }
  Shape out = x.shape();
  out.erase(k);
  return reshape(take_slice(x, {k, index < 0 ? index + n : index, 1, 1}), out);
}

Variable slice_scatter(const Variable& x, const Shape& shape, std::int64_t axis, std::int64_t start,
                       std::int64_t step) {
  const std::size_t k = normalize_axis(axis, shape.rank(), "slice_scatter");
  const std::int64_t count = x.rank() == shape.rank() ? x.shape()[k] : 0;
  bool agrees = x.rank() == shape.rank();
  for (std::size_t i = 0; agrees && i < x.rank(); ++i) agrees = i == k || x.shape()[i] == shape[i];
  const detail::Wide last = start + (detail::Wide{count} - 1) * step;
  const auto inside = [&](detail::Wide i) { return i >= 0 && i < shape[k]; };
  if (!agrees || step == 0 || (count > 0 && (!inside(start) || !inside(last)))) {
    throw ShapeError("[slice_scatter] values of shape " + to_string(x.shape()) + " do not fit axis " +
                     std::to_string(k) + " of " + to_string(shape) + " from " + std::to_string(start) +
                     " in steps of " + std::to_string(step));
  }
  return scatter_slice(x, {shape, {k, count == 0 ? 0 : start, taken_step(step, count), count}});
}

namespace {

struct PadAttrs {
  std::array<std::int64_t, Shape::max_rank> before, after;
  Scalar value;
};

Variable pad_with(const Variable& x, const PadAttrs& attrs) {
  static constexpr OpDef<PadAttrs> op{
      .name = "pad",
      .infer =
          [](const char* name, const PadAttrs& a, Operands in) {
            Shape out;
            for (std::size_t i = 0; i < in[0].rank(); ++i) {
              const detail::Wide extent = detail::Wide{in[0].shape()[i]} + a.before[i] + a.after[i];
              if (extent < 0) {
                throw ShapeError("[" + std::string(name) + "] cropping axis " + std::to_string(i) + " of " +
                                 to_string(in[0].shape()) + " leaves a negative extent");
              }
              out.push_back(detail::narrow(name, extent));
            }
            return Spec{out, in[0].dtype()};
          },
      .run =
          [](const PadAttrs& a, Operands in, Array& out) {
            const Array& x = in[0];
            const auto from = kernels::contiguous_strides(x.shape());
            const auto to = kernels::contiguous_strides(out.shape());
            Shape common = x.shape();
            std::int64_t from_offset = 0;
            std::int64_t to_offset = 0;
            bool covered = true;
            for (std::size_t i = 0; i < x.rank(); ++i) {
              // Both are of what there is: more may be cropped on one side where the other side adds as much.
              const std::int64_t n = x.shape()[i], first = a.before[i] < 0 ? -std::max(a.before[i], -n) : 0;
              const std::int64_t last = n + std::clamp<std::int64_t>(a.after[i], -n, 0);
              common[i] = std::max<std::int64_t>(0, last - first);
              from_offset += first * from[i];
              to_offset += std::clamp<std::int64_t>(a.before[i], 0, out.shape()[i]) * to[i];
              covered = covered && common[i] == out.shape()[i];
            }
            if (!covered) kernels::fill(out, a.value);
            if (common.numel() > 0) kernels::strided_copy(common, x, from_offset, from, out, to_offset, to);
          },
      .rule =
          [](const Op<PadAttrs>& op, const Variable& g, std::size_t) {
            PadAttrs back{{}, {}, 0};
            for (std::size_t i = 0; i < Shape::max_rank; ++i) {
              back.before[i] = -op.attrs().before[i];
              back.after[i] = -op.attrs().after[i];
            }
            return pad_with(g, back);
          }};
  return apply(op, attrs, x);
}

}  // namespace

Variable pad(const Variable& x, const std::vector<std::pair<std::int64_t, std::int64_t>>& amounts, Scalar value) {
  if (amounts.size() != x.rank()) {
    throw ShapeError("[pad] " + std::to_string(amounts.size()) + " (before, after) pairs given for an input of shape " +
                     to_string(x.shape()));
  }
  PadAttrs attrs{{}, {}, x.dtype() == DType::int64 ? Scalar(value.whole("pad")) : value};
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    for (const std::int64_t amount : {amounts[i].first, amounts[i].second}) {
      // So that the other way round is a number too.
      if (amount == std::numeric_limits<std::int64_t>::min()) throw ValueError("[pad] an amount is -2^63");
    }
    attrs.before[i] = amounts[i].first;
    attrs.after[i] = amounts[i].second;
  }
  return pad_with(x, attrs);
}

namespace {
struct ConcatAttrs {
  std::size_t axis;
  std::vector<std::int64_t> offsets;  ///< where each input begins, and the total
};
}  // namespace

Variable concat(const Variables& xs, std::int64_t axis) {
  static constexpr OpDef<ConcatAttrs> op{
      .name = "concat",
      .infer =
          [](const char*, const ConcatAttrs& a, Operands in) {
            Shape out = in[0].shape();
            out[a.axis] = a.offsets.back();
            return Spec{out, in[0].dtype()};
          },
      .run =
          [](const ConcatAttrs& a, Operands in, Array& out) {
            const auto to = kernels::contiguous_strides(out.shape());
            for (std::size_t i = 0; i < in.size(); ++i) {
              kernels::strided_copy(in[i].shape(), in[i], 0, kernels::contiguous_strides(in[i].shape()), out,
                                    a.offsets[i] * to[a.axis], to);
            }
          },
      .rule =
          [](const Op<ConcatAttrs>& op, const Variable& g, std::size_t i) {
            const ConcatAttrs& a = op.attrs();
            return take_slice(g, {a.axis, a.offsets[i], 1, a.offsets[i + 1] - a.offsets[i]});
          }};
  if (xs.empty()) throw ValueError("[concat] needs at least one input");
  const Variable& first = xs.front();
  ConcatAttrs attrs{normalize_axis(axis, first.rank(), "concat"), {0}};
  std::vector<const Variable*> inputs;
  for (const Variable& x : xs) {
    bool agrees = x.rank() == first.rank() && x.dtype() == first.dtype();
    for (std::size_t i = 0; agrees && i < x.rank(); ++i) agrees = i == attrs.axis || x.shape()[i] == first.shape()[i];
    if (!agrees) {
      throw ShapeError("[concat] inputs must agree off axis " + std::to_string(attrs.axis) +
                       " and in dtype: " + name_of(first.dtype()) + to_string(first.shape()) + " and " +
                       name_of(x.dtype()) + to_string(x.shape()));
    }
    attrs.offsets.push_back(detail::narrow("concat", detail::Wide{attrs.offsets.back()} + x.shape()[attrs.axis]));
    inputs.push_back(&x);
  }
  return detail::apply(op, attrs, std::span<const Variable* const>(inputs));
}

Variable stack(const Variables& xs, std::int64_t axis) {
  if (xs.empty()) throw ValueError("[stack] needs at least one input");
  const Variable& first = xs.front();
  const auto k = static_cast<std::int64_t>(normalize_axis(axis, first.rank() + 1, "stack"));
  Variables rows;
  rows.reserve(xs.size());
  for (const Variable& x : xs) {
    if (x.shape() != first.shape() || x.dtype() != first.dtype()) {
      throw ShapeError("[stack] inputs must have one shape and dtype: " + std::string(name_of(first.dtype())) +
                       to_string(first.shape()) + " and " + name_of(x.dtype()) + to_string(x.shape()));
    }
    rows.push_back(unsqueeze(x, k));
  }
  return concat(rows, k);
}

Variables split(const Variable& x, std::int64_t size, std::int64_t axis) {
  if (size <= 0) throw ValueError("[split] the piece size must be positive, got " + std::to_string(size));
  const std::size_t k = normalize_axis(axis, x.rank(), "split");
  const std::int64_t n = x.shape()[k];
  Variables pieces;
  for (std::int64_t at = 0, piece; at < n; at += piece) {
    piece = std::min(size, n - at);
    pieces.push_back(take_slice(x, {k, at, 1, piece}));
  }
  return pieces;
}

}  // namespace xgrad
