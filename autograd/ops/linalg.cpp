// SPDX-License-Identifier: BSD-3-Clause
// Matrix products and their rules: a family closed under differentiation, transposes carried as flags.
#include <xgrad/autograd/ops/linalg.h>

#include <xgrad/autograd/compile/accumulate.h>
#include <xgrad/autograd/kernels/gemm.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

namespace {

struct MatmulAttrs {
  bool transpose_a, transpose_b;
};

Spec infer_matmul(const char* name, const MatmulAttrs& t, Operands in) {
  const Shape& a = in[0].shape();
  const Shape& b = in[1].shape();
  detail::check_floating(name, in[0]);
  detail::check_same_dtype(name, in[0], in[1]);
  if (a.rank() < 2 || b.rank() < 2) {
    throw ShapeError("[matmul] operands need at least two axes: " + to_string(a) + " x " + to_string(b) +
                     "; reshape vectors to (n, 1) or (1, n)");
  }
  const std::size_t ra = a.rank();
  const std::size_t rb = b.rank();
  const std::int64_t inner_a = a[ra - (t.transpose_a ? 2 : 1)];
  const std::int64_t inner_b = b[rb - (t.transpose_b ? 1 : 2)];
  if (inner_a != inner_b) {
    const auto show = [](const Shape& s, bool transposed) { return to_string(s) + (transposed ? "^T" : ""); };
    throw ShapeError("[matmul] inner dimensions differ: " + show(a, t.transpose_a) + " x " + show(b, t.transpose_b));
  }
  Shape out = broadcast_shapes(Shape(a.begin(), ra - 2), Shape(b.begin(), rb - 2), name);
  out.push_back(a[ra - (t.transpose_a ? 1 : 2)]);
  out.push_back(b[rb - (t.transpose_b ? 2 : 1)]);
  return {out, in[0].dtype()};
}

/// `shape` with another last extent.
Shape with_last(const char* op, Shape shape, std::int64_t extent) {
  return detail::named(op, [&] {
    shape[shape.rank() - 1] = extent;
    return shape;
  });
}

}  // namespace

Variable matmul(const Variable& a, const Variable& b, bool transpose_a, bool transpose_b) {
  static constexpr OpDef<MatmulAttrs> op{
      .name = "matmul",
      .infer = infer_matmul,
      .run = [](const MatmulAttrs& t, Operands in,
                Array& out) { kernels::matmul(in[0], t.transpose_a, in[1], t.transpose_b, out); },
      .uses = {uses::input(1), uses::input(0)},
      .rule =
          [](const Op<MatmulAttrs>& op, const Variable& g, std::size_t i) {
            const auto [ta, tb] = op.attrs();
            if (i == 0) {
              const Variable b = op.input(1);
              return ta ? matmul(b, g, tb, true) : matmul(g, b, false, !tb);
            }
            const Variable a = op.input(0);
            return tb ? matmul(g, a, true, ta) : matmul(a, g, !ta, false);
          },
      .broadcasts = true};
  // One matrix for a whole batch: fold the batch into the rows, so that forward and rules are single products.
  if (a.defined() && b.defined() && a.rank() > 2 && b.rank() == 2 && !transpose_a) {
    const Shape& s = a.shape();
    const Shape out = with_last("matmul", s, b.shape()[transpose_b ? 0 : 1]);
    const std::int64_t rows = Shape(s.begin(), s.rank() - 1).numel();
    return reshape(matmul(reshape(a, Shape{rows, s.back()}), b, false, transpose_b), out);
  }
  const Variable y = apply(op, MatmulAttrs{transpose_a, transpose_b}, a, b);
  if (detail::recorder) [[unlikely]] {
    // BLAS sums so many products in one block and then adds the block's sum to the result; with vectors it does not.
    constexpr std::int64_t one_block = 128;
    if (a.size(transpose_a ? -2 : -1) <= one_block && y.size(-1) > 1 && y.size(-2) > 1) {
      detail::record_accumulating([=](detail::Reads in, std::span<Array* const> out) {
        kernels::matmul(in[0]->array(), transpose_a, in[1]->array(), transpose_b, *out[0], true);
      });
    }
  }
  return y;
}

namespace {

Spec infer_linear(const char* name, const NoAttrs&, Operands in) {
  const Shape& x = in[0].shape();
  const Shape& w = in[1].shape();
  detail::check_floating(name, in[0]);
  detail::check_same_dtype(name, in[0], in[1]);
  detail::check_same_dtype(name, in[0], in[2]);
  if (w.rank() != 2 || x.back() != w[1]) {
    throw ShapeError("[linear] input " + to_string(x) + " does not fit weight " + to_string(w) +
                     "; the weight is (out, in) and the input's last axis must be `in`");
  }
  if (in[2].shape() != Shape{w[0]}) {
    throw ShapeError("[linear] bias " + to_string(in[2].shape()) + " does not fit weight " + to_string(w) +
                     "; it must be (out,)");
  }
  return {Shape{x[0], w[0]}, in[0].dtype()};
}

}  // namespace

Variable linear(const Variable& x, const Variable& weight, const Variable& bias) {
  static constexpr OpDef<> op{
      .name = "linear",
      .infer = infer_linear,
      .run = [](const NoAttrs&, Operands in, Array& out) { kernels::linear(in[0], in[1], in[2], out); },
      .uses = {uses::input(1), uses::input(0), uses::nothing},
      .rule =
          [](const Op<>& op, const Variable& g, std::size_t i) {
            if (i == 0) return matmul(g, op.input(1));
            return i == 1 ? matmul(g, op.input(0), true, false) : sum(g, {0});
          }};
  if (x.rank() == 2) return bias.defined() ? apply(op, x, weight, bias) : matmul(x, weight, false, true);
  if (x.rank() == 0) throw ShapeError("[linear] the input needs at least one axis, got ()");
  // Leading axes are rows.
  const Shape& s = x.shape();
  const std::int64_t rows = Shape(s.begin(), s.rank() - 1).numel();
  const Shape out = with_last("linear", s, weight.size(0));
  return reshape(linear(reshape(x, Shape{rows, s.back()}), weight, bias), out);
}

namespace {

void check_vectors(const char* name, const Variable& a, const Variable& b) {
  if (a.rank() != 1 || b.rank() != 1) {
    throw ShapeError("[" + std::string(name) + "] takes two vectors, got " + to_string(a.shape()) + " and " +
                     to_string(b.shape()) + "; flatten them, or use matmul or einsum");
  }
  detail::check_same_dtype(name, a.array(), b.array());
}

}  // namespace

Variable dot(const Variable& a, const Variable& b) {
  check_vectors("dot", a, b);
  detail::check_floating("dot", a.array());
  if (a.shape() != b.shape()) {
    throw ShapeError("[dot] lengths differ: " + to_string(a.shape()) + " and " + to_string(b.shape()));
  }
  return reshape(matmul(unsqueeze(a, 0), unsqueeze(b, 1)), Shape{});
}

Variable outer(const Variable& a, const Variable& b) {
  check_vectors("outer", a, b);
  return unsqueeze(a, 1) * unsqueeze(b, 0);
}

}  // namespace xgrad
