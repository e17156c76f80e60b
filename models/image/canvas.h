// SPDX-License-Identifier: BSD-3-Clause
// Canvas: smooth dots and strokes over a region of the plane, as an RGB picture.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::models {

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// A square picture of [-reach, reach]^2, y upwards. What is drawn later covers what was drawn before.
class Canvas {
 public:
  using Point = std::array<double, 2>;

  /// @throws ValueError unless the side is 1 to 16384 pixels and the reach positive.
  Canvas(std::int64_t side, double reach, Color background = {255, 255, 255});

  /// A disc; `radius` and `width` are in pixels, `opacity` in [0, 1]. Points that are not finite are left out.
  void dot(const Point& at, double radius, Color color, double opacity = 1.0);
  /// A stroke with round ends.
  void line(const Point& from, const Point& to, double width, Color color, double opacity = 1.0);
  /// A stroke with a head at its end.
  void arrow(const Point& from, const Point& to, double width, Color color, double opacity = 1.0);

  std::string png() const;
  /// @throws IoError
  void write(const std::string& path) const;

 private:
  std::int64_t side_;
  double reach_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace xgrad::models
