// SPDX-License-Identifier: BSD-3-Clause
// The convolution family and its rules: with B(x, w) = conv2d, <B(x, w), y> is linear in each of its three arguments,
// and every derivative of every order is one of its three adjoints. Lines are images of height 1, which costs no copy.
#include <xgrad/autograd/ops/convolution.h>

#include <xgrad/autograd/kernels/convolution.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/autograd/ops/shape.h>
#include <xgrad/autograd/ops/window.h>

namespace xgrad {

namespace {

using kernels::ConvGeometry;

/// The geometry, and the extents of what an adjoint gives back (conv2d itself infers them).
struct ConvAttrs {
  ConvGeometry geometry;
  std::array<std::int64_t, 2> extents{};  ///< (H, W) of the input, or (KH, KW) of the kernel
  bool lines = false;                     ///< the user gave lines, and errors speak of them

  ConvAttrs with(std::array<std::int64_t, 2> e) const { return {geometry, e, lines}; }
};

/// The words of an error, for images or lines.
struct Words {
  const char* name;
  bool lines;

  std::string at_start() const { return "[" + std::string(name) + "] "; }
  std::string show(const Shape& s) const { return to_string(lines ? Shape{s[0], s[1], s[3]} : s); }
};

Variable convolve(const Variable& x, const Variable& w, const ConvAttrs& attrs, const Variable& bias = {});
Variable input_adjoint(const Variable& y, const Variable& w, const ConvAttrs& attrs, const Variable& bias = {});
Variable weight_adjoint(const Variable& x, const Variable& y, const ConvAttrs& attrs);

std::array<std::int64_t, 2> spatial(const Shape& s) { return {s[2], s[3]}; }

std::int64_t output_extent(const ConvGeometry& g, std::size_t axis, std::int64_t input, std::int64_t kernel) {
  const detail::Wide span =
      input + detail::Wide{2} * g.padding[axis] - detail::Wide{g.dilation[axis]} * (kernel - 1) - 1;
  return span < 0 ? 0 : detail::narrow("convolution", span / g.stride[axis] + 1);
}

void check_axes(const Words& words, const Shape& a, const Shape& b) {
  const std::size_t rank = words.lines ? 3 : 4;
  if (a.rank() == rank && b.rank() == rank) return;
  throw ShapeError(words.at_start() +
                   (words.lines ? "takes (N, C, L) and (O, C / groups, K) of three"
                                : "takes (N, C, H, W) and (O, C / groups, KH, KW) of four") +
                   " axes each, got " + to_string(a) + " and " + to_string(b));
}

[[noreturn]] void throw_misfit(const Words& words, const Shape& a, const Shape& b, const ConvGeometry& g) {
  throw ShapeError(words.at_start() + words.show(a) + " does not fit " + words.show(b) + " in " +
                   std::to_string(g.groups) + (g.groups == 1 ? " group" : " groups"));
}

/// The bias, undefined when there is none.
Array bias_of(Operands in) { return in.size() == 3 ? in[2] : Array(); }

void check_bias(const Words& words, Operands in, std::int64_t channels) {
  if (in.size() < 3) return;
  detail::check_same_dtype(words.name, in[0], in[2]);
  if (in[2].shape() != Shape{channels}) {
    throw ShapeError(words.at_start() + "bias " + to_string(in[2].shape()) + " does not fit " +
                     std::to_string(channels) + " output channels");
  }
}

/// What all three take, images or lines that have become images.
void check_operands(const Words& words, Operands in) {
  detail::check_floating(words.name, in[0]);
  detail::check_same_dtype(words.name, in[0], in[1]);
  if (!words.lines) check_axes(words, in[0].shape(), in[1].shape());
}

Spec infer_conv(const char* name, const ConvAttrs& a, Operands in) {
  const Words words{a.lines ? "conv1d" : name, a.lines};
  const Shape& x = in[0].shape();
  const Shape& w = in[1].shape();
  const ConvGeometry& g = a.geometry;
  check_operands(words, in);
  if (x[1] != detail::Wide{w[1]} * g.groups || w[0] % g.groups != 0) throw_misfit(words, x, w, g);
  check_bias(words, in, w[0]);
  const std::int64_t oh = output_extent(g, 0, x[2], w[2]);
  const std::int64_t ow = output_extent(g, 1, x[3], w[3]);
  if (oh < 1 || ow < 1) {
    throw ShapeError(words.at_start() + "the kernel " + words.show(w) + " is larger than the padded input " +
                     words.show(x));
  }
  return {Shape{x[0], w[0], oh, ow}, in[0].dtype()};
}

Spec infer_input(const char* name, const ConvAttrs& a, Operands in) {
  const Words words{a.lines ? "conv_transpose1d" : name, a.lines};
  const Shape& y = in[0].shape();
  const Shape& w = in[1].shape();
  const ConvGeometry& g = a.geometry;
  check_operands(words, in);
  if (y[1] != w[0] || w[0] % g.groups != 0) throw_misfit(words, y, w, g);
  const std::int64_t channels = detail::narrow(words.name, detail::Wide{w[1]} * g.groups);
  check_bias(words, in, channels);
  for (std::size_t i = 0; i < 2; ++i) {
    if (a.extents[i] < 1 || output_extent(g, i, a.extents[i], w[i + 2]) != y[i + 2]) throw_misfit(words, y, w, g);
  }
  return {Shape{y[0], channels, a.extents[0], a.extents[1]}, in[0].dtype()};
}

Spec infer_weight(const char* name, const ConvAttrs& a, Operands in) {
  const Words words{a.lines ? "conv1d_weight" : name, a.lines};
  const Shape& x = in[0].shape();
  const Shape& y = in[1].shape();
  const ConvGeometry& g = a.geometry;
  check_operands(words, in);
  if (x[0] != y[0] || x[1] % g.groups != 0 || y[1] % g.groups != 0) throw_misfit(words, x, y, g);
  for (std::size_t i = 0; i < 2; ++i) {
    if (a.extents[i] < 1 || output_extent(g, i, x[i + 2], a.extents[i]) != y[i + 2]) throw_misfit(words, x, y, g);
  }
  return {Shape{y[1], x[1] / g.groups, a.extents[0], a.extents[1]}, in[0].dtype()};
}

Variable convolve(const Variable& x, const Variable& w, const ConvAttrs& attrs, const Variable& bias) {
  static constexpr OpDef<ConvAttrs> op{
      .name = "conv2d",
      .infer = infer_conv,
      .run = [](const ConvAttrs& a, Operands in,
                Array& out) { kernels::conv2d(a.geometry, in[0], in[1], bias_of(in), out); },
      .uses = {uses::input(1), uses::input(0), uses::nothing},
      .rule =
          [](const Op<ConvAttrs>& op, const Variable& g, std::size_t i) {
            if (i == 2) return sum(g, {0, 2, 3});
            const ConvAttrs back = op.attrs().with(spatial(op.input_shape(i)));
            return i == 0 ? input_adjoint(g, op.input(1), back) : weight_adjoint(op.input(0), g, back);
          }};
  return bias.defined() ? apply(op, attrs, x, w, bias) : apply(op, attrs, x, w);
}

Variable input_adjoint(const Variable& y, const Variable& w, const ConvAttrs& attrs, const Variable& bias) {
  static constexpr OpDef<ConvAttrs> op{
      .name = "conv_transpose2d",
      .infer = infer_input,
      .run = [](const ConvAttrs& a, Operands in,
                Array& out) { kernels::conv2d_input(a.geometry, in[0], in[1], bias_of(in), out); },
      .uses = {uses::input(1), uses::input(0), uses::nothing},
      .rule =
          [](const Op<ConvAttrs>& op, const Variable& g, std::size_t i) {
            if (i == 2) return sum(g, {0, 2, 3});
            const ConvAttrs back = op.attrs().with(spatial(op.input_shape(i)));
            return i == 0 ? convolve(g, op.input(1), back) : weight_adjoint(g, op.input(0), back);
          }};
  return bias.defined() ? apply(op, attrs, y, w, bias) : apply(op, attrs, y, w);
}

Variable weight_adjoint(const Variable& x, const Variable& y, const ConvAttrs& attrs) {
  static constexpr OpDef<ConvAttrs> op{
      .name = "conv2d_weight",
      .infer = infer_weight,
      .run = [](const ConvAttrs& a, Operands in, Array& out) { kernels::conv2d_weight(a.geometry, in[0], in[1], out); },
      .uses = {uses::input(1), uses::input(0)},
      .rule =
          [](const Op<ConvAttrs>& op, const Variable& g, std::size_t i) {
            const ConvAttrs back = op.attrs().with(spatial(op.input_shape(i)));
            return i == 0 ? input_adjoint(op.input(1), g, back) : convolve(op.input(0), g, back);
          }};
  return apply(op, attrs, x, y);
}

ConvAttrs attributes(const Words& words, const Conv2dOptions& o) {
  for (std::size_t i = 0; i < 2; ++i) {
    if (o.stride[i] < 1 || o.dilation[i] < 1 || o.padding[i] < 0) {
      throw ValueError(words.at_start() + "stride and dilation must be at least 1 and padding at least 0, got " +
                       std::to_string(o.stride[i]) + ", " + std::to_string(o.dilation[i]) + " and " +
                       std::to_string(o.padding[i]));
    }
  }
  detail::check_steps(words.name, {o.stride[0], o.stride[1], o.padding[0], o.padding[1], o.dilation[0], o.dilation[1]});
  if (o.groups < 1) {
    throw ValueError(words.at_start() + "groups must be at least 1, got " + std::to_string(o.groups));
  }
  return {.geometry = {o.stride.array(), o.padding.array(), o.dilation.array(), o.groups}, .lines = words.lines};
}

/// Of images.
Variable transposed(const Words& words, const Variable& x, const Variable& weight, const Variable& bias,
                    const Conv2dOptions& options, Extents2d output_padding) {
  ConvAttrs attrs = attributes(words, options);
  for (std::size_t i = 0; i < 2; ++i) {
    if (output_padding[i] < 0 || output_padding[i] >= options.stride[i]) {
      throw ValueError(words.at_start() + "the output padding " + std::to_string(output_padding[i]) +
                       " must be at least 0 and smaller than the stride");
    }
    attrs.extents[i] = detail::narrow(
        words.name, detail::Wide{x.shape()[i + 2] - 1} * options.stride[i] - detail::Wide{2} * options.padding[i] +
                        detail::Wide{options.dilation[i]} * (weight.shape()[i + 2] - 1) + output_padding[i] + 1);
  }
  return input_adjoint(x, weight, attrs, bias);
}

Conv2dOptions of_images(const Conv1dOptions& o) {
  return {.stride = {1, o.stride}, .padding = {0, o.padding}, .dilation = {1, o.dilation}, .groups = o.groups};
}

Variable as_images(const Variable& lines) { return unsqueeze(lines, 2); }
Variable as_lines(const Variable& images) { return squeeze(images, {2}); }

}  // namespace

Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias, const Conv2dOptions& options) {
  return convolve(x, weight, attributes({"conv2d", false}, options), bias);
}

Variable conv_transpose2d(const Variable& x, const Variable& weight, const Variable& bias, const Conv2dOptions& options,
                          Extents2d output_padding) {
  const Words words{"conv_transpose2d", false};
  check_axes(words, x.shape(), weight.shape());
  return transposed(words, x, weight, bias, options, output_padding);
}

Variable conv2d_weight(const Variable& x, const Variable& g, Extents2d kernel, const Conv2dOptions& options) {
  return weight_adjoint(x, g, attributes({"conv2d_weight", false}, options).with(kernel.array()));
}

Variable conv1d(const Variable& x, const Variable& weight, const Variable& bias, const Conv1dOptions& options) {
  const Words words{"conv1d", true};
  check_axes(words, x.shape(), weight.shape());
  return as_lines(convolve(as_images(x), as_images(weight), attributes(words, of_images(options)), bias));
}

Variable conv_transpose1d(const Variable& x, const Variable& weight, const Variable& bias, const Conv1dOptions& options,
                          std::int64_t output_padding) {
  const Words words{"conv_transpose1d", true};
  check_axes(words, x.shape(), weight.shape());
  return as_lines(transposed(words, as_images(x), as_images(weight), bias, of_images(options), {0, output_padding}));
}

Variable conv1d_weight(const Variable& x, const Variable& g, std::int64_t kernel, const Conv1dOptions& options) {
  const Words words{"conv1d_weight", true};
  check_axes(words, x.shape(), g.shape());
  return as_lines(weight_adjoint(as_images(x), as_images(g), attributes(words, of_images(options)).with({1, kernel})));
}

}  // namespace xgrad
