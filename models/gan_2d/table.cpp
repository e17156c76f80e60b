// SPDX-License-Identifier: BSD-3-Clause
// gan_2d table: many presets, several seeds each, as means and standard errors beside the published rows. Runs are
// processes of their own; finished ones are read back from the results file.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/models/gan_2d/experiment.h>
#include <xgrad/models/metrics/statistics.h>
#include <xgrad/models/run/processes.h>
#include <xgrad/models/toy_network.h>

namespace xgrad::gan_2d {

namespace {

namespace fs = std::filesystem;
using models::ModeStatistics;

struct TableOptions {
  std::string data = "ring";
  std::vector<std::string> presets = {"gan", "unrolled", "wgan-gp", "r1", "r3gan", "pacgan2", "cgd"};
  std::string network = "published";
  std::int64_t steps = 20000;
  int seeds = 10;
  int jobs = 0;
  fs::path out;
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
  char* end = nullptr;
  const long long own = std::strtoll(text.c_str() + colon + 1, &end, 10);
  if (*end != '\0' || own < 1) throw ValueError("--presets: no number of rounds in \"" + text + "\"");
  return {text.substr(0, colon), own};
}

struct Result {
  std::optional<ModeStatistics> statistics;  ///< none: it diverged
  double seconds = 0.0;                      ///< of one core
};

/// What finished runs have left in the results file, by preset, rounds and seed.
using Results = std::map<std::tuple<std::string, std::int64_t, int>, Result>;

Results read_results(const fs::path& file, const TableOptions& o) {
  Results results;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object() || entry.value("data", "") != o.data || entry.value("net", "") != o.network) continue;
    auto& result = results[{entry.at("preset"), entry.at("steps"), entry.at("seed")}];
    result.seconds = entry.at("seconds");
    if (entry.value("diverged", false)) continue;
    result.statistics = ModeStatistics{entry.at("modes"), entry.at("high_quality"), entry.at("reverse_kl")};
  }
  return results;
}

Setting setting_of(const TableOptions& o, const Row& row, int seed) {
  return {.data = o.data, .preset = row.preset, .network = o.network, .seed = static_cast<std::uint64_t>(seed)};
}

Result run(const Setting& setting, std::int64_t steps) {
  Result result;
  try {
    Experiment experiment(setting);
    while (experiment.steps() < steps) experiment.step();
    result.statistics = experiment.statistics();
  } catch (const models::Diverged&) {
  }
  result.seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return result;
}

// A line is short enough to be written at once, so that those of several processes do not mix.
void append(const fs::path& file, const Setting& setting, std::int64_t steps, const Result& result) {
  nlohmann::json entry = {{"data", setting.data}, {"preset", setting.preset}, {"net", setting.network},
                          {"steps", steps},       {"seed", setting.seed},     {"seconds", result.seconds}};
  if (const auto& s = result.statistics) {
    entry.update({{"modes", s->modes}, {"high_quality", s->high_quality}, {"reverse_kl", s->reverse_kl}});
  } else {
    entry["diverged"] = true;
  }
  std::ofstream out(file, std::ios::app);
  if (!(out << entry.dump() << std::endl)) throw IoError("cannot write " + file.string());
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
    for (int seed = 1; seed <= o.seeds; ++seed) {
      const Result& result = results.at({row.preset, row.steps, seed});
      seconds += result.seconds / o.seeds;
      if (result.statistics) ended.push_back(*result.statistics);
    }
    const auto of = [&](double (*value)(const ModeStatistics&), const char* format) {
      return ended.empty() ? std::string() : cell(ended, value, format);
    };
    const auto modes = of([](const ModeStatistics& s) { return static_cast<double>(s.modes); }, "%.1f +- %.1f");
    const auto quality = of([](const ModeStatistics& s) { return 100.0 * s.high_quality; }, "%.1f +- %.1f");
    const auto kl = of([](const ModeStatistics& s) { return s.reverse_kl; }, "%.2f +- %.2f");
    std::string runs = std::to_string(ended.size());
    const auto diverged = static_cast<std::size_t>(o.seeds) - ended.size();
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
  if (o.steps < 1 || o.seeds < 1) throw ValueError("--steps and --seeds must be 1 or more");
  if (o.jobs < 0) throw ValueError("--jobs must be 1 or more");
  models::find_mixture(o.data);  // mistakes are worth knowing at once
  models::find_toy_network(o.network);
  std::vector<Row> rows;
  for (const std::string& text : o.presets) {
    rows.push_back(row_of(text, o.steps));
    plane_preset(setting_of(o, rows.back(), 1));
  }
  const fs::path file = o.out.empty() ? fs::path("runs") / "2d-table.jsonl" : o.out;
  if (file.has_parent_path()) fs::create_directories(file.parent_path());
  const Results known = read_results(file, o);
  std::vector<std::pair<Row, int>> missing;
  for (int seed = 1; seed <= o.seeds; ++seed) {
    for (const Row& row : rows) {
      if (known.count({row.preset, row.steps, seed}) == 0) missing.emplace_back(row, seed);
    }
  }
  models::in_processes(missing.size(), o.jobs, [&](std::size_t i) {
    const auto& [row, seed] = missing[i];
    const Setting setting = setting_of(o, row, seed);
    const Result result = run(setting, row.steps);
    append(file, setting, row.steps, result);
    std::fprintf(stderr, "%s, seed %d: %s, %.0f s\n", row.preset.c_str(), seed,
                 result.statistics ? (std::to_string(result.statistics->modes) + " modes").c_str() : "diverged",
                 result.seconds);
  });
  print(o, rows, read_results(file, o));
}

}  // namespace

void add_table(CLI::App& app) {
  CLI::App* command = app.add_subcommand("table", "Compare presets over several seeds");
  const auto options = std::make_shared<TableOptions>();
  command->add_option("--data", options->data, "ring or grid")->capture_default_str();
  command->add_option("--presets", options->presets, "Names, separated by commas; name:n for n rounds of one")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--net", options->network, "published or small")->capture_default_str();
  command->add_option("--steps", options->steps, "Rounds of each run")->capture_default_str();
  command->add_option("--seeds", options->seeds, "Runs of each preset")->capture_default_str();
  command->add_option("--jobs", options->jobs, "Runs at a time; by default one for each thread");
  command->add_option("--out", options->out, "Results, one JSON line a run; by default runs/2d-table.jsonl");
  command->callback([options] { table(*options); });
}

}  // namespace xgrad::gan_2d
