// SPDX-License-Identifier: BSD-3-Clause
// Every op, called with what bytes say: hostile shapes, axes, numbers and dtypes. Each call gives arrays whose memory
// is theirs, or throws an exception of the library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/random.h>

namespace xgrad::fuzz {

/// What the bytes say, zeros when there are none left.
class Source {
 public:
  explicit Source(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (at_ == bytes_.size()) return 0;
    return bytes_[at_++];
  }
  bool flag() { return byte() & 1; }
  std::int64_t below(std::int64_t n) { return byte() % n; }

  /// Mostly small, else near the places where computations of sizes break.
  std::int64_t integer() {
    constexpr std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t hostile[] = {greatest,
                                        greatest - 1,
                                        -greatest - 1,
                                        -greatest,
                                        greatest / 2,
                                        greatest / 2 + 1,
                                        1ll << 61,
                                        1ll << 58,
                                        (1ll << 32) - 1,
                                        1ll << 32,
                                        (1ll << 32) - 2,
                                        (1ll << 31) - 1,
                                        1ll << 31,
                                        -(1ll << 31),
                                        1ll << 40,
                                        (1ll << 30) - 1,
                                        1000000007,
                                        65536,
                                        -(1ll << 40),
                                        -(1ll << 62),
                                        3037000500,
                                        100,
                                        257,
                                        -129};
    const std::uint8_t b = byte();
    if (b < 160) return b % 12 - 3;
    return hostile[b % std::size(hostile)];
  }
  std::int64_t positive() {
    const std::int64_t n = integer();
    return n < 1 ? 1 : n;
  }
  Extents2d two() {
    const std::int64_t a = integer(), b = integer();
    return {a, b};
  }
  Axes axes() {
    Axes list(static_cast<std::size_t>(below(4)));
    for (auto& a : list) a = integer();
    return list;
  }
  DType dtype() { return static_cast<DType>(below(3)); }
  Scalar scalar() {
    constexpr double reals[] = {0.0,    -0.0,  0.5,  2.0,    -1.5, 1e300, -1e300,
                                1e-320, 1e-30, 1e30, 0x1p63, 0.25, 1.0e9, 3.0};
    const std::uint8_t b = byte();
    if (b == 0) return std::numeric_limits<double>::quiet_NaN();
    if (b == 1) return std::numeric_limits<double>::infinity();
    if (b == 2) return -std::numeric_limits<double>::infinity();
    if (b < 100) return reals[b % std::size(reals)];
    return integer();
  }
  double real() { return scalar().real(); }

  /// Extents that may be anything.
  Shape any_shape() {
    std::vector<std::int64_t> extents(static_cast<std::size_t>(below(6)));
    for (auto& n : extents) n = flag() ? below(5) : integer();
    return Shape(extents);
  }
  /// Of few elements, or of none and huge.
  Shape small_shape() {
    std::vector<std::int64_t> extents(static_cast<std::size_t>(below(5)));
    bool empty = false;
    for (auto& n : extents) {
      n = byte() % 16 == 15 ? 0 : 1 + below(4);
      empty = empty || n == 0;
    }
    if (empty && flag()) {
      for (auto& n : extents) n = n == 0 ? 0 : positive();
    }
    return Shape(extents);
  }

  Variable array(const Shape& shape, DType dtype) {
    Array a(shape, DType::float64);
    auto* p = a.mutable_data<double>();
    for (std::int64_t i = 0; i < a.size(); ++i) p[i] = static_cast<double>(byte() % 32) / 8 - 1;
    const bool special = flag();
    if (special && a.size() > 0 && is_floating(dtype)) p[a.size() / 2] = real();
    return Variable(a.astype(dtype), is_floating(dtype) && flag());
  }
  Variable variable() {
    const Shape s = small_shape();
    return array(s, byte() % 8 == 7 ? DType::int64 : flag() ? DType::float32 : DType::float64);
  }
  /// Often of the shape and dtype of another.
  Variable like(const Variable& x) { return byte() % 4 == 0 ? variable() : array(x.shape(), x.dtype()); }
  Variable of_rank(std::size_t rank) {
    std::vector<std::int64_t> extents(rank);
    for (auto& n : extents) n = byte() % 32 == 31 ? 0 : 1 + below(5);
    return array(Shape(extents), flag() ? DType::float32 : DType::float64);
  }
  Variable square() {
    const std::int64_t n = below(4);
    Shape s{n, n};
    if (flag()) s.insert(0, below(3));
    return array(s, flag() ? DType::float32 : DType::float64);
  }
  Variable index(const Shape& shape) {
    Array a(shape, DType::int64);
    auto* p = a.mutable_data<std::int64_t>();
    for (std::int64_t i = 0; i < a.size(); ++i) p[i] = byte() % 8 == 7 ? integer() : below(3);
    return Variable(a);
  }
  Variables several() {
    const Variable x = variable();
    Variables list{x};
    for (std::int64_t n = below(3); n > 0; --n) list.push_back(like(x));
    return list;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

struct Call {
  std::string name;
  Variables (*f)(Source&);
};

#define XGRAD_UNARY(op)                                         \
  Call {                                                        \
#op, [](Source & s) { return Variables{op(s.variable())}; } \
  }
#define XGRAD_BINARY(op) \
  Call {                 \
#op, [](Source& s) { \
    const Variable a = s.variable(), b = s.like(a); \
    return s.flag() ? Variables{op(a, b)} : Variables{op(a, s.scalar())}; \
  }   \
  }
#define XGRAD_TWO(op)  \
  Call {               \
#op, [](Source& s) { \
    const Variable a = s.variable(), b = s.like(a); \
    return Variables{op(a, b)}; \
  } \
  }
#define XGRAD_REDUCTION(op) \
  Call {                    \
#op, [](Source& s) { \
    const Variable x = s.variable(); \
    const Axes axes = s.axes(); \
    return Variables{op(x, axes, s.flag())}; \
  }      \
  }
#define XGRAD_AXIS(op) \
  Call {               \
#op, [](Source& s) { \
    const Variable x = s.variable(); \
    return Variables{op(x, s.integer())}; \
  } \
  }

/// A call of each op of autograd/ops; the tests see that none is missing.
inline const std::vector<Call>& op_calls() {
  static const std::vector<Call> calls{
      XGRAD_TWO(add),
      XGRAD_TWO(sub),
      XGRAD_TWO(mul),
      XGRAD_BINARY(div),
      XGRAD_UNARY(neg),
      XGRAD_BINARY(pow),
      XGRAD_UNARY(reciprocal),
      XGRAD_BINARY(maximum),
      XGRAD_BINARY(minimum),
      XGRAD_BINARY(equal),
      XGRAD_BINARY(not_equal),
      XGRAD_BINARY(less),
      XGRAD_BINARY(less_equal),
      XGRAD_BINARY(greater),
      XGRAD_BINARY(greater_equal),
      XGRAD_UNARY(square),
      XGRAD_UNARY(exp),
      XGRAD_UNARY(log),
      XGRAD_UNARY(log1p),
      XGRAD_UNARY(expm1),
      XGRAD_UNARY(sqrt),
      XGRAD_UNARY(rsqrt),
      XGRAD_UNARY(sin),
      XGRAD_UNARY(cos),
      XGRAD_UNARY(erf),
      XGRAD_UNARY(abs),
      XGRAD_UNARY(sign),
      XGRAD_UNARY(tanh),
      XGRAD_UNARY(sigmoid),
      XGRAD_UNARY(softplus),
      XGRAD_UNARY(relu),
      XGRAD_UNARY(gelu),
      XGRAD_UNARY(silu),
      XGRAD_UNARY(clone),
      XGRAD_UNARY(zeros_like),
      XGRAD_UNARY(ones_like),
      XGRAD_UNARY(trace),
      XGRAD_REDUCTION(sum),
      XGRAD_REDUCTION(mean),
      XGRAD_REDUCTION(prod),
      XGRAD_REDUCTION(max),
      XGRAD_REDUCTION(min),
      XGRAD_REDUCTION(logsumexp),
      XGRAD_AXIS(softmax),
      XGRAD_AXIS(log_softmax),
      XGRAD_AXIS(argmax),
      XGRAD_AXIS(cumprod),
      XGRAD_AXIS(unsqueeze),
      XGRAD_AXIS(diag),
      XGRAD_AXIS(diag_embed),
      XGRAD_AXIS(tril),
      XGRAD_AXIS(triu),
      XGRAD_AXIS(pixel_shuffle),
      XGRAD_AXIS(pixel_unshuffle),
      XGRAD_TWO(dot),
      XGRAD_TWO(outer),
      XGRAD_TWO(solve),
      Call{"affine",
           [](Source& s) {
             const Variable x = s.variable();
             const Scalar a = s.scalar();
             return Variables{affine(x, a, s.scalar())};
           }},
      Call{"leaky_relu", [](Source& s) { return Variables{leaky_relu(s.variable(), s.real())}; }},
      Call{"elu", [](Source& s) { return Variables{elu(s.variable(), s.real())}; }},
      Call{"clamp",
           [](Source& s) {
             const Variable x = s.variable();
             const Scalar low = s.scalar();
             return Variables{clamp(x, low, s.scalar())};
           }},
      Call{"where",
           [](Source& s) {
             const Variable c = s.variable(), a = s.like(c), b = s.like(c);
             const std::int64_t way = s.below(3);
             return Variables{way == 0 ? where(c, a, b) : way == 1 ? where(c, a, s.scalar()) : where(c, s.scalar(), b)};
           }},
      Call{"zeros",
           [](Source& s) {
             const Shape shape = s.any_shape();
             return Variables{zeros(shape, s.dtype())};
           }},
      Call{"ones",
           [](Source& s) {
             const Shape shape = s.any_shape();
             return Variables{ones(shape, s.dtype())};
           }},
      Call{"full",
           [](Source& s) {
             const Shape shape = s.any_shape();
             const Scalar value = s.scalar();
             return Variables{full(shape, value, s.dtype())};
           }},
      Call{"arange",
           [](Source& s) {
             const std::int64_t n = s.integer();
             const DType dtype = s.dtype();
             const Scalar start = s.scalar();
             return Variables{arange(n, dtype, start, s.scalar())};
           }},
      Call{"tensor",
           [](Source& s) {
             const Shape shape = s.any_shape();
             return Variables{tensor(std::vector<float>(static_cast<std::size_t>(s.below(8))), shape)};
           }},
      Call{"one_hot",
           [](Source& s) {
             const Variable labels = s.index(s.small_shape());
             const std::int64_t n = s.integer();
             return Variables{one_hot(labels, n, s.dtype())};
           }},
      Call{"var",
           [](Source& s) {
             const Variable x = s.variable();
             const Axes axes = s.axes();
             return Variables{var(x, axes, s.flag(), s.real())};
           }},
      Call{"stddev",
           [](Source& s) {
             const Variable x = s.variable();
             const Axes axes = s.axes();
             return Variables{stddev(x, axes, s.flag(), s.real())};
           }},
      Call{"norm",
           [](Source& s) {
             const Variable x = s.variable();
             const Axes axes = s.axes();
             return Variables{norm(x, axes, s.flag(), s.real())};
           }},
      Call{"sum_to",
           [](Source& s) {
             const Variable x = s.variable();
             return Variables{sum_to(x, s.any_shape())};
           }},
      Call{"cumsum",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t axis = s.integer();
             return Variables{cumsum(x, axis, s.flag())};
           }},
      Call{"linear_recurrence",
           [](Source& s) {
             const Variable a = s.variable(), b = s.like(a);
             const std::int64_t axis = s.integer();
             return Variables{linear_recurrence(a, b, axis, s.flag())};
           }},
      Call{"sort",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t axis = s.integer();
             const auto y = sort(x, axis, s.flag());
             return Variables{y.values, y.indices};
           }},
      Call{"argsort",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t axis = s.integer();
             return Variables{argsort(x, axis, s.flag())};
           }},
      Call{"topk",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t k = s.integer(), axis = s.integer();
             const auto y = topk(x, k, axis, s.flag());
             return Variables{y.values, y.indices};
           }},
      Call{"gather",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t axis = s.integer();
             return Variables{gather(x, axis, s.index(s.flag() ? x.shape() : s.small_shape()))};
           }},
      Call{"scatter_add",
           [](Source& s) {
             const Variable x = s.variable(), index = s.index(s.flag() ? x.shape() : s.small_shape());
             const Shape shape = s.flag() ? x.shape() : s.any_shape();
             return Variables{scatter_add(x, shape, s.integer(), index)};
           }},
      Call{"index_select",
           [](Source& s) {
             const Variable x = s.variable(), index = s.index(s.flag() ? Shape{s.below(5)} : s.small_shape());
             return Variables{index_select(x, s.integer(), index)};
           }},
      Call{"index_add",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t n = x.rank() > 0 ? x.size(0) : 0;
             const Variable index = s.index(s.flag() ? Shape{n} : s.small_shape());
             const Shape shape = s.flag() ? x.shape() : s.any_shape();
             return Variables{index_add(x, shape, s.integer(), index)};
           }},
      Call{"embedding",
           [](Source& s) {
             const Variable index = s.index(s.small_shape());
             return Variables{embedding(index, s.variable())};
           }},
      Call{"reshape",
           [](Source& s) {
             const Variable x = s.variable();
             return Variables{reshape(x, s.axes())};
           }},
      Call{"permute",
           [](Source& s) {
             const Variable x = s.variable();
             return Variables{permute(x, s.axes())};
           }},
      Call{"transpose",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t a = s.integer();
             return Variables{transpose(x, a, s.integer())};
           }},
      Call{"squeeze",
           [](Source& s) {
             const Variable x = s.variable();
             return Variables{squeeze(x, s.axes())};
           }},
      Call{"expand",
           [](Source& s) {
             const Variable x = s.variable();
             return Variables{expand(x, s.any_shape())};
           }},
      Call{"flatten",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t first = s.integer();
             return Variables{flatten(x, first, s.integer())};
           }},
      Call{"slice",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t axis = s.integer(), step = s.integer();
             std::optional<std::int64_t> start, stop;
             if (s.flag()) start = s.integer();
             if (s.flag()) stop = s.integer();
             return Variables{slice(x, axis, start, stop, step)};
           }},
      Call{"select",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t axis = s.integer();
             return Variables{select(x, axis, s.integer())};
           }},
      Call{"slice_scatter",
           [](Source& s) {
             const Variable x = s.variable();
             const Shape shape = s.flag() ? x.shape() : s.any_shape();
             const std::int64_t axis = s.integer(), start = s.integer();
             return Variables{slice_scatter(x, shape, axis, start, s.integer())};
           }},
      Call{"pad",
           [](Source& s) {
             const Variable x = s.variable();
             std::vector<std::pair<std::int64_t, std::int64_t>> amounts(x.rank());
             for (auto& [before, after] : amounts) {
               before = s.integer();
               after = s.flag() ? ~before : s.integer() / (s.flag() ? 1 : 2);
             }
             return Variables{pad(x, amounts, s.scalar())};
           }},
      Call{"concat",
           [](Source& s) {
             const Variables xs = s.several();
             return Variables{concat(xs, s.integer())};
           }},
      Call{"stack",
           [](Source& s) {
             const Variables xs = s.several();
             return Variables{stack(xs, s.integer())};
           }},
      Call{"split",
           [](Source& s) {
             const Variable x = s.of_rank(3);
             const std::int64_t size = s.integer();
             return split(x, size, s.integer());
           }},
      Call{"flip",
           [](Source& s) {
             const Variable x = s.variable();
             return Variables{flip(x, s.axes())};
           }},
      Call{"roll",
           [](Source& s) {
             const Variable x = s.variable();
             const Axes shifts = s.axes();
             return Variables{s.flag() ? roll(x, shifts, s.axes()) : roll(x, s.integer(), s.integer())};
           }},
      Call{"astype",
           [](Source& s) {
             const Variable x = s.variable();
             return Variables{astype(x, s.dtype())};
           }},
      Call{"diagonal",
           [](Source& s) {
             const Variable x = s.variable();
             const std::int64_t offset = s.integer(), a = s.integer();
             return Variables{diagonal(x, offset, a, s.integer())};
           }},
      Call{"matmul",
           [](Source& s) {
             const Variable a = s.variable(), b = s.like(a);
             const bool ta = s.flag();
             return Variables{matmul(a, b, ta, s.flag())};
           }},
      Call{"linear",
           [](Source& s) {
             const Variable x = s.variable(), w = s.like(x);
             return Variables{s.flag() ? linear(x, w) : linear(x, w, s.variable())};
           }},
      Call{"einsum",
           [](Source& s) {
             const char* const equations[] = {"ij,jk->ik", "ij,ij", "...i,i->...", "ii->i", "i,j->ij", "ijk->kji"};
             const std::string equation = equations[s.below(6)];
             return Variables{einsum(equation, s.several())};
           }},
      Call{"solve_triangular",
           [](Source& s) {
             const Variable a = s.square(), b = s.like(a);
             const bool upper = s.flag();
             return Variables{solve_triangular(a, b, upper, s.flag())};
           }},
      Call{"inverse", [](Source& s) { return Variables{inverse(s.square())}; }},
      Call{"cholesky", [](Source& s) { return Variables{cholesky(s.square())}; }},
      Call{"slogdet",
           [](Source& s) {
             const auto y = slogdet(s.square());
             return Variables{y.sign, y.logabsdet};
           }},
      Call{"logdet", [](Source& s) { return Variables{logdet(s.square())}; }},
      Call{"conv2d",
           [](Source& s) {
             const Variable x = s.of_rank(4), w = s.of_rank(4);
             Conv2dOptions o;
             o.stride = s.two();
             o.padding = s.two();
             o.dilation = s.two();
             o.groups = s.integer();
             return Variables{conv2d(x, w, {}, o)};
           }},
      Call{"conv_transpose2d",
           [](Source& s) {
             const Variable x = s.of_rank(4), w = s.of_rank(4);
             Conv2dOptions o;
             o.stride = s.two();
             o.padding = s.two();
             o.dilation = s.two();
             o.groups = s.integer();
             return Variables{conv_transpose2d(x, w, {}, o, s.two())};
           }},
      Call{"conv2d_weight",
           [](Source& s) {
             const Variable x = s.of_rank(4), g = s.of_rank(4);
             Conv2dOptions o;
             o.stride = s.two();
             o.padding = s.two();
             o.dilation = s.two();
             o.groups = s.integer();
             return Variables{conv2d_weight(x, g, s.two(), o)};
           }},
      Call{"conv1d",
           [](Source& s) {
             const Variable x = s.of_rank(3), w = s.of_rank(3);
             Conv1dOptions o;
             o.stride = s.integer();
             o.padding = s.integer();
             o.dilation = s.integer();
             o.groups = s.integer();
             return Variables{conv1d(x, w, {}, o)};
           }},
      Call{"conv_transpose1d",
           [](Source& s) {
             const Variable x = s.of_rank(3), w = s.of_rank(3);
             Conv1dOptions o;
             o.stride = s.integer();
             o.padding = s.integer();
             o.dilation = s.integer();
             o.groups = s.integer();
             return Variables{conv_transpose1d(x, w, {}, o, s.integer())};
           }},
      Call{"conv1d_weight",
           [](Source& s) {
             const Variable x = s.of_rank(3), g = s.of_rank(3);
             Conv1dOptions o;
             o.stride = s.integer();
             o.padding = s.integer();
             o.dilation = s.integer();
             o.groups = s.integer();
             return Variables{conv1d_weight(x, g, s.integer(), o)};
           }},
      Call{"avg_pool2d",
           [](Source& s) {
             const Variable x = s.flag() ? s.of_rank(3) : s.variable();
             AvgPool2dOptions o;
             const auto kernel = s.two();
             if (s.flag()) o.stride = s.two();
             o.padding = s.two();
             o.ceil_mode = s.flag();
             o.count_include_pad = s.flag();
             return Variables{avg_pool2d(x, kernel, o)};
           }},
      Call{"adaptive_avg_pool2d", [](Source& s) { return Variables{adaptive_avg_pool2d(s.of_rank(3), s.two())}; }},
      Call{"max_pool2d",
           [](Source& s) {
             const Variable x = s.of_rank(3);
             MaxPool2dOptions o;
             const auto kernel = s.two();
             if (s.flag()) o.stride = s.two();
             o.padding = s.two();
             o.dilation = s.two();
             o.ceil_mode = s.flag();
             return Variables{max_pool2d(x, kernel, o)};
           }},
      Call{"max_pool2d_with_indices", [](Source& s) { return max_pool2d_with_indices(s.of_rank(3), s.two(), {}); }},
      Call{"max_unpool2d",
           [](Source& s) {
             const Variable y = s.of_rank(3), index = s.index(s.flag() ? y.shape() : s.small_shape());
             return Variables{max_unpool2d(y, index, s.two())};
           }},
      Call{"upsample_nearest",
           [](Source& s) {
             const Variable x = s.of_rank(3);
             return Variables{s.flag() ? upsample_nearest(x, s.two()) : upsample_nearest(x, s.real())};
           }},
      Call{"upsample_bilinear",
           [](Source& s) {
             const Variable x = s.of_rank(3);
             const bool corners = s.flag();
             return Variables{s.flag() ? upsample_bilinear(x, s.two(), corners)
                                       : upsample_bilinear(x, s.real(), corners)};
           }},
      Call{"reflection_pad2d",
           [](Source& s) {
             const Variable x = s.of_rank(3);
             const std::int64_t a = s.integer(), b = s.integer(), c = s.integer(), d = s.integer();
             return Variables{reflection_pad2d(x, {a, b, c, d})};
           }},
      Call{"replication_pad2d",
           [](Source& s) {
             const Variable x = s.of_rank(3);
             const std::int64_t a = s.integer(), b = s.integer(), c = s.integer(), d = s.integer();
             return Variables{replication_pad2d(x, {a, b, c, d})};
           }},
      Call{"uniform", [](Source& s) { return Variables{uniform(s.any_shape(), s.real(), s.real(), s.dtype())}; }},
      Call{"normal", [](Source& s) { return Variables{normal(s.any_shape(), s.real(), s.real(), s.dtype())}; }},
      Call{"bernoulli", [](Source& s) { return Variables{bernoulli(s.any_shape(), s.real(), s.dtype())}; }},
      Call{"permutation", [](Source& s) { return Variables{permutation(s.integer())}; }},
  };
  return calls;
}

#undef XGRAD_UNARY
#undef XGRAD_BINARY
#undef XGRAD_TWO
#undef XGRAD_REDUCTION
#undef XGRAD_AXIS

/// Reads every element, so that a memory checker sees those that are not there. False when sizes contradict.
inline bool is_sound(const Variable& y) {
  if (!y.defined()) return true;
  std::int64_t n = 1;
  for (const std::int64_t extent : y.shape()) {
    if (extent < 0 || __builtin_mul_overflow(n, extent, &n)) return false;
  }
  if (n != y.size()) return false;
  const auto* bytes = static_cast<const volatile std::uint8_t*>(y.array().raw());
  std::uint8_t sum = 0;
  for (std::size_t i = 0; i < y.array().nbytes(); ++i) sum = static_cast<std::uint8_t>(sum + bytes[i]);
  return true;
}

/// The call that the bytes name, and often its gradients. @throws std::logic_error on results that are not sound.
inline void call_op(std::span<const std::uint8_t> bytes) {
  Source source(bytes);
  const Call& call = op_calls()[static_cast<std::size_t>(source.byte()) % op_calls().size()];
  const bool backward = source.flag();
  memory::refuse_above(std::size_t{1} << 22);
  try {
    for (const Variable& y : call.f(source)) {
      if (!is_sound(y)) throw std::logic_error("[" + call.name + "] a result is not sound");
      if (backward && y.requires_grad()) sum(square(y)).backward();
    }
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
  }
  memory::refuse_above(0);
}

}  // namespace xgrad::fuzz
