// SPDX-License-Identifier: BSD-3-Clause
// Depthwise convolution, one filter a channel: sums of shifted rows, without columns or products. Internal to kernels.
#pragma once

#include <algorithm>
#include <cstdint>

#include <xgrad/autograd/kernels/conv_shape.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels::detail {

/// Calls f(tap, x_row, y_row, n) for each kernel tap and output row of a plane: output y_row[i] meets input
/// x_row[stride i], i in [0, n).
template <class X, class Y, class F>
void each_tap_row(const ConvShape& s, X* x, Y* y, const F& f) {
  for (std::int64_t kh = 0; kh < s.kernel[0]; ++kh) {
    const std::int64_t down = kh * s.dilation[0] - s.padding[0];
    const auto [top, bottom] = s.inside(0, down);
    for (std::int64_t kw = 0; kw < s.kernel[1]; ++kw) {
      const std::int64_t right = kw * s.dilation[1] - s.padding[1];
      const auto [first, last] = s.inside(1, right);
      for (std::int64_t oh = top; oh < bottom; ++oh) {
        f(kh * s.kernel[1] + kw, x + (oh * s.stride[0] + down) * s.in[1] + first * s.stride[1] + right,
          y + oh * s.out[1] + first, last - first);
      }
    }
  }
}

/// f(plane) over the planes of all samples, or of the channels, in parallel.
template <class F>
void each_plane(std::int64_t planes, const F& f) {
  xgrad::detail::parallel_for(planes, 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) f(i);
  });
}

template <class T>
void depthwise_forward(const ConvShape& s, const T* x, const T* w, const T* bias, T* y) {
  const std::int64_t in = s.in[0] * s.in[1], out = s.out[0] * s.out[1], taps = s.kernel[0] * s.kernel[1];
  each_plane(s.batch * s.channels, [&](std::int64_t p) {
    const T* filter = w + p % s.channels * taps;
    std::fill_n(y + p * out, out, bias != nullptr ? bias[p % s.channels] : T(0));
    each_tap_row(s, x + p * in, y + p * out, [&](std::int64_t tap, const T* from, T* to, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) to[i] += filter[tap] * from[i * s.stride[1]];
    });
  });
}

template <class T>
void depthwise_input(const ConvShape& s, const T* y, const T* w, const T* bias, T* x) {
  const std::int64_t in = s.in[0] * s.in[1], out = s.out[0] * s.out[1], taps = s.kernel[0] * s.kernel[1];
  each_plane(s.batch * s.channels, [&](std::int64_t p) {
    const T* filter = w + p % s.channels * taps;
    std::fill_n(x + p * in, in, bias != nullptr ? bias[p % s.channels] : T(0));
    each_tap_row(s, x + p * in, y + p * out, [&](std::int64_t tap, T* to, const T* from, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) to[i * s.stride[1]] += filter[tap] * from[i];
    });
  });
}

template <class T>
void depthwise_weight(const ConvShape& s, const T* x, const T* y, T* w) {
  const std::int64_t in = s.in[0] * s.in[1], out = s.out[0] * s.out[1], taps = s.kernel[0] * s.kernel[1];
  each_plane(s.channels, [&](std::int64_t c) {
    T* filter = w + c * taps;
    std::fill_n(filter, taps, T(0));
    for (std::int64_t p = c; p < s.batch * s.channels; p += s.channels) {
      each_tap_row(s, x + p * in, y + p * out, [&](std::int64_t tap, const T* a, const T* b, std::int64_t n) {
        T total = 0;
        for (std::int64_t i = 0; i < n; ++i) total += a[i * s.stride[1]] * b[i];
        filter[tap] += total;
      });
    }
  });
}

}  // namespace xgrad::kernels::detail
