// SPDX-License-Identifier: BSD-3-Clause
// gan_2d table: many presets, several seeds each, as means and standard errors beside the published rows. Resumable:
// finished runs are read back from the results file.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/models/gan_2d/experiment.h>

namespace xgrad::gan_2d {

namespace {

namespace fs = std::filesystem;
using models::ModeStatistics;

struct TableOptions {
  std::string data = "ring";
  std::vector<std::string> presets = {"gan", "wgan-gp", "r1"};
  std::int64_t steps = 20000;
  int seeds = 10;
  fs::path out;
};

/// What a finished run has left in the results file, by (preset, seed).
using Results = std::map<std::pair<std::string, int>, std::optional<ModeStatistics>>;

Results read_results(const fs::path& file, const TableOptions& o) {
  Results results;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object() || entry.value("data", "") != o.data || entry.value("steps", 0) != o.steps) continue;
    auto& result = results[{entry.at("preset"), entry.at("seed")}];
    if (!entry.value("diverged", false)) {
      result = ModeStatistics{entry.at("modes"), entry.at("high_quality"), entry.at("reverse_kl")};
    }
  }
  return results;
}

/// Trains one run; nothing when it diverged.
std::optional<ModeStatistics> run(const TableOptions& o, const std::string& preset, int seed) {
  try {
    Experiment experiment(o.data, preset, static_cast<std::uint64_t>(seed));
    while (experiment.steps() < o.steps) experiment.step();
    return experiment.statistics();
  } catch (const models::Diverged&) {
    return std::nullopt;
  }
}

void append(const fs::path& file, const TableOptions& o, const std::string& preset, int seed,
            const std::optional<ModeStatistics>& s) {
  nlohmann::json entry = {{"data", o.data}, {"preset", preset}, {"steps", o.steps}, {"seed", seed}};
  if (s) {
    entry.update({{"modes", s->modes}, {"high_quality", s->high_quality}, {"reverse_kl", s->reverse_kl}});
  } else {
    entry["diverged"] = true;
  }
  std::ofstream out(file, std::ios::app);
  if (!(out << entry.dump() << std::endl)) throw IoError("cannot write " + file.string());
}

/// "6.30 +- 0.42" over the runs that ended.
std::string cell(const std::vector<ModeStatistics>& runs, double (*value)(const ModeStatistics&), const char* format) {
  double sum = 0.0;
  for (const ModeStatistics& s : runs) sum += value(s);
  const auto n = static_cast<double>(runs.size());
  const double mean = sum / n;
  double square = 0.0;
  for (const ModeStatistics& s : runs) square += (value(s) - mean) * (value(s) - mean);
  char text[64];
  std::snprintf(text, sizeof text, format, mean, n > 1.0 ? std::sqrt(square / (n - 1.0) / n) : 0.0);
  return text;
}

void print(const TableOptions& o, const Results& results) {
  std::printf("\n| preset | modes | high quality, %% | reverse KL | runs |\n|---|---|---|---|---|\n");
  for (const std::string& preset : o.presets) {
    std::vector<ModeStatistics> ended;
    int diverged = 0;
    for (int seed = 1; seed <= o.seeds; ++seed) {
      const auto& result = results.at({preset, seed});
      result ? ended.push_back(*result) : void(++diverged);
    }
    std::string runs = std::to_string(ended.size());
    if (diverged > 0) runs += ", " + std::to_string(diverged) + " diverged";
    if (ended.empty()) {
      std::printf("| %s | | | | %s |\n", preset.c_str(), runs.c_str());
      continue;
    }
    std::printf("| %s | %s | %s | %s | %s |\n", preset.c_str(),
                cell(
                    ended, [](const ModeStatistics& s) { return static_cast<double>(s.modes); }, "%.1f +- %.1f")
                    .c_str(),
                cell(
                    ended, [](const ModeStatistics& s) { return 100.0 * s.high_quality; }, "%.1f +- %.1f")
                    .c_str(),
                cell(
                    ended, [](const ModeStatistics& s) { return s.reverse_kl; }, "%.2f +- %.2f")
                    .c_str(),
                runs.c_str());
  }
  // Lin et al. (2018), table 1: ten trials.
  if (o.data == "ring") {
    std::printf("| published: GAN | 6.3 | 98.2 | 0.45 | 10 |\n| published: PacGAN2 | 7.9 | 95.6 | 0.07 | 10 |\n");
  } else {
    std::printf("| published: GAN | 17.3 | 94.8 | 0.70 | 10 |\n| published: PacGAN2 | 23.8 | 91.3 | 0.13 | 10 |\n");
  }
}

void table(const TableOptions& o) {
  if (o.steps < 1 || o.seeds < 1) throw ValueError("--steps and --seeds must be 1 or more");
  for (const std::string& preset : o.presets) plane_preset(preset);  // a mistake is worth knowing at once
  const fs::path file = o.out.empty() ? fs::path("runs") / "2d-table.jsonl" : o.out;
  if (file.has_parent_path()) fs::create_directories(file.parent_path());
  Results results = read_results(file, o);
  for (int seed = 1; seed <= o.seeds; ++seed) {
    for (const std::string& preset : o.presets) {
      if (results.count({preset, seed}) > 0) continue;
      const auto result = run(o, preset, seed);
      append(file, o, preset, seed, result);
      results[{preset, seed}] = result;
      std::fprintf(stderr, "%s, seed %d: %s\n", preset.c_str(), seed,
                   result ? (std::to_string(result->modes) + " modes").c_str() : "diverged");
    }
  }
  print(o, results);
}

}  // namespace

void add_table(CLI::App& app) {
  CLI::App* command = app.add_subcommand("table", "Compare presets over several seeds");
  const auto options = std::make_shared<TableOptions>();
  command->add_option("--data", options->data, "ring or grid")->capture_default_str();
  command->add_option("--presets", options->presets, "Names, separated by commas")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--steps", options->steps, "Rounds of each run")->capture_default_str();
  command->add_option("--seeds", options->seeds, "Runs of each preset")->capture_default_str();
  command->add_option("--out", options->out, "Results, one JSON line a run; by default runs/2d-table.jsonl");
  command->callback([options] { table(*options); });
}

}  // namespace xgrad::gan_2d
