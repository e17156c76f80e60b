// SPDX-License-Identifier: BSD-3-Clause
// Convolutions as matrix products over columns: a few samples at a time, so that the columns stay in cache.
#include <xgrad/autograd/kernels/convolution.h>

#include <algorithm>
#include <cstring>

#include <xgrad/autograd/kernels/depthwise.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/kernels/product.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using detail::ConvShape;
using detail::Gemm;
using detail::product_here;
using xgrad::detail::parallel_for;

/// Elements of the column buffer: about 1 MiB of floats, half of a second-level cache.
constexpr std::int64_t column_elements = 1 << 18;

/// A run of samples, of one group, and the channels of that group that are looked at.
struct Block {
  std::int64_t first, samples, group, channel, channels;
};

template <class T>
class Columns {
 public:
  Columns(const ConvShape& s) : s_(s), positions_(s.out[0] * s.out[1]), taps_(s.kernel[0] * s.kernel[1]) {}

  std::int64_t positions() const noexcept { return positions_; }
  std::int64_t taps() const noexcept { return taps_; }
  /// Samples whose columns fit the buffer.
  std::int64_t samples_a_block(std::int64_t channels) const noexcept {
    return std::clamp<std::int64_t>(column_elements / std::max<std::int64_t>(1, channels * taps_ * positions_), 1,
                                    s_.batch);
  }
  /// Each tap of a 1x1 kernel is a plane of the input itself.
  bool are_the_input() const noexcept { return taps_ == 1 && s_.stride == Pair{1, 1} && s_.padding == Pair{0, 0}; }

  /// columns[(c, kh, kw)][(n, oh, ow)] = x[n, c, ..], 0 outside the image.
  void gather(const T* x, const Block& b, T* columns) const {
    each_row(b, [&](std::int64_t n, std::int64_t c, const Run& run, std::int64_t row, std::int64_t at) {
      T* to = columns + row * b.samples * positions_ + at;
      if (run.first >= run.last) return void(std::fill_n(to, s_.out[1], T(0)));
      const T* from = plane(x, n, c) + run.input_row * s_.in[1] + run.input_column;
      std::fill(to, to + run.first, T(0));
      if (s_.stride[1] == 1) {
        std::memcpy(to + run.first, from + run.first, static_cast<std::size_t>(run.last - run.first) * sizeof(T));
      } else {
        for (std::int64_t i = run.first; i < run.last; ++i) to[i] = from[i * s_.stride[1]];
      }
      std::fill(to + run.last, to + s_.out[1], T(0));
    });
  }

  /// The adjoint: adds the columns to the pixels they came from.
  void scatter_add(const T* columns, const Block& b, T* x) const {
    each_row(b, [&](std::int64_t n, std::int64_t c, const Run& run, std::int64_t row, std::int64_t at) {
      if (run.first >= run.last) return;
      const T* from = columns + row * b.samples * positions_ + at;
      T* to = const_cast<T*>(plane(x, n, c)) + run.input_row * s_.in[1] + run.input_column;
      for (std::int64_t i = run.first; i < run.last; ++i) to[i * s_.stride[1]] += from[i];
    });
  }

 private:
  using Pair = std::array<std::int64_t, 2>;

  /// One kernel tap on one output row: outputs [first, last) read input_row at input_column + stride i.
  struct Run {
    std::int64_t first, last, input_row, input_column;
  };

  const T* plane(const T* x, std::int64_t n, std::int64_t c) const noexcept {
    return x + (n * s_.channels + c) * s_.in[0] * s_.in[1];
  }

  template <class F>
  void each_row(const Block& b, const F& f) const {
    for (std::int64_t c = 0; c < b.channels; ++c) {
      const std::int64_t channel = b.group * (s_.channels / s_.groups) + b.channel + c;
      for (std::int64_t t = 0; t < taps_; ++t) {
        const std::int64_t down = t / s_.kernel[1] * s_.dilation[0] - s_.padding[0];
        const std::int64_t right = t % s_.kernel[1] * s_.dilation[1] - s_.padding[1];
        const auto [first, last] = s_.inside(1, right);
        for (std::int64_t n = 0; n < b.samples; ++n) {
          for (std::int64_t oh = 0; oh < s_.out[0]; ++oh) {
            const std::int64_t ih = oh * s_.stride[0] + down;
            const bool inside = ih >= 0 && ih < s_.in[0];
            f(b.first + n, channel, Run{inside ? first : 0, inside ? last : 0, ih, right}, c * taps_ + t,
              n * positions_ + oh * s_.out[1]);
          }
        }
      }
    }
  }

  const ConvShape& s_;
  std::int64_t positions_, taps_;
};

/// One array's planes of a block as a matrix (channels, samples * positions): itself for one sample, else a copy.
template <class T>
struct OutputBlock {
  OutputBlock(const ConvShape& s, std::int64_t positions) : s(s), positions(positions) {}

  T* plane(T* y, const Block& b, std::int64_t n, std::int64_t o) const noexcept {
    return y + ((b.first + n) * s.filters + b.group * (s.filters / s.groups) + o) * positions;
  }
  template <class F>
  void each_plane(const Block& b, const F& f) const {
    for (std::int64_t o = 0; o < s.filters / s.groups; ++o) {
      for (std::int64_t n = 0; n < b.samples; ++n) f(n, o, (o * b.samples + n) * positions);
    }
  }
  const T* load(const T* y, const Block& b, T* buffer) const {
    T* source = const_cast<T*>(y);
    if (b.samples == 1) return plane(source, b, 0, 0);
    each_plane(b, [&](std::int64_t n, std::int64_t o, std::int64_t at) {
      std::memcpy(buffer + at, plane(source, b, n, o), static_cast<std::size_t>(positions) * sizeof(T));
    });
    return buffer;
  }
  void store(const T* buffer, const Block& b, T* y) const {
    each_plane(b, [&](std::int64_t n, std::int64_t o, std::int64_t at) {
      std::memcpy(plane(y, b, n, o), buffer + at, static_cast<std::size_t>(positions) * sizeof(T));
    });
  }

  const ConvShape& s;
  std::int64_t positions;
};

/// Scratch memory of one chunk, from the pool.
template <class T>
struct Scratch {
  Scratch(std::int64_t columns, std::int64_t outputs)
      : memory(Shape{columns + outputs}, dtype_of<T>),
        columns(memory.mutable_data<T>()),
        outputs(this->columns + columns) {}
  Array memory;
  T* columns;
  T* outputs;
};

/// Calls f(block) for every run of samples and every group, in parallel.
template <class F>
void each_block(const ConvShape& s, std::int64_t samples, const F& f) {
  const std::int64_t runs = (s.batch + samples - 1) / samples;
  parallel_for(runs * s.groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i / s.groups * samples;
      f(Block{first, std::min(samples, s.batch - first), i % s.groups, 0, s.channels / s.groups});
    }
  });
}

/// The extents of a group's products: (filters, depth) weights against (depth, positions) columns.
template <class T>
struct Lowering {
  explicit Lowering(const ConvShape& s)
      : columns(s),
        output(s, columns.positions()),
        filters(s.filters / s.groups),
        channels(s.channels / s.groups),
        depth(channels * columns.taps()),
        samples(columns.are_the_input() ? 1 : columns.samples_a_block(channels)) {}

  std::int64_t width(const Block& b) const noexcept { return b.samples * columns.positions(); }
  Scratch<T> scratch(const Block& b) const { return {depth * width(b), filters * width(b)}; }
  const T* weights(const T* w, const Block& b) const noexcept { return w + b.group * filters * depth; }
  /// Where the input itself serves as the columns of a one-sample block.
  std::int64_t input_offset(const Block& b) const noexcept {
    return (b.first * output.s.groups + b.group) * channels * width(b);
  }

  Columns<T> columns;
  OutputBlock<T> output;
  std::int64_t filters, channels, depth, samples;
};

template <class T>
void forward(const ConvShape& s, const T* x, const T* w, T* y) {
  const Lowering<T> l(s);
  each_block(s, l.samples, [&](const Block& b) {
    const Scratch<T> scratch = l.scratch(b);
    const T* right = x + l.input_offset(b);
    if (!l.columns.are_the_input()) {
      l.columns.gather(x, b, scratch.columns);
      right = scratch.columns;
    }
    T* result = b.samples == 1 ? l.output.plane(y, b, 0, 0) : scratch.outputs;
    product_here(Gemm{l.filters, l.width(b), l.depth, false, false, l.depth, l.width(b), l.width(b), 0.0},
                 l.weights(w, b), right, result);
    if (b.samples > 1) l.output.store(scratch.outputs, b, y);
  });
}

/// x holds zeros.
template <class T>
void input_adjoint(const ConvShape& s, const T* y, const T* w, T* x) {
  const Lowering<T> l(s);
  each_block(s, l.samples, [&](const Block& b) {
    const Scratch<T> scratch = l.scratch(b);
    T* result = l.columns.are_the_input() ? x + l.input_offset(b) : scratch.columns;
    product_here(Gemm{l.depth, l.width(b), l.filters, true, false, l.depth, l.width(b), l.width(b), 0.0},
                 l.weights(w, b), l.output.load(y, b, scratch.outputs), result);
    if (!l.columns.are_the_input()) l.columns.scatter_add(scratch.columns, b, x);
  });
}

template <class T>
void weight_adjoint(const ConvShape& s, const T* x, const T* y, T* w) {
  const Lowering<T> l(s);
  // Chunks own disjoint columns of the weight, so that nothing is summed across threads.
  const std::int64_t share = (l.channels + 1) / 2;
  const std::int64_t shares = (l.channels + share - 1) / share;
  const std::int64_t samples = l.columns.samples_a_block(l.channels);
  parallel_for(s.groups * shares, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Block b{0, samples, i / shares, i % shares * share, 0};
      b.channels = std::min(share, l.channels - b.channel);
      const std::int64_t rows = b.channels * l.columns.taps();
      const Scratch<T> scratch(rows * l.width(b), l.filters * l.width(b));
      for (; b.first < s.batch; b.first += samples) {
        b.samples = std::min(samples, s.batch - b.first);
        l.columns.gather(x, b, scratch.columns);
        product_here(
            Gemm{l.filters, rows, l.width(b), false, true, l.width(b), l.width(b), l.depth, b.first == 0 ? 0.0 : 1.0},
            l.output.load(y, b, scratch.outputs), scratch.columns,
            w + b.group * l.filters * l.depth + b.channel * l.columns.taps());
      }
    }
  });
}

/// f(T()) for the C++ type of a floating dtype.
template <class F>
void with_type(DType dtype, const F& f) {
  if (dtype == DType::float32) return f(float());
  f(double());
}

ConvShape resolve(const ConvGeometry& g, const Shape& x, const Shape& w, const Shape& y) {
  return {x[0], x[1], w[0], g.groups, {x[2], x[3]}, {w[2], w[3]}, {y[2], y[3]}, g.stride, g.padding, g.dilation};
}

}  // namespace

void conv2d(const ConvGeometry& g, const Array& x, const Array& w, Array& y) {
  const ConvShape s = resolve(g, x.shape(), w.shape(), y.shape());
  if (y.size() == 0) return;
  if (w.size() == 0) return fill(y, 0.0);
  with_type(y.dtype(), [&]<class T>(T) {
    const auto f = s.depthwise() ? detail::depthwise_forward<T> : forward<T>;
    f(s, x.data<T>(), w.data<T>(), y.mutable_data<T>());
  });
}

void conv2d_input(const ConvGeometry& g, const Array& y, const Array& w, Array& x) {
  const ConvShape s = resolve(g, x.shape(), w.shape(), y.shape());
  fill(x, 0.0);
  if (y.size() == 0 || w.size() == 0) return;
  with_type(x.dtype(), [&]<class T>(T) {
    const auto f = s.depthwise() ? detail::depthwise_input<T> : input_adjoint<T>;
    f(s, y.data<T>(), w.data<T>(), x.mutable_data<T>());
  });
}

void conv2d_weight(const ConvGeometry& g, const Array& x, const Array& y, Array& w) {
  const ConvShape s = resolve(g, x.shape(), w.shape(), y.shape());
  if (w.size() == 0) return;
  if (y.size() == 0 || x.size() == 0) return fill(w, 0.0);
  with_type(w.dtype(), [&]<class T>(T) {
    const auto f = s.depthwise() ? detail::depthwise_weight<T> : weight_adjoint<T>;
    f(s, x.data<T>(), y.data<T>(), w.mutable_data<T>());
  });
}

}  // namespace xgrad::kernels
