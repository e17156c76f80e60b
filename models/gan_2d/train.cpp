// SPDX-License-Identifier: BSD-3-Clause
// gan_2d train: one run in a folder of its own, its figures as it goes, and pictures of samples over the vector field.
#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/command_line/settings.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/models/gan_2d/experiment.h>
#include <xgrad/models/run/environment.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/models/run/run_folder.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_2d {

namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  TrainSetting setting;
  fs::path config;
  fs::path out;
  bool eager = false;
};

models::RunFolder take_folder(const TrainOptions& o) {
  if (!o.out.empty()) return models::RunFolder::create_at(o.out);
  return models::RunFolder::create("runs", o.setting.preset, o.setting.data);
}

void train(const CLI::App& command, TrainOptions& o) {
  TrainSetting& setting = o.setting;
  if (!o.config.empty()) {
    command_line::read_settings(setting, o.config,
                                [&](const std::string& key) { return command.count("--" + key) > 0; });
  }
  Experiment experiment(setting);
  experiment.set_eager(o.eager);
  const models::RunFolder folder = take_folder(o);
  setting.lr = experiment.preset().optimizer.lr;
  nn::write_file(folder.config(),
                 command_line::settings_to_toml(setting, "gan_2d train --config FILE repeats this run."));
  nn::write_file(folder.environment(), models::environment_json({}));
  models::MetricsLog log(folder.metrics());
  std::printf("   step     D loss     G loss   modes   high quality   reverse KL\n");
  while (experiment.steps() < setting.steps) {
    const models::RoundReport report = experiment.step();
    const std::int64_t step = experiment.steps();
    if (step % setting.every != 0 && step != setting.steps) continue;
    const models::ModeStatistics s = experiment.statistics();
    std::printf("%7lld %10.4f %10.4f %7lld %13.1f%% %12.3f\n", static_cast<long long>(step), report.at("d_loss"),
                report.at("g_loss"), static_cast<long long>(s.modes), 100.0 * s.high_quality, s.reverse_kl);
    std::fflush(stdout);
    log.append(step, {{"d_loss", report.at("d_loss")},
                      {"g_loss", report.at("g_loss")},
                      {"modes", static_cast<double>(s.modes)},
                      {"high_quality", s.high_quality},
                      {"reverse_kl", s.reverse_kl}});
    experiment.picture().write(folder.samples_after(step).string() + ".png");
  }
  std::printf("Pictures: %s\n", folder.samples().c_str());
}

}  // namespace

void add_train(CLI::App& app) {
  using namespace command_line;
  CLI::App* command = app.add_subcommand("train", "Train a GAN on a mixture; writes figures and pictures");
  const auto options = std::make_shared<TrainOptions>();
  command->allow_extras();
  add_settings(*command, options->setting);
  add_value(*command, "--config", options->config, "Settings as TOML; flags go before it");
  add_value(*command, "--out", options->out, "Folder of the run; by default runs/<number>-<preset>-<data>");
  add_switch(*command, "--eager", options->eager, "Run each round op by op, instead of recording one and replaying it");
  command->callback([command, options] {
    refuse_extras(*command);
    train(*command, *options);
  });
}

}  // namespace xgrad::gan_2d
