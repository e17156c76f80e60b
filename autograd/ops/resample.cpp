// SPDX-License-Identifier: BSD-3-Clause
// Average pooling, interpolation and padding by the image: one linear op, whose rule is itself with transposed
// matrices.
#include <xgrad/autograd/kernels/resample.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/pool.h>
#include <xgrad/autograd/ops/resize.h>
#include <xgrad/autograd/ops/window.h>
#include <xgrad/autograd/text.h>

namespace xgrad {

namespace {

using kernels::AxisMap;

struct Family;

/// The matrices on the two last axes.
struct Maps {
  AxisMap rows, columns;
};

/// What the op is called, and its matrices, shared with its copies.
struct Resampling {
  const Family* family;
  bool adjoint;
  std::shared_ptr<const Maps> maps;
};

/// A map and its adjoint, which differ in name only.
struct Family {
  constexpr Family(const char* name, const char* adjoint_name);
  OpDef<Resampling> op, adjoint;
};

Variable resample(const Variable& x, const Family& family, bool adjoint, Maps maps) {
  const Resampling attrs{&family, adjoint, std::make_shared<const Maps>(std::move(maps))};
  return apply(adjoint ? family.adjoint : family.op, attrs, x);
}

constexpr OpDef<Resampling> definition(const char* name) {
  return {.name = name,
          .infer =
              [](const char* op, const Resampling& a, Operands in) {
                detail::check_floating(op, in[0]);
                Shape out = in[0].shape();
                out[out.rank() - 2] = a.maps->rows.out();
                out[out.rank() - 1] = a.maps->columns.out();
                return Spec{out, in[0].dtype()};
              },
          .run = [](const Resampling& a, Operands in,
                    Array& out) { kernels::resample(a.maps->rows, a.maps->columns, in[0], out); },
          .rule =
              [](const Op<Resampling>& op, const Variable& g, std::size_t) {
                const auto& [family, adjoint, maps] = op.attrs();
                return resample(g, *family, !adjoint, {transposed(maps->rows), transposed(maps->columns)});
              }};
}

constexpr Family::Family(const char* name, const char* adjoint_name)
    : op(definition(name)), adjoint(definition(adjoint_name)) {}

constexpr Family avg_pool_family{"avg_pool2d", "avg_pool2d_adjoint"};
constexpr Family adaptive_family{"adaptive_avg_pool2d", "adaptive_avg_pool2d_adjoint"};
constexpr Family nearest_family{"upsample_nearest", "upsample_nearest_adjoint"};
constexpr Family bilinear_family{"upsample_bilinear", "upsample_bilinear_adjoint"};
constexpr Family reflection_family{"reflection_pad2d", "reflection_pad2d_adjoint"};
constexpr Family replication_family{"replication_pad2d", "replication_pad2d_adjoint"};

/// Applies the matrices that map_of(axis, extent) gives for the two last axes of x.
template <class MapOf>
Variable resample_by(const Family& family, const Variable& x, const MapOf& map_of) {
  const Variable* const inputs[] = {&x};
  detail::check_defined(family.op.name, inputs);
  const Shape& s = x.shape();
  const std::string name = std::string("[") + family.op.name + "] ";
  if (s.rank() < 2) throw ShapeError(name + "takes (..., H, W), got " + to_string(s));
  const std::int64_t h = s[s.rank() - 2], w = s[s.rank() - 1];
  if (h < 1 || w < 1) throw ShapeError(name + "the image " + to_string(s) + " has no pixels");
  return detail::named(family.op.name, [&] { return resample(x, family, false, {map_of(0, h), map_of(1, w)}); });
}

[[noreturn]] void throw_value(const Family& family, const std::string& what) {
  throw ValueError(std::string("[") + family.op.name + "] " + what);
}

std::int64_t given(const Family& family, std::int64_t out) {
  if (out < 1) throw_value(family, "the output extent must be at least 1, got " + std::to_string(out));
  return out;
}

/// The mean of in[begin .. end), as a share of `count` elements.
void add_mean(AxisMap& map, std::int64_t begin, std::int64_t end, std::int64_t count) {
  for (std::int64_t k = begin; k < end; ++k) map.add(k, 1.0 / static_cast<double>(count));
  map.end_row();
}

}  // namespace

Variable avg_pool2d(const Variable& x, Extents2d kernel, const AvgPool2dOptions& options) {
  const Extents2d stride = options.stride.value_or(kernel);
  const auto map_of = [&](std::size_t axis, std::int64_t in) {
    const std::int64_t k = kernel[axis], s = stride[axis], p = options.padding[axis];
    const std::int64_t out = detail::window_count("avg_pool2d", x.shape(), in, {k, s, p, 1, options.ceil_mode});
    AxisMap map(in);
    map.reserve(out);
    for (std::int64_t i = 0; i < out; ++i) {
      const std::int64_t begin = i * s - p, end = std::min(begin + k, in + p);
      const std::int64_t first = std::max<std::int64_t>(begin, 0), last = std::min(end, in);
      add_mean(map, first, last, options.count_include_pad ? end - begin : last - first);
    }
    return map;
  };
  return resample_by(avg_pool_family, x, map_of);
}

Variable adaptive_avg_pool2d(const Variable& x, Extents2d size) {
  return resample_by(adaptive_family, x, [&](std::size_t axis, std::int64_t in) {
    const std::int64_t out = given(adaptive_family, size[axis]);
    AxisMap map(in);
    map.reserve(out);
    for (std::int64_t i = 0; i < out; ++i) {
      const auto begin = static_cast<std::int64_t>(detail::Wide{i} * in / out);
      const auto end = static_cast<std::int64_t>(((detail::Wide{i} + 1) * in + out - 1) / out);
      add_mean(map, begin, end, end - begin);
    }
    return map;
  });
}

namespace {

std::int64_t scaled(const Family& family, std::int64_t in, double scale) {
  const double out = std::floor(static_cast<double>(in) * scale);
  if (!(scale > 0.0 && out >= 1.0 && out < 1e9)) {
    throw_value(family,
                "a scale of " + detail::text_of(scale) + " leaves no image of " + std::to_string(in) + " pixels");
  }
  return static_cast<std::int64_t>(out);
}

/// Interpolates at (i + 1/2) step - 1/2, or at points that join the corners.
AxisMap linear_map(std::int64_t in, std::int64_t out, double step, bool align_corners) {
  AxisMap map(in);
  map.reserve(out);
  const double between_corners = out > 1 ? static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0.0;
  for (std::int64_t i = 0; i < out; ++i) {
    const auto at = static_cast<double>(i);
    const double place = align_corners ? at * between_corners : std::max(0.0, (at + 0.5) * step - 0.5);
    const std::int64_t below = std::min(static_cast<std::int64_t>(place), in - 1);
    const double share = std::min(place - static_cast<double>(below), 1.0);
    // A weight of 0 would make NaN of an infinite neighbour: where one pixel counts alone, it counts as two halves.
    const bool alone = share == 0.0 || below + 1 == in;
    map.add(below, alone ? 0.5 : 1.0 - share);
    map.add(alone ? below : below + 1, alone ? 0.5 : share);
    map.end_row();
  }
  return map;
}

/// The image is read at source(i) for i in [-before, in + after).
template <class Source>
AxisMap padded_map(const Family& family, std::int64_t in, std::int64_t before, std::int64_t after, std::int64_t most,
                   const Source& source) {
  for (const std::int64_t p : {before, after}) {
    if (p >= 0 && p <= most) continue;
    throw_value(family, "a padding of " + std::to_string(p) + " for an extent of " + std::to_string(in) +
                            " must be at least 0" + (p < 0 ? "" : " and at most " + std::to_string(most)));
  }
  const std::int64_t end = detail::narrow(family.op.name, detail::Wide{in} + after);
  AxisMap map(in);
  map.reserve(detail::narrow(family.op.name, detail::Wide{end} + before));
  for (std::int64_t i = -before; i < end; ++i) {
    map.add(source(i), 1.0);
    map.end_row();
  }
  return map;
}

/// Before and behind the image.
std::pair<std::int64_t, std::int64_t> sides(const Padding2d& p, std::size_t axis) {
  return axis == 0 ? std::pair(p.top, p.bottom) : std::pair(p.left, p.right);
}

}  // namespace

Variable upsample_nearest(const Variable& x, Extents2d size) {
  return resample_by(nearest_family, x, [&](std::size_t axis, std::int64_t in) {
    const std::int64_t out = given(nearest_family, size[axis]);
    AxisMap map(in);
    map.reserve(out);
    for (std::int64_t i = 0; i < out; ++i) {
      map.add(static_cast<std::int64_t>(detail::Wide{i} * in / out), 1.0);
      map.end_row();
    }
    return map;
  });
}

Variable upsample_nearest(const Variable& x, double scale) {
  return resample_by(nearest_family, x, [&](std::size_t, std::int64_t in) {
    const std::int64_t out = scaled(nearest_family, in, scale);
    AxisMap map(in);
    map.reserve(out);
    for (std::int64_t i = 0; i < out; ++i) {
      map.add(std::min(static_cast<std::int64_t>(static_cast<double>(i) / scale), in - 1), 1.0);
      map.end_row();
    }
    return map;
  });
}

Variable upsample_bilinear(const Variable& x, Extents2d size, bool align_corners) {
  return resample_by(bilinear_family, x, [&](std::size_t axis, std::int64_t in) {
    const std::int64_t out = given(bilinear_family, size[axis]);
    return linear_map(in, out, static_cast<double>(in) / static_cast<double>(out), align_corners);
  });
}

Variable upsample_bilinear(const Variable& x, double scale, bool align_corners) {
  return resample_by(bilinear_family, x, [&](std::size_t, std::int64_t in) {
    return linear_map(in, scaled(bilinear_family, in, scale), 1.0 / scale, align_corners);
  });
}

Variable reflection_pad2d(const Variable& x, const Padding2d& padding) {
  return resample_by(reflection_family, x, [&](std::size_t axis, std::int64_t in) {
    const auto [before, after] = sides(padding, axis);
    return padded_map(reflection_family, in, before, after, in - 1, [in](std::int64_t i) {
      const std::int64_t mirrored = i < 0 ? -i : i;
      return mirrored < in ? mirrored : 2 * (in - 1) - mirrored;
    });
  });
}

Variable replication_pad2d(const Variable& x, const Padding2d& padding) {
  return resample_by(replication_family, x, [&](std::size_t axis, std::int64_t in) {
    const auto [before, after] = sides(padding, axis);
    return padded_map(replication_family, in, before, after, std::numeric_limits<std::int64_t>::max(),
                      [in](std::int64_t i) { return std::clamp<std::int64_t>(i, 0, in - 1); });
  });
}

}  // namespace xgrad
