// SPDX-License-Identifier: BSD-3-Clause
// report.html as text, and in headless Chromium where there is one.
#include <doctest/doctest.h>

#include <cstdlib>
#include <regex>
#include <string>

#include <nlohmann/json.hpp>

#include "gan_mnist_place.h"

using namespace xgrad;
using namespace xgrad::tests;
using nlohmann::json;

namespace {

// What stands between two marks.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) return "";
  const std::size_t from = at + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

std::string chromium() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    for (const char* folder : {"/usr/bin/", "/usr/local/bin/"}) {
      if (fs::exists(std::string(folder) + name)) return std::string(folder) + name;
    }
  }
  return "";
}

struct Trained {
  Place place;
  fs::path report = place.folder.path() / "run/report.html";

  Trained() {
    const Outcome outcome =
        place.train("--preset r1 --steps 24 --log-every 2 --measure 10 --classifier pixels --out run");
    REQUIRE_MESSAGE(outcome.code == 0, outcome.output);
  }
};

}  // namespace

TEST_CASE("report: one file with charts, samples, figures, settings and environment, and nothing from elsewhere") {
  const Trained run;
  const std::string page = content(run.report);
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(count(page, "class=\"exhibit\"") == 5);  // before the first epoch of six rounds and after each
  CHECK(contains(page, "id=\"time\" type=\"range\" min=\"0\" max=\"4\" value=\"4\""));
  CHECK(contains(page, "prefers-color-scheme: dark"));
  CHECK(contains(page, "preset = &quot;r1&quot;") != contains(page, "preset = \"r1\""));
  CHECK(contains(page, "\"compiler\""));
  CHECK(contains(page, "<td>coverage</td>"));
  // Nothing that a browser would fetch.
  CHECK(!std::regex_search(page, std::regex("(src|href)=\"(?!data:)|url\\(|@import|https?://")));

  const json data = json::parse(between(page, "id=\"data\">", "</script>"));
  std::map<std::string, json> charts;
  for (const json& chart : data.at("charts")) charts[chart.at("title")] = chart;
  for (const char* title :
       {"Losses", "Gradient norms", "Mean logits of D", "Penalty", "Slope of D where it is penalised", "MMD²",
        "Precision and recall", "Told apart by the nearest neighbour"}) {
    CAPTURE(title);
    CHECK(charts.contains(title));
  }
  CHECK(!charts.contains("FID"));
  CHECK(charts.at("Gradient norms").at("log") == true);
  const json& losses = charts.at("Losses").at("series");
  REQUIRE(losses.size() == 2);
  CHECK(losses[0].at("points").size() == 12);
  CHECK(losses[0].at("points").back()[0] == 24);
  const json& slope = charts.at("Slope of D where it is penalised").at("series")[0];
  CHECK(slope.at("band").size() == slope.at("points").size());
}

TEST_CASE("report: figures that are no numbers or nearly nothing do no harm, nor do those with names of tags") {
  const Place place;
  REQUIRE(place.train("--steps 2 --out run").code == 0);
  const fs::path metrics = place.folder.path() / "run/metrics.jsonl";
  std::ofstream(metrics) << "{\"step\":1,\"fid\":1e-310,\"d_loss\":null,\"</script><b>\":1}\n";
  const Outcome outcome = place.run("train --resume run --steps 3");
  REQUIRE_MESSAGE(outcome.code == 0, outcome.output);
  const json data = json::parse(between(content(place.folder.path() / "run/report.html"), "id=\"data\">", "</script>"));
  CHECK(data.at("charts").size() == 2);
}

TEST_CASE("report: a browser draws the charts and turns the slider") {
  const std::string browser = chromium();
  if (browser.empty()) {
    MESSAGE("skipped: there is no Chromium here");
    return;
  }
  const Trained run;
  Program program(browser,
                  {"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
                   "--user-data-dir=" + (run.place.folder.path() / "browser").string(), "--dump-dom",
                   "file://" + run.report.string()},
                  run.place.folder.path());
  if (program.wait(60) != 0) {
    MESSAGE("skipped: this Chromium does not run here: ", program.output());
    return;
  }
  const std::string dom = program.output();
  const json data = json::parse(between(dom, "id=\"data\">", "</script>"));
  CHECK(count(dom, "<figure class=\"chart\">") == data.at("charts").size());
  CHECK(count(dom, "<polyline class=\"curve\"") >= data.at("charts").size());
  CHECK(contains(dom, "Gradient norms (log scale)"));
  CHECK(contains(dom, "class=\"band\""));
  CHECK(!contains(dom, "NaN"));
  CHECK(contains(dom, "id=\"time\" type=\"range\""));
  CHECK(contains(dom, "title=\"samples after round 24\">"));
  CHECK(count(dom, "hidden=\"\"") == 4);  // all exhibits but the last
}
