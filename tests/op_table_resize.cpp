// SPDX-License-Identifier: BSD-3-Clause
// Op table: rows of autograd/ops/resize.h.
#include <xgrad/autograd/ops/resize.h>

#include "op_table.h"

namespace xgrad::test {

namespace {

using Extents = std::array<std::int64_t, 2>;

template <class F>
Sample on(const Shape& shape, F f) {
  return {[f](const Variables& x) { return f(x[0]); }, {uniform_in(shape, -1.0, 1.0)}};
}

OpRow row_of_upsample_nearest() {
  const auto to = [](const Shape& shape, Extents size) {
    return on(shape, [=](const Variable& x) { return upsample_nearest(x, size); });
  };
  const auto by = [](const Shape& shape, double scale) {
    return on(shape, [=](const Variable& x) { return upsample_nearest(x, scale); });
  };
  return {"upsample_nearest",
          Smoothness::smooth,
          {to({2, 3, 2, 3}, {4, 6}), to({1, 2, 3, 4}, {7, 5}), to({1, 1, 5, 4}, {2, 3}), to({2, 1, 1, 1}, {3, 2}),
           by({2, 2, 3, 2}, 2.0), by({1, 1, 3, 5}, 1.7), by({4, 3}, 0.5), by({0, 2, 2, 2}, 2.0)},
          {throws<ValueError>(
               [] {
                 upsample_nearest(zeros({1, 1, 2, 2}), {4, 0});
               },
               "[upsample_nearest] the output extent must be at least 1, got 0"),
           throws<ValueError>(
               [] {
                 upsample_nearest(zeros({1, 1, 2, 2}), 0.1);
               },
               "leaves no image of 2 pixels"),
           throws<ValueError>(
               [] {
                 upsample_nearest(zeros({1, 1, 2, 2}), -2.0);
               },
               "a scale of -2"),
           throws<ShapeError>([] { upsample_nearest(zeros({3}), 2.0); }, "takes (..., H, W)")}};
}

OpRow row_of_upsample_bilinear() {
  const auto to = [](const Shape& shape, Extents size, bool align_corners) {
    return on(shape, [=](const Variable& x) { return upsample_bilinear(x, size, align_corners); });
  };
  const auto by = [](const Shape& shape, double scale, bool align_corners) {
    return on(shape, [=](const Variable& x) { return upsample_bilinear(x, scale, align_corners); });
  };
  return {"upsample_bilinear",
          Smoothness::smooth,
          {to({2, 3, 2, 3}, {4, 6}, false), to({1, 2, 3, 4}, {7, 5}, true), to({1, 1, 5, 4}, {2, 3}, false),
           to({1, 1, 5, 4}, {1, 3}, true), to({2, 1, 1, 1}, {3, 2}, false), by({1, 2, 3, 2}, 2.0, false),
           by({1, 1, 3, 5}, 1.7, true), by({0, 2, 2, 2}, 2.0, false)},
          {throws<ValueError>(
              [] {
                upsample_bilinear(zeros({1, 1, 2, 2}), {-1, 2});
              },
              "[upsample_bilinear] the output extent must be at least 1, got -1")}};
}

template <Variable (*f)(const Variable&, const Padding2d&)>
OpRow padding_row(const std::string& name, std::vector<ErrorCase> errors) {
  const auto by = [](const Shape& shape, const Padding2d& padding) {
    return on(shape, [=](const Variable& x) { return f(x, padding); });
  };
  errors.push_back(throws<ValueError>([] { f(zeros({1, 1, 3, 3}), {1, -1, 0, 0}); }, "[" + name + "] a padding of -1"));
  return {name,
          Smoothness::smooth,
          {by({2, 3, 4, 4}, 1), by({1, 1, 3, 4}, {3, 1, 2, 0}), by({1, 2, 3, 3}, {0, 2, 0, 2}), by({2, 1, 3, 2}, 0),
           by({5, 3}, {2, 2, 1, 4}), by({0, 1, 3, 3}, 2)},
          std::move(errors)};
}

template <Variable (*f)(const Variable&, std::int64_t)>
OpRow shuffle_row(const std::string& name, const std::vector<std::pair<Shape, std::int64_t>>& cases,
                  std::vector<ErrorCase> errors) {
  std::vector<Sample> samples;
  for (const auto& [shape, r] : cases) {
    const std::int64_t factor = r;
    samples.push_back(on(shape, [factor](const Variable& x) { return f(x, factor); }));
  }
  errors.push_back(throws<ShapeError>([] { f(zeros({2, 2}), 2); }, "[" + name + "] takes (..., C, H, W), got (2, 2)"));
  errors.push_back(throws<ValueError>([] { f(zeros({4, 2, 2}), 0); }, "the factor must be at least 1, got 0"));
  return {name, Smoothness::smooth, std::move(samples), std::move(errors)};
}

}  // namespace

OpRows resize_rows() {
  return {shuffle_row<pixel_shuffle>("pixel_shuffle",
                                     {{{2, 4, 2, 3}, 2},
                                      {{1, 9, 1, 2}, 3},
                                      {{8, 3, 2}, 2},
                                      {{2, 1, 4, 1, 1}, 2},
                                      {{0, 4, 2, 2}, 2},
                                      {{1, 3, 2, 2}, 1}},
                                     {throws<ShapeError>(
                                         [] {
                                           pixel_shuffle(zeros({1, 6, 2, 2}), 2);
                                         },
                                         "6 channels do not divide by 2^2")}),
          shuffle_row<pixel_unshuffle>("pixel_unshuffle",
                                       {{{2, 1, 4, 6}, 2},
                                        {{1, 2, 3, 6}, 3},
                                        {{2, 4, 2}, 2},
                                        {{2, 1, 1, 2, 2}, 2},
                                        {{0, 1, 4, 2}, 2},
                                        {{1, 3, 2, 2}, 1}},
                                       {throws<ShapeError>(
                                           [] {
                                             pixel_unshuffle(zeros({1, 1, 4, 3}), 2);
                                           },
                                           "an image of 4 x 3 pixels does not divide by 2")}),
          row_of_upsample_nearest(),
          row_of_upsample_bilinear(),
          padding_row<reflection_pad2d>(
              "reflection_pad2d",
              {throws<ValueError>(
                  [] {
                    reflection_pad2d(zeros({1, 1, 3, 4}), 3);
                  },
                  "[reflection_pad2d] a padding of 3 for an extent of 3 must be at least 0 and at most 2")}),
          padding_row<replication_pad2d>("replication_pad2d", {})};
}

}  // namespace xgrad::test
