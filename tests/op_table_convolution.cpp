// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/convolution.h.
#include <xgrad/autograd/ops/convolution.h>

#include "op_table.h"

namespace xgrad::test {

namespace {

Variable values(const Shape& shape, std::uint64_t seed) { return uniform_in(shape, -1.0, 1.0, seed); }

Sample conv_sample(const Conv2dOptions& options, const Shape& x, const Shape& w, bool bias = false) {
  Variables inputs{values(x, 1), values(w, 2)};
  if (bias) inputs.push_back(values({w[0]}, 3));
  return {[=](const Variables& in) { return conv2d(in[0], in[1], bias ? in[2] : Variable(), options); }, inputs};
}

OpRow row_of_conv2d() {
  const Variable x = values({2, 4, 5, 6}, 1);
  return {
      "conv2d",
      Smoothness::smooth,
      {conv_sample({}, {1, 1, 3, 3}, {1, 1, 2, 2}),
       conv_sample({.stride = {2, 2}, .padding = {1, 1}}, {2, 3, 6, 5}, {4, 3, 4, 3}, true),
       conv_sample({.stride = {1, 2}, .padding = {2, 0}}, {2, 2, 3, 7}, {3, 2, 3, 2}),
       conv_sample({.padding = {2, 1}, .dilation = {2, 1}}, {1, 2, 5, 4}, {2, 2, 3, 2}),
       conv_sample({.groups = 2}, {2, 4, 3, 3}, {6, 2, 2, 2}, true),
       conv_sample({.stride = {2, 1}, .padding = {1, 1}, .groups = 3}, {2, 3, 5, 4}, {3, 1, 3, 3}),  // depthwise
       conv_sample({}, {2, 3, 4, 3}, {5, 3, 1, 1}),                                                  // 1x1
       conv_sample({.stride = {3, 3}}, {1, 2, 7, 7}, {2, 2, 1, 1}, true), conv_sample({}, {0, 2, 4, 4}, {3, 2, 2, 2})},
      {throws<ShapeError>(
           [=] {
             conv2d(x, values({3, 3, 2, 2}, 2));
           },
           "does not fit (3, 3, 2, 2)"),
       throws<ShapeError>(
           [=] {
             conv2d(x, values({3, 4, 7, 2}, 2));
           },
           "larger than the padded input"),
       throws<ShapeError>(
           [=] {
             conv2d(x, values({3, 4}, 2));
           },
           "four axes"),
       throws<ShapeError>(
           [=] {
             conv2d(x, values({3, 4, 2, 2}, 2), values({4}, 3));
           },
           "does not fit 3 output"),
       throws<ValueError>(
           [=] {
             conv2d(x, values({3, 4, 2, 2}, 2), {}, {.stride = {0, 1}});
           },
           "[conv2d] stride"),
       throws<ValueError>(
           [=] {
             conv2d(x, values({3, 4, 2, 2}, 2), {}, {.groups = 0});
           },
           "groups must be")}};
}

OpRow row_of_conv_transpose2d() {
  const auto sample = [](const Conv2dOptions& options, std::array<std::int64_t, 2> output_padding, const Shape& x,
                         const Shape& w, bool bias = false) {
    Variables inputs{values(x, 1), values(w, 2)};
    if (bias) inputs.push_back(values({w[1] * options.groups}, 3));
    return Sample(
        [=](const Variables& in) {
          return conv_transpose2d(in[0], in[1], bias ? in[2] : Variable(), options, output_padding);
        },
        inputs);
  };
  const Variable x = values({2, 4, 3, 3}, 1);
  return {"conv_transpose2d",
          Smoothness::smooth,
          {sample({}, {0, 0}, {1, 1, 2, 2}, {1, 1, 2, 2}),
           sample({.stride = {2, 2}, .padding = {1, 1}}, {0, 0}, {2, 3, 3, 2}, {3, 2, 4, 4}, true),
           sample({.stride = {3, 2}, .padding = {1, 0}}, {2, 1}, {1, 2, 2, 3}, {2, 3, 3, 2}),
           sample({.padding = {1, 1}, .dilation = {2, 2}}, {0, 0}, {1, 2, 3, 3}, {2, 2, 2, 3}),
           sample({.stride = {2, 2}, .groups = 2}, {0, 1}, {2, 4, 2, 2}, {4, 3, 2, 2}, true),
           sample({.groups = 3}, {0, 0}, {2, 3, 3, 2}, {3, 1, 2, 2}), sample({}, {0, 0}, {2, 3, 2, 3}, {3, 4, 1, 1})},
          {throws<ShapeError>(
               [=] {
                 conv_transpose2d(x, values({3, 3, 2, 2}, 2));
               },
               "does not fit (3, 3, 2, 2)"),
           throws<ValueError>(
               [=] {
                 conv_transpose2d(x, values({4, 3, 2, 2}, 2), {}, {}, {1, 0});
               },
               "the output padding 1")}};
}

OpRow row_of_conv2d_weight() {
  const auto sample = [](const Conv2dOptions& options, std::array<std::int64_t, 2> kernel, const Shape& x,
                         const Shape& g) {
    return Sample([=](const Variables& in) { return conv2d_weight(in[0], in[1], kernel, options); },
                  {values(x, 1), values(g, 2)});
  };
  return {"conv2d_weight",
          Smoothness::smooth,
          {sample({}, {2, 2}, {1, 1, 3, 3}, {1, 1, 2, 2}),
           sample({.stride = {2, 2}, .padding = {1, 1}}, {4, 3}, {2, 3, 6, 5}, {2, 4, 3, 3}),
           sample({.padding = {2, 1}, .dilation = {2, 1}}, {3, 2}, {1, 2, 5, 4}, {1, 2, 5, 5}),
           sample({.groups = 2}, {2, 2}, {2, 4, 3, 3}, {2, 6, 2, 2}),
           sample({.groups = 3}, {3, 3}, {2, 3, 4, 4}, {2, 3, 2, 2}), sample({}, {1, 1}, {2, 3, 2, 3}, {2, 4, 2, 3})},
          {throws<ShapeError>(
              [] {
                conv2d_weight(values({2, 3, 4, 4}, 1), values({1, 2, 3, 3}, 2), {2, 2});
              },
              "does not fit (1, 2, 3, 3)")}};
}

OpRow row_of_conv1d() {
  const auto sample = [](const Conv1dOptions& options, const Shape& x, const Shape& w, bool bias = false) {
    Variables inputs{values(x, 1), values(w, 2)};
    if (bias) inputs.push_back(values({w[0]}, 3));
    return Sample([=](const Variables& in) { return conv1d(in[0], in[1], bias ? in[2] : Variable(), options); },
                  inputs);
  };
  const Variable x = values({2, 4, 5}, 1);
  return {"conv1d",
          Smoothness::smooth,
          {sample({}, {1, 1, 3}, {1, 1, 2}), sample({.stride = 2, .padding = 1}, {2, 3, 6}, {4, 3, 3}, true),
           sample({.padding = 2, .dilation = 2}, {1, 2, 5}, {2, 2, 3}),
           sample({.groups = 2}, {2, 4, 4}, {6, 2, 2}, true), sample({.padding = 1, .groups = 3}, {2, 3, 5}, {3, 1, 3}),
           sample({}, {0, 2, 4}, {3, 2, 2}), sample({}, {2, 3, 4}, {5, 3, 1})},
          {throws<ShapeError>(
               [=] {
                 conv1d(x, values({3, 3, 2}, 2));
               },
               "[conv1d] (2, 4, 5) does not fit (3, 3, 2) in 1 group"),
           throws<ShapeError>(
               [=] {
                 conv1d(x, values({3, 4}, 2));
               },
               "[conv1d] takes (N, C, L) and (O, C / groups, K) of three axes each, got (2, 4, 5) and (3, 4)"),
           throws<ShapeError>(
               [=] {
                 conv1d(x, values({3, 4, 8}, 2), {}, {.padding = 1});
               },
               "[conv1d] the kernel (3, 4, 8) is larger than the padded input (2, 4, 5)"),
           throws<ShapeError>(
               [=] {
                 conv1d(x, values({3, 4, 2}, 2), values({4}, 3));
               },
               "[conv1d] bias (4,) does not fit 3 output channels"),
           throws<DTypeError>(
               [=] {
                 conv1d(x, astype(values({3, 4, 2}, 2), DType::float32));
               },
               "[conv1d]"),
           throws<ValueError>(
               [=] {
                 conv1d(x, values({3, 4, 2}, 2), {}, {.stride = 0});
               },
               "[conv1d] stride and dilation must be at least 1")}};
}

OpRow row_of_conv_transpose1d() {
  const auto sample = [](const Conv1dOptions& options, std::int64_t output_padding, const Shape& x, const Shape& w,
                         bool bias = false) {
    Variables inputs{values(x, 1), values(w, 2)};
    if (bias) inputs.push_back(values({w[1] * options.groups}, 3));
    return Sample(
        [=](const Variables& in) {
          return conv_transpose1d(in[0], in[1], bias ? in[2] : Variable(), options, output_padding);
        },
        inputs);
  };
  return {"conv_transpose1d",
          Smoothness::smooth,
          {sample({}, 0, {1, 1, 2}, {1, 1, 2}), sample({.stride = 2, .padding = 1}, 0, {2, 3, 3}, {3, 2, 4}, true),
           sample({.stride = 3, .padding = 1}, 2, {1, 2, 2}, {2, 3, 3}),
           sample({.padding = 1, .dilation = 2}, 0, {1, 2, 3}, {2, 2, 3}),
           sample({.stride = 2, .groups = 2}, 1, {2, 4, 2}, {4, 3, 2}, true), sample({}, 0, {2, 3, 3}, {3, 4, 1})},
          {throws<ValueError>(
              [] {
                conv_transpose1d(values({2, 4, 3}, 1), values({4, 3, 2}, 2), {}, {}, 1);
              },
              "[conv_transpose1d] the output padding 1")}};
}

OpRow row_of_conv1d_weight() {
  const auto sample = [](const Conv1dOptions& options, std::int64_t kernel, const Shape& x, const Shape& g) {
    return Sample([=](const Variables& in) { return conv1d_weight(in[0], in[1], kernel, options); },
                  {values(x, 1), values(g, 2)});
  };
  return {
      "conv1d_weight",
      Smoothness::smooth,
      {sample({}, 2, {1, 1, 3}, {1, 1, 2}), sample({.stride = 2, .padding = 1}, 4, {2, 3, 6}, {2, 4, 3}),
       sample({.padding = 2, .dilation = 2}, 3, {1, 2, 5}, {1, 2, 5}), sample({.groups = 2}, 2, {2, 4, 3}, {2, 6, 2}),
       sample({.groups = 3}, 3, {2, 3, 4}, {2, 3, 2}), sample({}, 1, {2, 3, 3}, {2, 4, 3})},
      {throws<ShapeError>(
          [] {
            conv1d_weight(values({2, 3, 4}, 1), values({1, 2, 3}, 2), 2);
          },
          "[conv1d_weight] (2, 3, 4) does not fit (1, 2, 3) in 1 group")}};
}

}  // namespace

OpRows convolution_rows() {
  return {row_of_conv2d(), row_of_conv_transpose2d(), row_of_conv2d_weight(),
          row_of_conv1d(), row_of_conv_transpose1d(), row_of_conv1d_weight()};
}

}  // namespace xgrad::test
