// SPDX-License-Identifier: BSD-3-Clause
// Vocabulary: rows of autograd/ops/pool.h and resize.h.
#include <algorithm>

#include "draft.h"
#include "vocabulary.h"

namespace xgrad::test {

namespace {

using Shapes = std::vector<Shape>;

/// n: kernel, stride, padding and dilation of windows over the last two axes; flag too.
bool windows(Draft& draft, const Shapes& shapes, Attributes& a) {
  std::vector<std::int64_t> kernel, stride, padding, dilation;
  for (std::size_t i = shapes[0].rank() - 2; i < shapes[0].rank(); ++i) {
    kernel.push_back(draft.integer(1, 3));
    stride.push_back(draft.integer(1, 3));
    padding.push_back(draft.integer(0, kernel.back() / 2));
    dilation.push_back(padding.back() == 0 ? draft.integer(1, 2) : 1);  // no window may hold padding alone
    if (dilation.back() * (kernel.back() - 1) + 1 > shapes[0][i] + 2 * padding.back()) return false;
  }
  for (const auto& list : {kernel, stride, padding, dilation}) a.n.insert(a.n.end(), list.begin(), list.end());
  a.flag = draft.chance(0.5);
  return true;
}

/// index and n: places in planes of these extents, one for each element of operand 0.
bool places(Draft& draft, const Shapes& shapes, Attributes& a) {
  a.n = {draft.integer(1, 4), draft.integer(1, 4)};
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < shapes[0].numel(); ++i) values.push_back(draft.integer(0, a.n[0] * a.n[1] - 1));
  a.index = tensor(values, shapes[0]);
  return true;
}

/// At least three axes, the last ones multiples of these.
Draw multiples(std::int64_t channels, std::int64_t rows, std::int64_t columns) {
  return where_shape(
      [=](const Shape& s) {
        const std::size_t r = s.rank();
        return r >= 3 && s[r - 3] % channels == 0 && s[r - 2] % rows == 0 && s[r - 1] % columns == 0;
      },
      [=](Draft& draft) {
        return Shape{channels, rows * draft.integer(1, 2), columns * draft.integer(1, 3)};
      });
}

/// n: left, right, top and bottom, each smaller than what it mirrors.
bool mirrored(Draft& draft, const Shapes& shapes, Attributes& a) {
  const std::int64_t width = shapes[0].back(), height = shapes[0][shapes[0].rank() - 2];
  for (const std::int64_t extent : {width, width, height, height}) {
    a.n.push_back(draft.integer(0, std::min<std::int64_t>(extent - 1, 2)));
  }
  return true;
}

}  // namespace

Vocabulary pool_words() {
  const Draw planes = ranked(2);
  return {{EXPRESSION(avg_pool2d(
               x[0], {n[0], n[1]},
               {.stride = {{n[2], n[3]}}, .padding = {n[4], n[5]}, .ceil_mode = flag, .count_include_pad = !flag})),
           planes & from_shapes(windows)},
          {EXPRESSION(avg_pool2d(x[0], {n[0], n[1]}, {.padding = {n[4], n[5]}, .count_include_pad = flag})),
           planes & from_shapes(windows)},
          {EXPRESSION(max_pool2d(x[0], {n[0], n[1]}, {.padding = {n[4], n[5]}, .dilation = {n[6], n[7]}})),
           planes & from_shapes(windows), spread},
          {EXPRESSION(max_pool2d_with_indices(x[0], {n[0], n[1]},
                                              {.stride = {{n[2], n[3]}}, .padding = {n[4], n[5]}, .ceil_mode = flag})
                          .front()),
           planes & from_shapes(windows), spread},
          {EXPRESSION(max_unpool2d(x[0], index, {n[0], n[1]})), planes & from_shapes(places)},
          {EXPRESSION(adaptive_avg_pool2d(x[0], {n[0], n[1]})), planes & integer(1, 4) & integer(1, 4)}};
}

Vocabulary resize_words() {
  const Draw planes = ranked(2);
  const Draw size = integer(1, 5) & integer(1, 5);
  const Draw margin = integer(0, 2);
  return {{EXPRESSION(upsample_nearest(x[0], {n[0], n[1]})), planes & size},
          {EXPRESSION(upsample_nearest(x[0], c[0])), planes & constant(1.0, 2.5)},
          {EXPRESSION(upsample_bilinear(x[0], {n[0], n[1]}, flag)), planes & size & either()},
          {EXPRESSION(upsample_bilinear(x[0], c[0], flag)), planes & constant(1.0, 2.5) & either()},
          {EXPRESSION(pixel_shuffle(x[0], 2)), multiples(4, 1, 1)},
          {EXPRESSION(pixel_unshuffle(x[0], n[0])), multiples(1, 2, 2) & integer(1, 2)},
          {EXPRESSION(reflection_pad2d(x[0], {n[0], n[1], n[2], n[3]})), planes & from_shapes(mirrored)},
          {EXPRESSION(replication_pad2d(x[0], {n[0], n[1], n[2], n[3]})), planes & margin & margin & margin & margin}};
}

}  // namespace xgrad::test
