// SPDX-License-Identifier: BSD-3-Clause
// gan_2d train: one run, its figures as it goes, and pictures of samples over the vector field.
#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/models/gan_2d/experiment.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/models/run/whole_number.h>

namespace xgrad::gan_2d {

namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  Setting setting;
  std::int64_t steps = 20000;
  std::int64_t every = 2000;
  fs::path out;
  bool eager = false;
};

void train(const TrainOptions& o) {
  if (o.steps < 1 || o.every < 1) throw ValueError("--steps and --every must be 1 or more");
  Experiment experiment(o.setting);
  experiment.set_eager(o.eager);
  const fs::path folder =
      o.out.empty()
          ? fs::path("runs") / ("2d-" + o.setting.preset + "-" + o.setting.data + "-" + std::to_string(o.setting.seed))
          : o.out;
  fs::create_directories(folder);
  models::MetricsLog log(folder / "metrics.jsonl");
  std::printf("   step     D loss     G loss   modes   high quality   reverse KL\n");
  while (experiment.steps() < o.steps) {
    const models::RoundReport report = experiment.step();
    const std::int64_t step = experiment.steps();
    if (step % o.every != 0 && step != o.steps) continue;
    const models::ModeStatistics s = experiment.statistics();
    std::printf("%7lld %10.4f %10.4f %7lld %13.1f%% %12.3f\n", static_cast<long long>(step), report.at("d_loss"),
                report.at("g_loss"), static_cast<long long>(s.modes), 100.0 * s.high_quality, s.reverse_kl);
    std::fflush(stdout);
    log.append(step, {{"d_loss", report.at("d_loss")},
                      {"g_loss", report.at("g_loss")},
                      {"modes", static_cast<double>(s.modes)},
                      {"high_quality", s.high_quality},
                      {"reverse_kl", s.reverse_kl}});
    char name[32];
    std::snprintf(name, sizeof name, "%07lld.png", static_cast<long long>(step));
    experiment.picture().write((folder / name).string());
  }
  std::printf("Pictures: %s\n", folder.c_str());
}

}  // namespace

void add_setting(CLI::App& command, Setting& setting) {
  command.add_option("--data", setting.data, "ring or grid")->capture_default_str();
  command.add_option("--preset", setting.preset, "Kind of GAN, as gan_mnist info --presets lists them")
      ->capture_default_str();
  command.add_option("--net", setting.network, "published or small")->capture_default_str();
  command.add_option("--lr", setting.lr, "Learning rate; by default the network's, or the preset's");
  command.add_option("--seed", setting.seed, "Names the random numbers")
      ->check(models::whole_number_problem)
      ->capture_default_str();
}

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a GAN on a mixture; writes figures and pictures");
  const auto options = std::make_shared<TrainOptions>();
  add_setting(*command, options->setting);
  command->add_option("--steps", options->steps, "Rounds")->capture_default_str();
  command->add_option("--every", options->every, "Rounds between figures and pictures")->capture_default_str();
  command->add_option("--out", options->out, "Folder; by default runs/2d-<preset>-<data>-<seed>");
  command->add_flag("--eager", options->eager, "Run each round op by op, instead of recording one and replaying it");
  command->callback([options] { train(*options); });
}

}  // namespace xgrad::gan_2d
