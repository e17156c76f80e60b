// SPDX-License-Identifier: BSD-3-Clause
// The page: what was learnt from what, the samples over time, charts, figures, settings.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <xgrad/models/gan_mnist/report.h>
#include <xgrad/models/gan_mnist/report_assets.h>
#include <xgrad/models/gan_mnist/report_charts.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;

constexpr const char* report_file = "report.html";
constexpr const char* description_file = "description.txt";

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
  if (!fs::exists(folder)) return {};
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
  if (const auto txt = content(".txt")) out += "<pre class=\"text\">" + escaped(*txt) + "</pre>\n";
  return out;
}

// The samples over time: a slider that shows one of the embedded exhibits.
std::string slider(const std::vector<fs::path>& shown) {
  std::string out = "<div class=\"card samples\">\n";
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const bool last = i + 1 == shown.size();
    const std::string round = std::to_string(std::strtoll(shown[i].filename().string().substr(5).c_str(), nullptr, 10));
    const std::string title = "samples after round " + round;
    out += "<div class=\"exhibit\" title=\"" + title + "\"" + (last ? "" : " hidden") + ">\n" +
           embedded(shown[i], title) + "</div>\n";
  }
  if (shown.size() > 1) {
    const std::string top = std::to_string(shown.size() - 1);
    out += "<div class=\"time\"><input id=\"time\" type=\"range\" min=\"0\" max=\"" + top + "\" value=\"" + top +
           "\" aria-label=\"time\"> <output id=\"round\"></output></div>\n";
  }
  return out + "</div>\n";
}

std::string number(const nlohmann::ordered_json& value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value.is_number() ? value.get<double>() : 0.0);
  return value.is_number() ? text : "";
}

// What gan_mnist eval has written, if it has.
std::string measured(const fs::path& file) {
  if (!fs::exists(file)) return "";
  const auto eval = nlohmann::ordered_json::parse(nn::read_file(file.string()), nullptr, false);
  if (!eval.is_object() || !eval.contains("generated") || !eval.contains("real")) return "";
  std::string out = "<h2>Measured</h2>\n<div class=\"card table\"><table><thead><tr><th>" +
                    number(eval.value("n", nlohmann::ordered_json())) + " images after round " +
                    number(eval.value("round", nlohmann::ordered_json())) +
                    "</th><th>generated</th><th>other real</th></tr></thead><tbody>\n";
  for (const auto& [name, value] : eval["generated"].items()) {
    out += "<tr><td>" + escaped(name) + "</td><td>" + number(value) + "</td><td>" +
           number(eval["real"].value(name, nlohmann::ordered_json())) + "</td></tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string section(const char* title, const std::string& text) {
  return "<h2>" + std::string(title) + "</h2>\n<div class=\"card\">" + pre(text) + "</div>\n";
}

}  // namespace

void write_report(const fs::path& run) {
  const auto content = [&](const char* name) {
    const fs::path file = run / name;
    return fs::exists(file) ? nn::read_file(file.string()) : std::string();
  };
  const std::string title = escaped(fs::weakly_canonical(run).filename().string());
  const std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      title + "</title>\n<style>" + report_style + "</style>\n</head>\n<body>\n<main>\n<h1>" + title + "</h1>\n" +
      pre(content(description_file)) + "<h2>Samples</h2>\n" + slider(exhibits(run / "samples")) +
      "<h2>Over time</h2>\n<div id=\"charts\"></div>\n" + measured(run / "eval.json") +
      section("Settings", content("config.toml")) + section("Environment", content("env.json")) +
      "</main>\n<script type=\"application/json\" id=\"data\">" + charts_json(content("metrics.jsonl")) +
      "</script>\n<script>" + report_script + "</script>\n</body>\n</html>\n";
  nn::write_file((run / report_file).string(), page);
}

fs::path fresh_report(const fs::path& run) {
  const fs::path report = run / report_file;
  std::error_code error;
  const fs::file_time_type written = fs::last_write_time(report, error);
  bool fresh = !error;
  for (const char* name : {description_file, "metrics.jsonl", "eval.json", "config.toml", "env.json", "samples"}) {
    const fs::file_time_type changed = fs::last_write_time(run / name, error);
    fresh = fresh && (error || changed <= written);
  }
  if (!fresh) write_report(run);
  return report;
}

}  // namespace xgrad::gan_mnist
