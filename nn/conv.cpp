// SPDX-License-Identifier: BSD-3-Clause
// Convolution modules: their parameters and PyTorch's default initialisation.
#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/init.h>

namespace xgrad::nn {

namespace {

Conv2dOptions geometry(const ConvOptions& o) {
  return {.stride = o.stride.array(), .padding = o.padding.array(), .dilation = o.dilation.array(), .groups = o.groups};
}

void check_channels(const char* name, std::int64_t in, std::int64_t out, std::int64_t groups) {
  if (in > 0 && out > 0 && groups > 0 && in % groups == 0 && out % groups == 0) return;
  throw ValueError("[" + std::string(name) + "] " + std::to_string(in) + " channels in and " + std::to_string(out) +
                   " out do not divide into " + std::to_string(groups) + " groups");
}

/// Weight and bias within 1 / sqrt(fan_in), where PyTorch counts weight.size(1) * receptive field as the fan.
void draw(Variable& weight, Variable& bias, Generator& generator) {
  init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)}, generator);
  if (!bias.defined()) return;
  const double bound = 1.0 / std::sqrt(static_cast<double>(weight.size() / weight.size(0)));
  init::uniform_(bias, -bound, bound, generator);
}

std::string describe_as(const char* name, std::int64_t in, std::int64_t out, const Shape& weight,
                        const Conv2dOptions& o) {
  const auto show = [](std::int64_t height, std::int64_t width) { return to_string(Extents2d(height, width)); };
  std::string text = std::string(name) + "(" + std::to_string(in) + ", " + std::to_string(out) + ", kernel " +
                     show(weight[2], weight[3]) + ", stride " + show(o.stride[0], o.stride[1]) + ", padding " +
                     show(o.padding[0], o.padding[1]);
  if (o.groups != 1) text += ", " + std::to_string(o.groups) + " groups";
  return text + ")";
}

}  // namespace

Conv2d::Conv2d(std::int64_t in, std::int64_t out, Extents2d kernel, const ConvOptions& options, Generator& generator)
    : options_(geometry(options)) {
  check_channels("Conv2d", in, out, options.groups);
  weight =
      register_parameter("weight", Array(Shape{out, in / options.groups, kernel.height, kernel.width}, options.dtype));
  if (options.bias) bias = register_parameter("bias", Array(Shape{out}, options.dtype));
  draw(weight, bias, generator);
}

Variable Conv2d::forward(const Variable& x) { return conv2d(x, weight, bias, options_); }

std::string Conv2d::describe() const {
  return describe_as("Conv2d", weight.size(1) * options_.groups, weight.size(0), weight.shape(), options_);
}

ConvTranspose2d::ConvTranspose2d(std::int64_t in, std::int64_t out, Extents2d kernel, const ConvOptions& options,
                                 Generator& generator)
    : options_(geometry(options)), output_padding_(options.output_padding.array()) {
  check_channels("ConvTranspose2d", in, out, options.groups);
  weight =
      register_parameter("weight", Array(Shape{in, out / options.groups, kernel.height, kernel.width}, options.dtype));
  if (options.bias) bias = register_parameter("bias", Array(Shape{out}, options.dtype));
  draw(weight, bias, generator);
}

Variable ConvTranspose2d::forward(const Variable& x) {
  return conv_transpose2d(x, weight, bias, options_, output_padding_);
}

std::string ConvTranspose2d::describe() const {
  return describe_as("ConvTranspose2d", weight.size(0), weight.size(1) * options_.groups, weight.shape(), options_);
}

}  // namespace xgrad::nn
