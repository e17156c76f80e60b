// SPDX-License-Identifier: BSD-3-Clause
// Convolution modules: their parameters and PyTorch's default initialisation.
#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/init.h>

namespace xgrad::nn {

namespace {

Conv1dOptions geometry(const ConvOptions1d& o) {
  return {.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups};
}

Conv2dOptions geometry(const ConvOptions& o) {
  return {.stride = o.stride, .padding = o.padding, .dilation = o.dilation, .groups = o.groups};
}

void check(const char* name, std::int64_t in, std::int64_t out, std::int64_t groups, const Extents2d& kernel) {
  if (kernel.height() < 1 || kernel.width() < 1) {
    throw ValueError("[" + std::string(name) + "] the kernel's extents must be positive, not " + to_string(kernel));
  }
  if (in > 0 && out > 0 && groups > 0 && in % groups == 0 && out % groups == 0) return;
  throw ValueError("[" + std::string(name) + "] " + std::to_string(in) + " channels in and " + std::to_string(out) +
                   " out do not divide into " + std::to_string(groups) + " groups");
}

/// Only the transposes have one.
void refuse_output_padding(const char* name, bool none) {
  if (!none) throw ValueError("[" + std::string(name) + "] has no output_padding; its transpose takes one");
}

/// Weight and bias within 1 / sqrt(fan_in), where PyTorch counts weight.size(1) * receptive field as the fan.
void draw(const Variable& weight, const Variable& bias, Generator& generator) {
  init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)}, generator);
  if (!bias.defined()) return;
  const double bound = 1.0 / std::sqrt(static_cast<double>(weight.size() / weight.size(0)));
  init::uniform_(bias, -bound, bound, generator);
}

std::string show(std::int64_t extent) { return std::to_string(extent); }
std::string show(const Extents2d& e) { return to_string(e); }

/// Of one axis or two.
template <class Kernel, class Options>
std::string describe_as(const char* name, std::int64_t in, std::int64_t out, const Kernel& kernel, const Options& o) {
  std::string text = std::string(name) + "(" + show(in) + ", " + show(out) + ", kernel " + show(kernel) + ", stride " +
                     show(o.stride) + ", padding " + show(o.padding);
  if (o.groups != 1) text += ", " + show(o.groups) + " groups";
  return text + ")";
}

}  // namespace

Conv2d::Conv2d(std::int64_t in, std::int64_t out, Extents2d kernel, const ConvOptions& options, Generator& generator)
    : options_(geometry(options)) {
  check("Conv2d", in, out, options.groups, kernel);
  refuse_output_padding("Conv2d", options.output_padding == Extents2d(0));
  weight = register_parameter("weight",
                              Array(Shape{out, in / options.groups, kernel.height(), kernel.width()}, options.dtype));
  if (options.bias) bias = register_parameter("bias", Array(Shape{out}, options.dtype));
  draw_initial(generator, parameters(), [w = weight, b = bias](Generator& g) { draw(w, b, g); });
}

Variable Conv2d::forward(const Variable& x) { return conv2d(x, weight, bias, options_); }

std::string Conv2d::describe() const {
  return describe_as("Conv2d", weight.size(1) * options_.groups, weight.size(0),
                     Extents2d(weight.size(2), weight.size(3)), options_);
}

ConvTranspose2d::ConvTranspose2d(std::int64_t in, std::int64_t out, Extents2d kernel, const ConvOptions& options,
                                 Generator& generator)
    : options_(geometry(options)), output_padding_(options.output_padding) {
  check("ConvTranspose2d", in, out, options.groups, kernel);
  weight = register_parameter("weight",
                              Array(Shape{in, out / options.groups, kernel.height(), kernel.width()}, options.dtype));
  if (options.bias) bias = register_parameter("bias", Array(Shape{out}, options.dtype));
  draw_initial(generator, parameters(), [w = weight, b = bias](Generator& g) { draw(w, b, g); });
}

Variable ConvTranspose2d::forward(const Variable& x) {
  return conv_transpose2d(x, weight, bias, options_, output_padding_);
}

std::string ConvTranspose2d::describe() const {
  return describe_as("ConvTranspose2d", weight.size(0), weight.size(1) * options_.groups,
                     Extents2d(weight.size(2), weight.size(3)), options_);
}

Conv1d::Conv1d(std::int64_t in, std::int64_t out, std::int64_t kernel, const ConvOptions1d& options,
               Generator& generator)
    : options_(geometry(options)) {
  check("Conv1d", in, out, options.groups, kernel);
  refuse_output_padding("Conv1d", options.output_padding == 0);
  weight = register_parameter("weight", Array(Shape{out, in / options.groups, kernel}, options.dtype));
  if (options.bias) bias = register_parameter("bias", Array(Shape{out}, options.dtype));
  draw_initial(generator, parameters(), [w = weight, b = bias](Generator& g) { draw(w, b, g); });
}

Variable Conv1d::forward(const Variable& x) { return conv1d(x, weight, bias, options_); }

std::string Conv1d::describe() const {
  return describe_as("Conv1d", weight.size(1) * options_.groups, weight.size(0), weight.size(2), options_);
}

ConvTranspose1d::ConvTranspose1d(std::int64_t in, std::int64_t out, std::int64_t kernel, const ConvOptions1d& options,
                                 Generator& generator)
    : options_(geometry(options)), output_padding_(options.output_padding) {
  check("ConvTranspose1d", in, out, options.groups, kernel);
  weight = register_parameter("weight", Array(Shape{in, out / options.groups, kernel}, options.dtype));
  if (options.bias) bias = register_parameter("bias", Array(Shape{out}, options.dtype));
  draw_initial(generator, parameters(), [w = weight, b = bias](Generator& g) { draw(w, b, g); });
}

Variable ConvTranspose1d::forward(const Variable& x) {
  return conv_transpose1d(x, weight, bias, options_, output_padding_);
}

std::string ConvTranspose1d::describe() const {
  return describe_as("ConvTranspose1d", weight.size(0), weight.size(1) * options_.groups, weight.size(2), options_);
}

}  // namespace xgrad::nn
