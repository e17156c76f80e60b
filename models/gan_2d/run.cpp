// SPDX-License-Identifier: BSD-3-Clause
// gan_2d run: one run of a table, on one thread. The table starts it as often as it has runs missing.
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/models/command_line/settings.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/models/gan_2d/results.h>

namespace xgrad::gan_2d {

namespace {

struct RunOptions {
  Setting setting;
  std::filesystem::path out = default_results;
};

void run(const RunOptions& o) {
  set_num_threads(1);
  Result result;
  try {
    Experiment experiment(o.setting);
    while (experiment.steps() < o.setting.steps) experiment.step();
    result.statistics = experiment.statistics();
  } catch (const models::Diverged&) {
  }
  result.seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  append_result(o.out, o.setting, result);
  std::fprintf(
      stderr, "%s, seed %llu: %s, %.0f s\n", o.setting.preset.c_str(), static_cast<unsigned long long>(o.setting.seed),
      result.statistics ? (std::to_string(result.statistics->modes) + " modes").c_str() : "diverged", result.seconds);
}

}  // namespace

void add_run(CLI::App& app) {
  CLI::App* command = app.add_subcommand("run", "One run of a table on one thread; adds a line to its results");
  const auto options = std::make_shared<RunOptions>();
  command->allow_extras();
  command_line::add_settings(*command, options->setting);
  command_line::add_value(*command, "--out", options->out, "Results, one JSON line a run")->capture_default_str();
  command->callback([command, options] {
    command_line::refuse_extras(*command);
    run(*options);
  });
}

}  // namespace xgrad::gan_2d
