// SPDX-License-Identifier: BSD-3-Clause
// The convolution family over one axis: images of height 1, which costs no copy and is closed as the family is.
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops/convolution.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

namespace {

/// f(a, b, options) of the two-dimensional family with an axis of extent 1 inserted into both arrays.
template <class F>
Variable on_images(const char* name, const Variable& a, const Variable& b, const Conv1dOptions& o, const F& f) {
  const std::string prefix = "[" + std::string(name) + "] ";
  if (a.rank() != 3 || b.rank() != 3) {
    throw ShapeError(prefix + "takes arrays of three axes, the last one convolved, got " + to_string(a.shape()) +
                     " and " + to_string(b.shape()));
  }
  const Conv2dOptions options{
      .stride = {1, o.stride}, .padding = {0, o.padding}, .dilation = {1, o.dilation}, .groups = o.groups};
  try {
    return squeeze(f(unsqueeze(a, 2), unsqueeze(b, 2), options), {2});
  } catch (const ShapeError& e) {
    throw ShapeError(prefix + "over images of height 1: " + e.what());
  } catch (const ValueError& e) {
    throw ValueError(prefix + "over images of height 1: " + e.what());
  }
}

}  // namespace

Variable conv1d(const Variable& x, const Variable& weight, const Variable& bias, const Conv1dOptions& options) {
  return on_images("conv1d", x, weight, options, [&](const Variable& image, const Variable& filters, const auto& o) {
    return conv2d(image, filters, bias, o);
  });
}

Variable conv_transpose1d(const Variable& x, const Variable& weight, const Variable& bias, const Conv1dOptions& options,
                          std::int64_t output_padding) {
  return on_images("conv_transpose1d", x, weight, options,
                   [&](const Variable& image, const Variable& filters, const auto& o) {
                     return conv_transpose2d(image, filters, bias, o, {0, output_padding});
                   });
}

Variable conv1d_weight(const Variable& x, const Variable& g, std::int64_t kernel, const Conv1dOptions& options) {
  return on_images("conv1d_weight", x, g, options, [&](const Variable& image, const Variable& y, const auto& o) {
    return conv2d_weight(image, y, {1, kernel}, o);
  });
}

}  // namespace xgrad
