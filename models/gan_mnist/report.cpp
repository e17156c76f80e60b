// SPDX-License-Identifier: BSD-3-Clause
// The page and its curves, as SVG.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
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

// RFC 4648.
std::string base64(const std::string& bytes) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

// The samples' files without their extensions, in the order of their rounds, the last one among them; not so many that
// the page grows heavy.
std::vector<fs::path> exhibits(const fs::path& folder) {
  constexpr std::size_t most = 32;
  std::set<fs::path> stems;  // waves have two files
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string stem = entry.path().stem().string();
    if (stem.starts_with("step-")) stems.insert(folder / stem);
  }
  const std::vector<fs::path> all(stems.begin(), stems.end());
  if (all.size() <= most) return all;
  std::vector<fs::path> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
  return some;
}

// Whatever there is of one exhibit: a picture, a sound, a text.
std::string embedded(const fs::path& stem, const std::string& title) {
  std::string out;
  const auto content = [&](const char* extension) -> std::optional<std::string> {
    const fs::path path = stem.string() + extension;
    if (!fs::exists(path)) return std::nullopt;
    return nn::read_file(path.string());
  };
  if (const auto png = content(".png")) {
    out += "<img alt=\"" + title + "\" src=\"data:image/png;base64," + base64(*png) + "\">\n";
  }
  if (const auto wav = content(".wav"))
    out += "<audio controls src=\"data:audio/wav;base64," + base64(*wav) + "\"></audio>\n";
  if (const auto txt = content(".txt")) out += pre(*txt);
  return out;
}

// The samples over time: a slider that shows one of the embedded exhibits.
std::string slider(const std::vector<fs::path>& shown) {
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const bool last = i + 1 == shown.size();
    const std::string round = std::to_string(std::strtoll(shown[i].filename().string().substr(5).c_str(), nullptr, 10));
    const std::string title = "samples after round " + round;
    out += "<div class=\"exhibit\" title=\"" + title + "\"" + (last ? "" : " hidden") + ">\n" +
           embedded(shown[i], title) + "</div>\n";
  }
  if (shown.size() < 2) return out;
  const std::string top = std::to_string(shown.size() - 1);
  return out + "<input id=\"time\" type=\"range\" min=\"0\" max=\"" + top + "\" value=\"" + top +
         "\" aria-label=\"time\"> <output id=\"round\"></output>\n<script>\n"
         "const exhibits = document.querySelectorAll('.exhibit'), time = document.getElementById('time');\n"
         "function show() {\n"
         "  exhibits.forEach((exhibit, i) => { exhibit.hidden = i != time.value; });\n"
         "  document.getElementById('round').value = exhibits[time.value].title;\n"
         "}\n"
         "time.addEventListener('input', show);\nshow();\n</script>\n";
}

}  // namespace

void write_report(const fs::path& run, const std::string& description) {
  const std::string title = escaped(fs::weakly_canonical(run).filename().string());
  const std::string metrics = nn::read_file((run / "metrics.jsonl").string());
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>" + title +
      "</title>\n<style>body { font: 16px sans-serif; max-width: 42em; margin: 2em auto }\n"
      "img { width: 100%; image-rendering: pixelated } input { width: 70% } pre { overflow: auto }</style>\n<h1>" +
      title + "</h1>\n" + pre(description) + slider(exhibits(run / "samples"));
  const std::pair<const char*, const char*> curves[] = {{"d_loss", "Loss of D"},
                                                        {"g_loss", "Loss of G"},
                                                        {"penalty", "Penalty"},
                                                        {"d_real", "Mean logit of real samples"},
                                                        {"d_fake", "Mean logit of generated samples"}};
  for (const auto& [name, title] : curves) {
    const Points points = read_curve(metrics, name);
    if (!points.empty()) page += "<h2>" + std::string(title) + "</h2>\n" + svg(points) + "\n";
  }
  page += "<h2>Settings</h2>\n" + pre(nn::read_file((run / "config.toml").string()));
  page += "<h2>Environment</h2>\n" + pre(nn::read_file((run / "env.json").string()));
  nn::write_file((run / "report.html").string(), page);
}

}  // namespace xgrad::gan_mnist
