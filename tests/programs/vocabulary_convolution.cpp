// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/convolution.h.
#include <array>

#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

namespace {

/// A convolution over `axes` axes with everything but its operands chosen: n holds stride, padding and dilation of each
/// axis, then the groups.
struct Geometry {
  std::int64_t groups, channels;  ///< channels: of the output
  std::vector<std::int64_t> kernel, out;
  bool fits = true;
};

Geometry choose(Draft& draft, const Shape& image, Attributes& a) {
  const std::size_t n_axes = image.rank() - 2;
  Geometry g;
  g.groups = image[1] % 2 == 0 && draft.chance(0.4) ? 2 : 1;
  g.channels = g.groups * draft.integer(1, 2);
  std::vector<std::int64_t> stride, padding, dilation;
  for (std::size_t i = 0; i < n_axes; ++i) {
    stride.push_back(draft.integer(1, 2));
    padding.push_back(draft.integer(0, 2));
    dilation.push_back(draft.integer(1, 2));
    g.kernel.push_back(draft.integer(1, 3));
    const std::int64_t room = image[2 + i] + 2 * padding[i] - dilation[i] * (g.kernel[i] - 1) - 1;
    g.out.push_back(room / stride[i] + 1);
    g.fits = g.fits && room >= 0;
  }
  for (const auto& list : {stride, padding, dilation}) a.n.insert(a.n.end(), list.begin(), list.end());
  a.n.push_back(g.groups);
  return g;
}

std::size_t operand(Draft& draft, std::vector<std::int64_t> extents, const std::vector<std::int64_t>& more) {
  extents.insert(extents.end(), more.begin(), more.end());
  return draft.value_of(Shape(extents));
}

Draw convolved(std::size_t n_axes) {
  return ranked(n_axes + 2, n_axes + 2) & [](Draft& draft, Line& line) {
    const Shape image = draft.shape(line.operands[0]);
    const Geometry g = choose(draft, image, line.attributes);
    if (!g.fits) return false;
    line.operands.push_back(operand(draft, {g.channels, image[1] / g.groups}, g.kernel));
    line.operands.push_back(draft.value_of({g.channels}));
    return true;
  };
}

/// n goes on with the output paddings.
Draw convolved_back(std::size_t n_axes) {
  return ranked(n_axes + 2, n_axes + 2) & [](Draft& draft, Line& line) {
    const Shape image = draft.shape(line.operands[0]);
    const std::size_t axes = image.rank() - 2;
    const Geometry g = choose(draft, image, line.attributes);
    auto& n = line.attributes.n;
    for (std::size_t i = 0; i < axes; ++i) {
      const std::int64_t stride = n[i], padding = n[axes + i], dilation = n[2 * axes + i];
      const std::int64_t extra = draft.integer(0, stride - 1);
      n.push_back(extra);
      if ((image[2 + i] - 1) * stride - 2 * padding + dilation * (g.kernel[i] - 1) + extra < 0) return false;
    }
    line.operands.push_back(operand(draft, {image[1], g.channels / g.groups}, g.kernel));
    line.operands.push_back(draft.value_of({g.channels}));
    return true;
  };
}

/// n goes on with the kernel's extents.
Draw correlated(std::size_t n_axes) {
  return ranked(n_axes + 2, n_axes + 2) & [](Draft& draft, Line& line) {
    const Shape image = draft.shape(line.operands[0]);
    const Geometry g = choose(draft, image, line.attributes);
    if (!g.fits) return false;
    line.operands.push_back(operand(draft, {image[0], g.channels}, g.out));
    line.attributes.n.insert(line.attributes.n.end(), g.kernel.begin(), g.kernel.end());
    return true;
  };
}

}  // namespace

Vocabulary convolution_words() {
  return {
      {EXPRESSION(conv2d(x[0], x[1], x[2],
                         {.stride = {n[0], n[1]}, .padding = {n[2], n[3]}, .dilation = {n[4], n[5]}, .groups = n[6]})),
       convolved(2)},
      {EXPRESSION(conv_transpose2d(
           x[0], x[1], x[2],
           {.stride = {n[0], n[1]}, .padding = {n[2], n[3]}, .dilation = {n[4], n[5]}, .groups = n[6]}, {n[7], n[8]})),
       convolved_back(2)},
      {EXPRESSION(
           conv2d_weight(x[0], x[1], {n[7], n[8]},
                         {.stride = {n[0], n[1]}, .padding = {n[2], n[3]}, .dilation = {n[4], n[5]}, .groups = n[6]})),
       correlated(2)},
      {EXPRESSION(conv1d(x[0], x[1], x[2], {.stride = n[0], .padding = n[1], .dilation = n[2], .groups = n[3]})),
       convolved(1)},
      {EXPRESSION(conv_transpose1d(x[0], x[1], x[2],
                                   {.stride = n[0], .padding = n[1], .dilation = n[2], .groups = n[3]}, n[4])),
       convolved_back(1)},
      {EXPRESSION(conv1d_weight(x[0], x[1], n[4], {.stride = n[0], .padding = n[1], .dilation = n[2], .groups = n[3]})),
       correlated(1)}};
}

}  // namespace xgrad::test
