// SPDX-License-Identifier: BSD-3-Clause
// One table of charts; a figure that none of them knows gets its own.
#include <xgrad/models/gan_mnist/report_charts.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace xgrad::gan_mnist {

namespace {

using nlohmann::ordered_json;

struct Curve {
  std::string figure;
  std::string label;
  std::string band = {};  ///< the figure that is its half width
};

struct Chart {
  std::string title;
  bool log = false;
  std::vector<Curve> curves;
  std::optional<double> at = {};  ///< a value to be marked
};

const std::vector<Chart>& known_charts() {
  static const std::vector<Chart> charts = {
      {.title = "Losses", .curves = {{"d_loss", "D"}, {"g_loss", "G"}}},
      {.title = "Gradient norms", .log = true, .curves = {{"d_gradient", "D"}, {"g_gradient", "G"}}},
      {.title = "Mean logits of D", .curves = {{"d_real", "real"}, {"d_fake", "generated"}, {"gap", "gap"}}},
      {.title = "Penalty", .log = true, .curves = {{"penalty", "weighted"}}},
      {.title = "Slope of D where it is penalised", .curves = {{"slope_mean", "mean, ± sd", "slope_sd"}}},
      {.title = "FID", .log = true, .curves = {{"fid", "on our features"}}},
      {.title = "KID", .curves = {{"kid", "cubic kernel"}}},
      {.title = "MMD²", .log = true, .curves = {{"mmd2", "Gaussian kernels"}}},
      {.title = "Precision and recall", .curves = {{"precision", "precision"}, {"recall", "recall"}}},
      {.title = "Density and coverage", .curves = {{"density", "density"}, {"coverage", "coverage"}}},
      {.title = "Told apart by the nearest neighbour", .curves = {{"nearest_accuracy", "accuracy"}}, .at = 0.5},
      {.title = "Classifier score", .curves = {{"classifier_score", "score"}}},
      {.title = "Classes", .curves = {{"classes", "of generated images"}}},
      {.title = "Evenness of classes", .curves = {{"classes_reverse_kl", "KL from even, nats"}}},
  };
  return charts;
}

using Figures = std::map<std::string, std::vector<std::pair<std::int64_t, double>>>;

// Every number by its name; lines without it, or where it was not finite, are left out.
Figures read_figures(const std::string& metrics, std::vector<std::string>& names) {
  Figures figures;
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    const auto entry = ordered_json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("step") || !entry["step"].is_number_integer()) continue;
    for (const auto& [name, value] : entry.items()) {
      if (name == "step" || !value.is_number()) continue;
      if (!figures.contains(name)) names.push_back(name);
      figures[name].emplace_back(entry["step"].get<std::int64_t>(), value.get<double>());
    }
  }
  return figures;
}

// Four digits are more than a picture shows.
double rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return std::strtod(text, nullptr);  // which takes numbers that std::stod finds too small
}

// The points of a curve, of long runs every few ones only.
ordered_json series_of(const Curve& curve, const Figures& figures) {
  constexpr std::size_t most = 600;
  const auto& points = figures.at(curve.figure);
  const auto band = figures.find(curve.band);
  const bool shaded = band != figures.end() && band->second.size() == points.size();
  const std::size_t stride = (points.size() + most - 1) / most;
  ordered_json series = {{"label", curve.label}, {"points", ordered_json::array()}};
  for (std::size_t i = (points.size() - 1) % stride; i < points.size(); i += stride) {
    series["points"].push_back({points[i].first, rounded(points[i].second)});
    if (shaded) series["band"].push_back(rounded(band->second[i].second));
  }
  return series;
}

}  // namespace

std::string charts_json(const std::string& metrics) {
  std::vector<std::string> names;
  const Figures figures = read_figures(metrics, names);
  std::vector<Chart> charts = known_charts();
  for (const std::string& name : names) {
    bool known = false;
    for (const Chart& chart : known_charts()) {
      for (const Curve& curve : chart.curves) known = known || curve.figure == name || curve.band == name;
    }
    if (!known) charts.push_back({.title = name, .curves = {{name, name}}, .at = {}});
  }
  ordered_json json = {{"charts", ordered_json::array()}};
  for (const Chart& chart : charts) {
    ordered_json entry = {{"title", chart.title}, {"log", chart.log}};
    for (const Curve& curve : chart.curves) {
      if (figures.contains(curve.figure)) entry["series"].push_back(series_of(curve, figures));
    }
    if (chart.at) entry["at"] = *chart.at;
    if (entry.contains("series")) json["charts"].push_back(std::move(entry));
  }
  std::string text;
  for (const char c : json.dump(-1, ' ', false, ordered_json::error_handler_t::replace)) {
    text += c == '<' ? "\\u003c" : std::string(1, c);
  }
  return text;
}

}  // namespace xgrad::gan_mnist
