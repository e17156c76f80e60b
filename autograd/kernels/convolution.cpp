// SPDX-License-Identifier: BSD-3-Clause
// Convolutions as matrix products over columns: a few samples at a time, so that the columns stay in cache.
#include <xgrad/autograd/kernels/convolution.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include <xgrad/autograd/kernels/columns.h>
#include <xgrad/autograd/kernels/depthwise.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/kernels/onednn.h>
#include <xgrad/autograd/kernels/product.h>
#include <xgrad/autograd/kernels/products.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::Columns;
using detail::ConvBlock;
using detail::ConvShape;
using detail::Gemm;
using detail::product_here;
namespace onednn = detail::onednn;
using xgrad::detail::parallel_for;

/// Elements of the column buffer: about 1 MiB of floats, half of a second-level cache.
constexpr std::int64_t column_elements = 1 << 18;
/// Columns that keep a matrix product at its full speed.
constexpr std::int64_t enough_columns = 192;
/// Columns are in cache when they are multiplied, so that BLAS's copies of them cost little: tiles took 4 % more.
constexpr detail::Way way = detail::Way::blas;

std::int64_t pieces(std::int64_t n, std::int64_t size) { return (n - 1) / size + 1; }

/// How a convolution is cut, by its extents alone. A group's product is (filters, depth) weights against (depth,
/// positions) columns.
struct Cut {
  explicit Cut(const ConvShape& s)
      : filters(s.filters / s.groups),
        channels(s.channels / s.groups),
        depth(channels * s.kernel[0] * s.kernel[1]),
        positions(s.out[0] * s.out[1]),
        // A 1x1 kernel's columns are the channels themselves.
        columns_are_input(depth == channels && s.stride == Pair{1, 1} && s.padding == Pair{0, 0}),
        rows(columns_are_input ? s.out[0]
                               : std::clamp<std::int64_t>(column_elements / (depth * s.out[1]), 1, s.out[0])),
        samples(columns_are_input
                    ? 1
                    : std::clamp(std::min(pieces(enough_columns, positions), column_elements / (depth * positions)),
                                 std::int64_t{1}, s.batch)),
        sample_runs(pieces(s.batch, samples)),
        row_runs(pieces(s.out[0], rows)) {}

  using Pair = std::array<std::int64_t, 2>;
  std::int64_t filters, channels, depth, positions;
  bool columns_are_input;
  std::int64_t rows, samples, sample_runs, row_runs;
};

/// A convolution in blocks: each a matrix product, its operands prepared in scratch memory.
template <class T>
class Blocked {
 public:
  explicit Blocked(const ConvShape& s) : s_(s), cut_(s), columns_(s) {}

  void forward(const T* x, const T* w, const T* bias, T* y) const {
    parallel_for(cut_.sample_runs * s_.groups * cut_.row_runs, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const ConvBlock b = block(i / cut_.row_runs / s_.groups, i / cut_.row_runs % s_.groups, i % cut_.row_runs);
        const Scratch scratch(column_size(b), copied(b), columns_.gather_planes(b));
        const T* right = columns_of(x, b, scratch);
        T* result = b.samples == 1 ? planes_of(y, b) : scratch.outputs;
        product_here(way,
                     Gemm{cut_.filters, columns_.width(b), cut_.depth, false, false, cut_.depth, columns_.width(b),
                          stored_row(b), 0.0},
                     weights(w, b), right, result);
        if (b.samples > 1) {
          each_plane(b, y, [&](T* plane, std::int64_t at) { copy(scratch.outputs + at, plane); });
        }
        for (std::int64_t n = 0; bias != nullptr && n < b.samples; ++n) {
          for (std::int64_t o = 0; o < cut_.filters; ++o) {
            T* rows = planes_of(y, b) + (n * s_.filters + o) * cut_.positions;
            detail::add_bias(bias, b.group * cut_.filters + o, 1, b.rows * s_.out[1], rows);
          }
        }
      }
    });
  }

  void input_adjoint(const T* y, const T* w, const T* bias, T* x) const {
    parallel_for(cut_.sample_runs * s_.groups, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        ConvBlock b = block(i / s_.groups, i % s_.groups, 0);
        const Scratch scratch(column_size(b), copied(b), cut_.columns_are_input ? 0 : columns_.scatter_planes(b));
        for (std::int64_t run = 0; run < cut_.row_runs; ++run) {
          b = block(i / s_.groups, i % s_.groups, run);
          T* result = cut_.columns_are_input ? x + input_offset(b) : scratch.columns;
          product_here(way,
                       Gemm{cut_.depth, columns_.width(b), cut_.filters, true, false, cut_.depth, stored_row(b),
                            columns_.width(b), 0.0},
                       weights(w, b), outputs_of(y, b, scratch), result);
          if (!cut_.columns_are_input) columns_.scatter_add(scratch.columns, b, scratch.planes, x);
        }
        for (std::int64_t n = b.first; n < b.first + b.samples; ++n) {
          const std::int64_t first = b.group * cut_.channels, plane = s_.in[0] * s_.in[1];
          detail::add_bias(bias, first, cut_.channels, plane, x + (n * s_.channels + first) * plane);
        }
      }
    });
  }

  void weight_adjoint(const T* x, const T* y, T* w) const {
    // Parts own channels of the weight, or sum over samples on their own; the sums are added up in order at the end.
    const std::int64_t size = s_.filters * cut_.depth;
    const std::int64_t sums = std::clamp<std::int64_t>(partial_elements / size, 1, std::min(parts, cut_.sample_runs));
    const std::int64_t runs = pieces(cut_.sample_runs, sums);
    const std::int64_t share = pieces(cut_.channels, pieces(parts, sums * s_.groups));
    const std::int64_t shares = pieces(cut_.channels, share);
    Array partial(Shape{sums - 1, size}, dtype_of<T>);
    T* partial_sums = partial.mutable_data<T>();
    parallel_for(sums * s_.groups * shares, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t sum = i / shares / s_.groups, group = i / shares % s_.groups;
        const std::int64_t channel = i % shares * share;
        T* result = (sum == 0 ? w : partial_sums + (sum - 1) * size) + group * cut_.filters * cut_.depth +
                    channel * columns_.taps();
        sum_products(x, y, sum * runs, std::min(cut_.sample_runs, (sum + 1) * runs), group, channel,
                     std::min(share, cut_.channels - channel), result);
      }
    });
    parallel_for(size, 16384, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = 0; k < sums - 1; ++k) {
        for (std::int64_t i = begin; i < end; ++i) w[i] += partial_sums[k * size + i];
      }
    });
  }

 private:
  /// Parts of a weight's gradient: enough for as many threads; and what their sums may take.
  static constexpr std::int64_t parts = 8, partial_elements = 1 << 20;

  /// Memory of one block, from the pool.
  struct Scratch {
    Scratch(std::int64_t column_size, std::int64_t output_size, std::int64_t plane_size)
        : memory(Shape{column_size + output_size + plane_size}, dtype_of<T>),
          columns(memory.mutable_data<T>()),
          outputs(columns + column_size),
          planes(outputs + output_size) {}
    Array memory;
    T *columns, *outputs, *planes;
  };

  ConvBlock block(std::int64_t sample_run, std::int64_t group, std::int64_t row_run) const noexcept {
    const std::int64_t first = sample_run * cut_.samples, row = row_run * cut_.rows;
    return {first, std::min(cut_.samples, s_.batch - first), group, 0, cut_.channels,
            row,   std::min(cut_.rows, s_.out[0] - row)};
  }

  /// The sum over a run of blocks: (filters, rows of the channels) of y's planes by the columns.
  void sum_products(const T* x, const T* y, std::int64_t first, std::int64_t last, std::int64_t group,
                    std::int64_t channel, std::int64_t channels, T* result) const {
    ConvBlock b = block(first, group, 0);
    b.channel = channel;
    b.channels = channels;
    if (first >= last) {
      for (std::int64_t o = 0; o < cut_.filters; ++o) {
        std::fill_n(result + o * cut_.depth, channels * columns_.taps(), T(0));
      }
      return;
    }
    const Scratch scratch(column_size(b), copied(b), columns_.gather_planes(b));
    double beta = 0;
    for (std::int64_t run = first; run < last; ++run) {
      for (std::int64_t row_run = 0; row_run < cut_.row_runs; ++row_run, beta = 1) {
        b = block(run, group, row_run);
        b.channel = channel;
        b.channels = channels;
        product_here(way,
                     Gemm{cut_.filters, channels * columns_.taps(), columns_.width(b), false, true, stored_row(b),
                          columns_.width(b), cut_.depth, beta},
                     outputs_of(y, b, scratch), columns_of(x, b, scratch), result);
      }
    }
  }

  std::int64_t column_size(const ConvBlock& b) const noexcept {
    return cut_.columns_are_input ? 0 : b.channels * columns_.taps() * columns_.width(b);
  }
  const T* weights(const T* w, const ConvBlock& b) const noexcept { return w + b.group * cut_.filters * cut_.depth; }

  std::int64_t input_offset(const ConvBlock& b) const noexcept {
    return ((b.first * s_.groups + b.group) * cut_.channels + b.channel) * cut_.positions;
  }
  const T* columns_of(const T* x, const ConvBlock& b, const Scratch& scratch) const {
    if (cut_.columns_are_input) return x + input_offset(b);
    columns_.gather(x, b, scratch.planes, scratch.columns);
    return scratch.columns;
  }

  // A block of y is a matrix (filters, samples x positions): for one sample y itself, else a copy.
  std::int64_t copied(const ConvBlock& b) const noexcept {
    return b.samples > 1 ? cut_.filters * columns_.width(b) : 0;
  }
  std::int64_t stored_row(const ConvBlock& b) const noexcept {
    return b.samples > 1 ? columns_.width(b) : cut_.positions;
  }
  template <class Y>
  Y* planes_of(Y* y, const ConvBlock& b) const noexcept {
    return y + (b.first * s_.filters + b.group * cut_.filters) * cut_.positions + b.row * s_.out[1];
  }
  void copy(const T* from, T* to) const { std::memcpy(to, from, static_cast<std::size_t>(cut_.positions) * sizeof(T)); }
  /// f(plane, its place in the matrix).
  template <class Y, class F>
  void each_plane(const ConvBlock& b, Y* y, const F& f) const {
    Y* planes = planes_of(y, b);
    for (std::int64_t o = 0; o < cut_.filters; ++o) {
      for (std::int64_t n = 0; n < b.samples; ++n) {
        f(planes + (n * s_.filters + o) * cut_.positions, (o * b.samples + n) * cut_.positions);
      }
    }
  }
  const T* outputs_of(const T* y, const ConvBlock& b, const Scratch& scratch) const {
    if (b.samples == 1) return planes_of(y, b);
    each_plane(b, y, [&](const T* plane, std::int64_t at) { copy(plane, scratch.outputs + at); });
    return scratch.outputs;
  }

  const ConvShape& s_;
  Cut cut_;
  Columns<T> columns_;
};

/// f(T()) for the C++ type of a floating dtype.
template <class F>
void with_type(DType dtype, const F& f) {
  if (dtype == DType::float32) return f(float());
  f(double());
}

std::atomic<ConvBackend>& backend() noexcept {
  static std::atomic<ConvBackend> chosen = [] {
    const char* name = std::getenv("XGRAD_CONV");
    if (name != nullptr && std::strcmp(name, "gemm") == 0) return ConvBackend::gemm;
    if (name != nullptr && std::strcmp(name, "onednn") == 0) return ConvBackend::onednn;
    return ConvBackend::automatic;
  }();
  return chosen;
}

/// True when oneDNN is to be asked: not where few channels leave its blocks of 16 half empty, nor where its changes of
/// layout weigh more than the products: 1x1 kernels, small planes, small convolutions.
bool prefers_onednn(const ConvShape& s) noexcept {
  if (backend() == ConvBackend::gemm) return false;
  if (backend() == ConvBackend::onednn) return true;
  constexpr std::int64_t block = 16, worth_it = 1'000'000;  // multiply-adds: 20 us
  const Cut cut(s);
  const bool fits =
      s.depthwise() ? s.channels >= block : cut.channels >= block && cut.filters >= block && !cut.columns_are_input;
  return fits && cut.positions >= block && s.batch * s.filters * cut.depth * cut.positions >= worth_it;
}

/// What is left of a convolution without terms: the bias, or zeros.
template <class T>
void fill_planes(std::int64_t batch, std::int64_t channels, const std::array<std::int64_t, 2>& extents, const T* bias,
                 T* y) {
  const std::int64_t plane = extents[0] * extents[1];
  std::fill_n(y, batch * channels * plane, T(0));
  for (std::int64_t n = 0; n < batch; ++n) detail::add_bias(bias, 0, channels, plane, y + n * channels * plane);
}

/// Whose adjoint a convolution's product gives.
enum class Wanted : std::uint8_t { outputs, inputs, weights };

void tell_product(const ConvShape& s, Wanted wanted, const Array& x, const Array& w, const Array& y) {
  const Cut cut(s);
  const std::int64_t columns = s.batch * cut.positions;
  Product p{.m = cut.filters, .n = columns, .k = cut.depth, .a = w.raw(), .b = x.raw(), .c = y.raw()};
  if (wanted == Wanted::inputs) {
    p = {.m = cut.depth, .n = columns, .k = cut.filters, .transpose_a = true, .a = w.raw(), .b = y.raw(), .c = x.raw()};
  } else if (wanted == Wanted::weights) {
    p = {.m = cut.filters, .n = cut.depth, .k = columns, .transpose_b = true, .a = y.raw(), .b = x.raw(), .c = w.raw()};
  }
  p.count = s.groups;
  p.dtype = w.dtype();
  tell(p);
}

ConvShape resolve(const ConvGeometry& g, const Shape& x, const Shape& w, const Shape& y) {
  return {x[0], x[1], w[0], g.groups, {x[2], x[3]}, {w[2], w[3]}, {y[2], y[3]}, g.stride, g.padding, g.dilation};
}

}  // namespace

ConvBackend conv_backend() noexcept { return backend(); }
void select(ConvBackend wanted) noexcept { backend() = wanted; }
bool onednn_available() noexcept { return onednn::available(); }

void conv2d(const ConvGeometry& g, const Array& x, const Array& w, const Array& bias, Array& y) {
  const ConvShape s = resolve(g, x.shape(), w.shape(), y.shape());
  if (y.size() == 0) return;
  with_type(y.dtype(), [&]<class T>(T) {
    const T* b = bias.defined() ? bias.data<T>() : nullptr;
    T* result = y.mutable_data<T>();
    if (w.size() == 0) return fill_planes(s.batch, s.filters, s.out, b, result);
    if (product_observer != nullptr) tell_product(s, Wanted::outputs, x, w, y);
    if constexpr (std::is_same_v<T, float>) {
      if (prefers_onednn(s) && onednn::forward(s, x.data<T>(), w.data<T>(), b, result)) return;
    }
    if (s.depthwise()) return detail::depthwise_forward<T>(s, x.data<T>(), w.data<T>(), b, result);
    Blocked<T>(s).forward(x.data<T>(), w.data<T>(), b, result);
  });
}

void conv2d_input(const ConvGeometry& g, const Array& y, const Array& w, const Array& bias, Array& x) {
  const ConvShape s = resolve(g, x.shape(), w.shape(), y.shape());
  if (x.size() == 0) return;
  with_type(x.dtype(), [&]<class T>(T) {
    const T* b = bias.defined() ? bias.data<T>() : nullptr;
    T* result = x.mutable_data<T>();
    if (y.size() == 0 || w.size() == 0) return fill_planes(s.batch, s.channels, s.in, b, result);
    if (product_observer != nullptr) tell_product(s, Wanted::inputs, x, w, y);
    if constexpr (std::is_same_v<T, float>) {
      if (prefers_onednn(s) && onednn::input_adjoint(s, y.data<T>(), w.data<T>(), b, result)) return;
    }
    if (s.depthwise()) return detail::depthwise_input<T>(s, y.data<T>(), w.data<T>(), b, result);
    Blocked<T>(s).input_adjoint(y.data<T>(), w.data<T>(), b, result);
  });
}

void conv2d_weight(const ConvGeometry& g, const Array& x, const Array& y, Array& w) {
  const ConvShape s = resolve(g, x.shape(), w.shape(), y.shape());
  if (w.size() == 0) return;
  if (y.size() == 0 || x.size() == 0) return fill(w, 0.0);
  if (product_observer != nullptr) tell_product(s, Wanted::weights, x, w, y);
  with_type(w.dtype(), [&]<class T>(T) {
    if constexpr (std::is_same_v<T, float>) {
      if (prefers_onednn(s) && onednn::weight_adjoint(s, x.data<T>(), y.data<T>(), w.mutable_data<T>())) return;
    }
    if (s.depthwise()) return detail::depthwise_weight<T>(s, x.data<T>(), y.data<T>(), w.mutable_data<T>());
    Blocked<T>(s).weight_adjoint(x.data<T>(), y.data<T>(), w.mutable_data<T>());
  });
}

}  // namespace xgrad::kernels
