// SPDX-License-Identifier: BSD-3-Clause
// Panels in two columns.
#include <xgrad/models/gan_mnist/sweep_plot.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <limits>
#include <optional>

namespace xgrad::gan_mnist {

namespace {

constexpr double width = 380, height = 230;        // of a panel
constexpr double left = 52, right = 12, top = 30;  // of its margins
constexpr const char* colors[] = {"#2459c4", "#d4641c", "#1d8a5b", "#8d4bb8", "#b8860b", "#5f6872"};

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  char text[512];
  va_list values;
  va_start(values, pattern);
  std::vsnprintf(text, sizeof text, pattern, values);
  va_end(values);
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

std::optional<double> to_number(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// Where each value of the first axis stands, from 0 to 1.
std::vector<double> places(const std::vector<std::string>& values) {
  std::vector<double> at;
  for (const std::string& value : values) {
    if (const auto number = to_number(value)) at.push_back(*number);
  }
  if (at.size() == values.size() && !at.empty()) {
    const auto [low, high] = std::minmax_element(at.begin(), at.end());
    if (*low > 0.0 && *high >= 10.0 * *low) {
      for (double& x : at) x = std::log(x);
    }
  } else {
    at.clear();
    for (std::size_t i = 0; i < values.size(); ++i) at.push_back(static_cast<double>(i));
  }
  const auto [low, high] = std::minmax_element(at.begin(), at.end());
  const double first = *low;
  const double span = *high - first;
  for (double& x : at) x = span > 0.0 ? (x - first) / span : 0.5;
  return at;
}

// About four round values in a range.
std::vector<double> ticks(double low, double high) {
  const double rough = (high - low) / 4.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double k : {5.0, 2.0, 1.0}) {
    if (k * power >= rough) step = k * power;
  }
  std::vector<double> all;
  for (double k = std::ceil(low / step); k * step <= high; ++k) all.push_back(k * step == 0.0 ? 0.0 : k * step);
  return all;
}

struct Frame {
  double x0, y0, bottom, low, high;

  double x(double place) const { return x0 + left + 14 + (width - left - right - 28) * place; }
  double y(double value) const {
    const double share = (std::clamp(value, low, high) - low) / (high - low);
    return y0 + height - bottom - (height - bottom - top) * share;
  }
};

struct Mark {
  double place;
  std::size_t series;
  models::Interval interval;
};

}  // namespace

std::string plot(const SweepPlan& plan, const std::vector<Summary>& summaries) {
  const std::vector<Flags> grid = points(plan);
  const Axis& axis = plan.axes.front();
  const std::vector<double> at = places(axis.values);
  const std::size_t others = grid.size() / axis.values.size();  // the first axis is the slowest
  std::size_t longest = 0;
  for (const std::string& value : axis.values) longest = std::max(longest, value.size());
  const bool slanted = longest * axis.values.size() > 40;
  const double bottom = slanted ? 24 + 4.6 * static_cast<double>(longest) : 40;

  std::string panels;
  int number = 0;
  for (const auto& [figure, title] : table_columns()) {
    std::vector<Mark> marks;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const auto found = summaries[i].figures.find(figure);
      if (found == summaries[i].figures.end()) continue;
      marks.push_back({at[i / others], i % others, found->second});
      const double half = std::isfinite(found->second.half_width) ? found->second.half_width : 0.0;
      low = std::min(low, found->second.mean - half);
      high = std::max(high, found->second.mean + half);
    }
    if (marks.empty()) continue;
    const auto real = summaries.back().figures.find(figure);
    if (real != summaries.back().figures.end()) {
      low = std::min(low, real->second.mean);
      high = std::max(high, real->second.mean);
    }
    const double room = std::max(0.06 * (high - low), 1e-9 + 1e-3 * std::abs(high));
    const Frame frame{
        .x0 = number % 2 * width, .y0 = number / 2 * height, .bottom = bottom, .low = low - room, .high = high + room};
    ++number;
    panels += format("<text x=\"%.1f\" y=\"%.1f\" font-weight=\"bold\">%s</text>\n", frame.x0 + left, frame.y0 + 18,
                     title.c_str());
    for (const double t : ticks(frame.low, frame.high)) {
      panels += format(
          "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.4g"
          "</text>\n",
          frame.x0 + left, frame.y(t), frame.x0 + width - right, frame.x0 + left - 6, frame.y(t) + 4, t);
    }
    for (std::size_t i = 0; i < axis.values.size(); ++i) {
      const double x = frame.x(at[i]);
      const double y = frame.y0 + height - bottom + 16;
      panels += slanted ? format("<text transform=\"translate(%.1f %.1f) rotate(-50)\" text-anchor=\"end\">", x + 4, y)
                        : format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x, y);
      panels += escaped(axis.values[i]) + "</text>\n";
    }
    if (!slanted) {
      panels += format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#666\">",
                       frame.x0 + left + (width - left - right) / 2, frame.y0 + height - bottom + 32) +
                escaped(axis.flag) + "</text>\n";
    }
    if (real != summaries.back().figures.end()) {
      panels += format("<path d=\"M%.1f %.1fH%.1f\" stroke=\"#333\" stroke-dasharray=\"4 3\"/>\n", frame.x0 + left,
                       frame.y(real->second.mean), frame.x0 + width - right);
    }
    for (const Mark& m : marks) {
      const char* color = colors[m.series % std::size(colors)];
      const double x = frame.x(m.place) + 5.0 * (static_cast<double>(m.series) - 0.5 * static_cast<double>(others - 1));
      if (std::isfinite(m.interval.half_width)) {
        const double y1 = frame.y(m.interval.mean - m.interval.half_width);
        const double y2 = frame.y(m.interval.mean + m.interval.half_width);
        panels +=
            format("<path d=\"M%.1f %.1fV%.1fM%.1f %.1fh6m-6 0M%.1f %.1fh6\" stroke=\"%s\" stroke-width=\"1.4\"/>\n", x,
                   y1, y2, x - 3, y1, x - 3, y2, color);
      }
      panels += format("<circle class=\"mean\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\" fill=\"%s\"/>\n", x,
                       frame.y(m.interval.mean), color);
    }
  }
  const double bare = (number + 1) / 2 * height;
  std::string legend;
  for (std::size_t s = 0; others > 1 && s < others; ++s) {
    const Flags rest(grid[s].begin() + 1, grid[s].end());
    const double y = bare + 18 + 18 * static_cast<double>(s);
    legend += format("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.4\" fill=\"%s\"/><text x=\"%.1f\" y=\"%.1f\">", left, y - 4,
                     colors[s % std::size(colors)], left + 10, y) +
              escaped(to_string(rest)) + "</text>\n";
  }
  const double total = bare + (others > 1 ? 18.0 * static_cast<double>(others) + 12 : 0.0);
  return format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
             "font-size=\"11\" fill=\"#222\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
             2 * width, total) +
         panels + legend + "</svg>\n";
}

}  // namespace xgrad::gan_mnist
