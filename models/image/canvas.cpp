// SPDX-License-Identifier: BSD-3-Clause
// Every stroke is the set of points near a segment: a pixel is covered as far as its centre is inside.
#include <xgrad/models/image/canvas.h>

#include <algorithm>
#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/models/image/png.h>
#include <xgrad/nn/file.h>

namespace xgrad::models {

Canvas::Canvas(std::int64_t side, double reach, Color background) : side_(side), reach_(reach) {
  if (side < 1 || side > 1 << 14 || !(reach > 0.0)) {
    throw ValueError("[Canvas] a side of " + std::to_string(side) + " pixels for a reach of " + std::to_string(reach) +
                     " makes no picture");
  }
  pixels_.reserve(static_cast<std::size_t>(3 * side * side));
  for (std::int64_t i = 0; i < side * side; ++i) {
    pixels_.insert(pixels_.end(), {background.red, background.green, background.blue});
  }
}

void Canvas::dot(const Point& at, double radius, Color color, double opacity) {
  line(at, at, 2.0 * radius, color, opacity);
}

void Canvas::line(const Point& from, const Point& to, double width, Color color, double opacity) {
  const double scale = static_cast<double>(side_) / (2.0 * reach_);
  const auto pixel = [&](const Point& p) { return Point{(p[0] + reach_) * scale, (reach_ - p[1]) * scale}; };
  const Point a = pixel(from);
  const Point b = pixel(to);
  if (!std::isfinite(a[0] + a[1] + b[0] + b[1])) return;
  const double radius = 0.5 * width;
  const Point way = {b[0] - a[0], b[1] - a[1]};
  const double length = way[0] * way[0] + way[1] * way[1];
  // The pixels whose centres may be covered.
  const auto range = [&](std::size_t axis) {
    const double last = static_cast<double>(side_) - 1.0;
    const double low = std::floor(std::min(a[axis], b[axis]) - radius - 1.0);
    const double high = std::ceil(std::max(a[axis], b[axis]) + radius + 1.0);
    return std::pair{static_cast<std::int64_t>(std::clamp(low, 0.0, last)),
                     static_cast<std::int64_t>(std::clamp(high, -1.0, last))};
  };
  const auto [left, right] = range(0);
  const auto [top, bottom] = range(1);
  const std::uint8_t ink[] = {color.red, color.green, color.blue};
  for (std::int64_t row = top; row <= bottom; ++row) {
    for (std::int64_t column = left; column <= right; ++column) {
      const double x = static_cast<double>(column) + 0.5 - a[0];
      const double y = static_cast<double>(row) + 0.5 - a[1];
      const double t = length > 0.0 ? std::clamp((x * way[0] + y * way[1]) / length, 0.0, 1.0) : 0.0;
      const double distance = std::hypot(x - t * way[0], y - t * way[1]);
      const double cover = opacity * std::clamp(radius + 0.5 - distance, 0.0, 1.0);
      if (cover <= 0.0) continue;
      std::uint8_t* p = &pixels_[static_cast<std::size_t>(3 * (row * side_ + column))];
      for (int k = 0; k < 3; ++k) p[k] = static_cast<std::uint8_t>(std::lround(p[k] + cover * (ink[k] - p[k])));
    }
  }
}

void Canvas::arrow(const Point& from, const Point& to, double width, Color color, double opacity) {
  line(from, to, width, color, opacity);
  for (const double side : {-1.0, 1.0}) {
    const Point back = {0.3 * (from[0] - to[0]), 0.3 * (from[1] - to[1])};
    line(to, {to[0] + back[0] - 0.5 * side * back[1], to[1] + back[1] + 0.5 * side * back[0]}, width, color, opacity);
  }
}

std::string Canvas::png() const { return encode_png(pixels_, side_, side_, 3); }

void Canvas::write(const std::string& path) const { nn::write_file(path, png()); }

}  // namespace xgrad::models
