// SPDX-License-Identifier: BSD-3-Clause
// gan_2d table: many presets, several seeds each, as means and standard errors beside the published rows. Runs are
// processes of their own; finished ones are read back from the results file.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/models/gan_2d/results.h>
#include <xgrad/models/metrics/statistics.h>
#include <xgrad/models/run/child.h>
#include <xgrad/models/toy_network.h>

namespace xgrad::gan_2d {

namespace {

using models::ModeStatistics;

struct TableOptions {
  std::string data = "ring";
  std::vector<std::string> presets = {"gan", "unrolled", "wgan-gp", "r1", "r3gan", "pacgan2", "cgd"};
  std::string network = "published";
  std::int64_t steps = 20000;
  std::uint64_t seeds = 10;
  int jobs = 0;
  std::filesystem::path out = default_results;
};

/// A preset and the length of its runs.
struct Row {
  std::string preset;
  std::int64_t steps;
};

/// "cgd:2000" is cgd for 2,000 rounds, whatever --steps says.
Row row_of(const std::string& text, std::int64_t steps) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {text, steps};
  const std::string own = text.substr(colon + 1);
  return {text.substr(0, colon),
          command_line::parse_value<std::int64_t>("--presets: the number of rounds in " + command_line::shown(text),
                                                  own, command_line::at_least(1))};
}

std::vector<std::string> words_of(const TableOptions& o, const Row& row, std::uint64_t seed) {
  return {"run",
          "--data=" + o.data,
          "--net=" + o.network,
          "--preset=" + row.preset,
          "--steps=" + std::to_string(row.steps),
          "--seed=" + std::to_string(seed),
          "--out=" + o.out.string()};
}

/// "6.30 +- 0.42" over the runs that ended.
std::string cell(const std::vector<ModeStatistics>& runs, double (*value)(const ModeStatistics&), const char* format) {
  std::vector<double> values;
  for (const ModeStatistics& s : runs) values.push_back(value(s));
  const models::Mean mean = models::mean_of(values);
  char text[64];
  std::snprintf(text, sizeof text, format, mean.value, values.size() > 1 ? mean.standard_error : 0.0);
  return text;
}

void print(const TableOptions& o, const std::vector<Row>& rows, const Results& results) {
  std::printf(
      "\n| preset | rounds | modes | high quality, %% | reverse KL | runs | s a run "
      "|\n|---|---|---|---|---|---|---|\n");
  for (const Row& row : rows) {
    std::vector<ModeStatistics> ended;
    double seconds = 0.0;
    for (std::uint64_t seed = 1; seed <= o.seeds; ++seed) {
      const Result& result = results.at({row.preset, row.steps, seed});
      seconds += result.seconds / static_cast<double>(o.seeds);
      if (result.statistics) ended.push_back(*result.statistics);
    }
    const auto of = [&](double (*value)(const ModeStatistics&), const char* format) {
      return ended.empty() ? std::string() : cell(ended, value, format);
    };
    const auto modes = of([](const ModeStatistics& s) { return static_cast<double>(s.modes); }, "%.1f +- %.1f");
    const auto quality = of([](const ModeStatistics& s) { return 100.0 * s.high_quality; }, "%.1f +- %.1f");
    const auto kl = of([](const ModeStatistics& s) { return s.reverse_kl; }, "%.2f +- %.2f");
    std::string runs = std::to_string(ended.size());
    const auto diverged = o.seeds - ended.size();
    if (diverged > 0) runs += ", " + std::to_string(diverged) + " diverged";
    std::printf("| %s | %lld | %s | %s | %s | %s | %.0f |\n", row.preset.c_str(), static_cast<long long>(row.steps),
                modes.c_str(), quality.c_str(), kl.c_str(), runs.c_str(), seconds);
  }
  // Lin et al. (2018), table 1: ten trials.
  if (o.data == "ring") {
    std::printf(
        "| published: GAN | 400000 | 6.3 | 98.2 | 0.45 | 10 | |\n"
        "| published: PacGAN2 | 400000 | 7.9 | 95.6 | 0.07 | 10 | |\n");
  } else {
    std::printf(
        "| published: GAN | 400000 | 17.3 | 94.8 | 0.70 | 10 | |\n"
        "| published: PacGAN2 | 400000 | 23.8 | 91.3 | 0.13 | 10 | |\n");
  }
}

void table(const TableOptions& o) {
  models::find_mixture(o.data);  // mistakes are worth knowing at once
  models::find_toy_network(o.network);
  std::vector<Row> rows;
  for (const std::string& text : o.presets) {
    rows.push_back(row_of(text, o.steps));
    plane_preset({.data = o.data, .preset = rows.back().preset, .network = o.network});
  }
  const auto results = [&] { return read_results(o.out, o.data, o.network); };
  const Results known = results();
  std::vector<std::vector<std::string>> missing;
  for (std::uint64_t seed = 1; seed <= o.seeds; ++seed) {
    for (const Row& row : rows) {
      if (!known.contains({row.preset, row.steps, seed})) missing.push_back(words_of(o, row, seed));
    }
  }
  std::size_t failed = 0;
  models::run_children(
      missing.size(), o.jobs, [&](std::size_t i) { return models::Child(missing[i]); },
      [&](std::size_t, int code) {
        failed += code != 0 ? 1 : 0;
        return true;
      });
  if (failed > 0) {
    throw Error(std::to_string(failed) + " of " + std::to_string(missing.size()) +
                " runs failed; the same command tries them again");
  }
  print(o, rows, results());
}

}  // namespace

void add_table(CLI::App& app) {
  CLI::App* command = app.add_subcommand("table", "Compare presets over several seeds");
  const auto options = std::make_shared<TableOptions>();
  using namespace command_line;
  command->allow_extras();
  add_value(*command, "--data", options->data, "ring or grid")->capture_default_str();
  add_value(*command, "--presets", options->presets, "Names, separated by commas; name:n for n rounds of one")
      ->delimiter(',')
      ->capture_default_str();
  add_value(*command, "--net", options->network, "published or small")->capture_default_str();
  add_value(*command, "--steps", options->steps, "Rounds of each run", at_least(1))->capture_default_str();
  add_value(*command, "--seeds", options->seeds, "Runs of each preset", {.least = 1, .below = 1000001})
      ->capture_default_str();
  add_value(*command, "--jobs", options->jobs, "Runs at a time; by default as many as there are cores", at_least(0));
  add_value(*command, "--out", options->out, "Results, one JSON line a run")->capture_default_str();
  command->callback([command, options] {
    refuse_extras(*command);
    table(*options);
  });
}

}  // namespace xgrad::gan_2d
