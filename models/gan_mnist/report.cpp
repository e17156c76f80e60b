// SPDX-License-Identifier: BSD-3-Clause
// The page and its curves, as SVG.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <xgrad/models/gan_mnist/report.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;

constexpr double width = 640;
constexpr double height = 160;

using Points = std::vector<std::pair<double, double>>;

// (step, value) of one metric; lines without it, or where it was not finite, are left out.
Points read_curve(const std::string& metrics, const char* name) {
  Points points;
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains(name) || !entry[name].is_number()) continue;
    points.emplace_back(entry.at("step").get<double>(), entry[name].get<double>());
  }
  return points;
}

std::string svg(const Points& points) {
  if (points.size() < 2) return "<p>not yet</p>";
  const auto by_value = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto [low, high] = std::minmax_element(points.begin(), points.end(), by_value);
  const double x0 = points.front().first;
  const double dx = std::max(points.back().first - x0, 1.0);
  const double dy = std::max(high->second - low->second, 1e-12);
  char text[256];
  std::snprintf(text, sizeof text, R"(<svg viewBox="0 -4 %g %g"><polyline fill="none" stroke="currentColor" points=")",
                width, height + 8);
  std::string out = text;
  for (const auto& [step, value] : points) {
    std::snprintf(text, sizeof text, "%.1f,%.1f ", width * (step - x0) / dx, height * (high->second - value) / dy);
    out += text;
  }
  std::snprintf(text, sizeof text, "\"/></svg><p>from %.4g to %.4g, at the end %.4g</p>", low->second, high->second,
                points.back().second);
  return out + text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  return out;
}

std::string pre(const std::string& text) { return "<pre>" + escaped(text) + "</pre>\n"; }

}  // namespace

void write_report(const fs::path& run, const std::string& description, const fs::path& picture) {
  const std::string title = escaped(fs::weakly_canonical(run).filename().string());
  const std::string metrics = nn::read_file((run / "metrics.jsonl").string());
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>" + title +
                     "</title>\n<style>body { font: 16px sans-serif; max-width: 42em; margin: 2em auto }\n"
                     "img { width: 100%; image-rendering: pixelated } pre { overflow: auto }</style>\n<h1>" +
                     title + "</h1>\n" + pre(description) + "<img alt=\"samples\" src=\"" +
                     escaped(fs::relative(picture, run).generic_string()) + "\">\n";
  const std::pair<const char*, const char*> curves[] = {{"d_loss", "Loss of D"},
                                                        {"g_loss", "Loss of G"},
                                                        {"penalty", "Penalty"},
                                                        {"d_real", "Mean logit of real images"},
                                                        {"d_fake", "Mean logit of generated images"}};
  for (const auto& [name, title] : curves) {
    const Points points = read_curve(metrics, name);
    if (!points.empty()) page += "<h2>" + std::string(title) + "</h2>\n" + svg(points) + "\n";
  }
  page += "<h2>Settings</h2>\n" + pre(nn::read_file((run / "config.toml").string()));
  page += "<h2>Environment</h2>\n" + pre(nn::read_file((run / "env.json").string()));
  nn::write_file((run / "report.html").string(), page);
}

}  // namespace xgrad::gan_mnist
