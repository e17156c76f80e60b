// SPDX-License-Identifier: BSD-3-Clause
// Flip and roll: permutations along axes, whose rules are their inverses.
#include <xgrad/autograd/kernels/copy.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

namespace {

struct FlipAttrs {
  kernels::AxisMask axes;
};

Variable flip_masked(const Variable& x, const FlipAttrs& attrs) {
  static constexpr OpDef<FlipAttrs> op{
      .name = "flip",
      .infer = infer::same,
      .run =
          [](const FlipAttrs& a, Operands in, Array& out) {
            const Shape& shape = out.shape();
            const auto straight = kernels::contiguous_strides(shape);
            auto strides = straight;
            std::int64_t offset = 0;
            for (std::size_t i = 0; i < shape.rank(); ++i) {
              if (!(a.axes >> i & 1) || shape[i] == 0) continue;
              offset += (shape[i] - 1) * strides[i];
              strides[i] = -strides[i];
            }
            kernels::strided_copy(shape, in[0], offset, strides, out, 0, straight);
          },
      .rule = [](const Op<FlipAttrs>& op, const Variable& g, std::size_t) { return flip_masked(g, op.attrs()); }};
  return apply(op, attrs, x);
}

struct RollAttrs {
  std::array<std::int64_t, Shape::max_rank> shift;  ///< in [0, extent) of each axis
};

Variable roll_by(const Variable& x, const RollAttrs& attrs) {
  static constexpr OpDef<RollAttrs> op{.name = "roll",
                                       .infer = infer::same,
                                       .run =
                                           [](const RollAttrs& a, Operands in, Array& out) {
                                             // A rolled axis is two blocks that change places; of k rolled axes, 2^k
                                             // blocks are copied.
                                             const Shape& shape = out.shape();
                                             const auto strides = kernels::contiguous_strides(shape);
                                             kernels::AxisMask rolled = 0;
                                             for (std::size_t i = 0; i < shape.rank(); ++i)
                                               rolled |= (a.shift[i] != 0 ? 1u : 0u) << i;
                                             // Every subset of `rolled`: the axes along which the block is the one that
                                             // comes back at the beginning.
                                             kernels::AxisMask wrapped = 0;
                                             do {
                                               Shape block;
                                               std::int64_t from = 0, to = 0;
                                               for (std::size_t i = 0; i < shape.rank(); ++i) {
                                                 const bool wraps = wrapped >> i & 1;
                                                 block.push_back(wraps ? a.shift[i] : shape[i] - a.shift[i]);
                                                 (wraps ? from : to) +=
                                                     (wraps ? shape[i] - a.shift[i] : a.shift[i]) * strides[i];
                                               }
                                               kernels::strided_copy(block, in[0], from, strides, out, to, strides);
                                               wrapped = (wrapped - rolled) & rolled;
                                             } while (wrapped != 0);
                                           },
                                       .rule =
                                           [](const Op<RollAttrs>& op, const Variable& g, std::size_t) {
                                             RollAttrs back = op.attrs();
                                             for (std::size_t i = 0; i < g.rank(); ++i) {
                                               if (back.shift[i] != 0) back.shift[i] = g.shape()[i] - back.shift[i];
                                             }
                                             return roll_by(g, back);
                                           }};
  return apply(op, attrs, x);
}

}  // namespace

Variable flip(const Variable& x, const Axes& axes) {
  return flip_masked(x, {detail::axis_mask("flip", axes, x.rank())});
}

Variable roll(const Variable& x, const std::vector<std::int64_t>& shifts, const Axes& axes) {
  if (shifts.size() != axes.size()) {
    throw ValueError("[roll] " + std::to_string(shifts.size()) + " shifts given for " + std::to_string(axes.size()) +
                     " axes");
  }
  RollAttrs attrs{};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = normalize_axis(axes[i], x.rank(), "roll");
    const std::int64_t n = x.shape()[axis];
    if (n == 0) continue;
    attrs.shift[axis] = static_cast<std::int64_t>((detail::Wide{attrs.shift[axis]} + shifts[i] % n + n) % n);
  }
  return roll_by(x, attrs);
}

}  // namespace xgrad
