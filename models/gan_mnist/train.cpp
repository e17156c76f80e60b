// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist train: the plan, the run folder, and the loop that trains, samples, saves and reports.
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <xgrad/autograd/parallel.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/eval.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/interrupt.h>
#include <xgrad/models/gan_mnist/monitor.h>
#include <xgrad/models/gan_mnist/progress.h>
#include <xgrad/models/gan_mnist/report.h>
#include <xgrad/models/gan_mnist/run.h>
#include <xgrad/models/gan_mnist/stopwatch.h>
#include <xgrad/models/run/environment.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/models/run/run_folder.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;
using namespace xgrad::models;

struct TrainOptions {
  Settings settings;
  fs::path config;
  fs::path resume;
  fs::path out;
  std::optional<double> minutes = {};
  bool processor_time = false;
  std::optional<std::int64_t> measure = {};
  std::string space = {};
  bool quiet = false;
  bool dry_run = false;
  bool profile = false;
  bool eager = false;
};

constexpr const char* examples = R"(Examples:
  gan_mnist train                                    the defaults
  gan_mnist train --preset wgan-gp --epochs 30       another GAN, for longer
  gan_mnist train --preset r1 --lambda 5 --seed 3    a stronger penalty
  gan_mnist train --preset wgan-gp --minutes 10      for so long
  gan_mnist train --config runs/001-r1-fashion/config.toml
                                                     the same run again
  gan_mnist train --resume runs/001-r1-fashion --epochs 100
                                                     the same run, further)";

// Takes the settings of the run to be resumed; only its length and its surroundings may differ.
void read_resumed(const CLI::App& command, Settings& settings, const fs::path& run) {
  const std::vector<std::string> free = {"epochs",     "steps",     "threads",   "sample-every",
                                         "save-every", "log-every", "eval-every"};
  for_each_setting(settings, [&](const std::string& name, auto&, const char*, const command_line::Domain&) {
    if (std::find(free.begin(), free.end(), name) != free.end() || command.count("--" + name) == 0) return;
    throw UsageError("--" + name + " cannot be changed in a run that is resumed");
  });
  if (!fs::exists(run / "config.toml")) throw UsageError("there is no run to resume in " + run.string());
  read_config(command, settings, run / "config.toml");
}

RunFolder take_folder(const TrainOptions& options, const Plan& plan, const Dataset& data) {
  if (!options.resume.empty()) return RunFolder::open(options.resume);
  if (!options.out.empty()) return RunFolder::create_at(options.out);
  return RunFolder::create("runs", plan.preset.name, data.name);
}

// What a run writes into while it trains.
struct Outputs {
  const RunFolder& folder;
  CheckpointFolder checkpoints;
  MetricsLog log;
  Progress progress;
};

// Trains until the plan is done, the time is over or the user has had enough; gives the last samples.
fs::path loop(Run& run, const Plan& plan, const Settings& settings, const Monitor& monitor, Stopwatch& watch,
              Outputs& to) {
  Learner& learner = run.learner();
  fs::path samples = run.draw(to.folder);
  for (bool stop = interrupted(); !stop && learner.steps() < plan.rounds;) {
    watch.start();
    const RoundReport report = learner.step();
    watch.stop();
    const std::int64_t step = learner.steps();
    stop = interrupted() || watch.is_over();
    to.progress.update(step, report);
    const auto every = [&](std::int64_t rounds) { return rounds > 0 && step % rounds == 0; };
    Figures line;
    if (every(settings.log_every)) line = report.figures();
    std::optional<double> score;
    const bool evaluated = monitor.watches() && (every(plan.eval_every) || watch.is_over());
    if (evaluated) {
      const Monitor::Finding finding = monitor.look(run);
      line.insert(line.end(), finding.figures.begin(), finding.figures.end());
      score = finding.score;
    }
    if (!line.empty()) to.log.append(step, line);
    const bool last = stop || step == plan.rounds;
    if (last || every(plan.sample_every)) samples = run.draw(to.folder);
    const bool saved = last || every(plan.save_every) || (score && to.checkpoints.is_better(*score));
    if (saved) {
      to.log.sync();
      to.checkpoints.save(run.save(), score);
    }
    // There is a page to look at while it trains, and when it is killed.
    if (monitor.watches() ? evaluated : saved) write_report(to.folder.path());
  }
  return samples;
}

void report_profile(const Profile& profile, const RunFolder& folder) {
  const std::string table = profile.table();
  std::printf("%s", table.c_str());
  nn::write_file((folder.path() / "profile.txt").string(), table);
  profile.chrome_trace((folder.path() / "trace.json").string());
}

// How long this part of the run took, in a file of its own: the others are the same whenever the run is repeated.
void write_timing(const fs::path& file, const Stopwatch& watch, std::int64_t rounds, const Plan& plan) {
  const double each = rounds > 0 ? watch.seconds() / static_cast<double>(rounds) : 0.0;
  const nlohmann::ordered_json json = {{"rounds", rounds},
                                       {"rounds_per_epoch", plan.rounds_per_epoch},
                                       {"seconds", watch.seconds()},
                                       {"seconds_per_epoch", each * static_cast<double>(plan.rounds_per_epoch)}};
  nn::write_file(file.string(), json.dump(2) + "\n");
}

void go_on_from(const fs::path& checkpoint, Run& run) {
  try {
    use_checkpoint(checkpoint.string(), [&](const Checkpoint& content) { run.load(content); });
  } catch (const FormatError& e) {
    throw FormatError(std::string(e.what()) +
                      "; without this file the run goes on from the checkpoint before it, or from its beginning");
  }
}

// The rounds of a run are counted from its beginning, and done ones cannot be taken back.
void refuse_shorter(std::int64_t done, const Plan& plan) {
  if (done <= plan.rounds) return;
  throw UsageError("the run has done " + std::to_string(done) + " rounds already, and " + std::to_string(plan.rounds) +
                   " in all are asked for; take more --steps or --epochs");
}

int train(const CLI::App& command, TrainOptions& options, const std::string& program) {
  Settings& settings = options.settings;
  if (!options.resume.empty()) read_resumed(command, settings, options.resume);
  if (!options.config.empty()) read_config(command, settings, options.config);
  if (options.minutes && !settings.steps && !settings.epochs) settings.epochs = endless_epochs;
  overridden_preset(settings);  // a mistake is worth knowing before the data are read
  if (settings.threads) set_num_threads(*settings.threads);
  const std::shared_ptr<const Dataset> data = load_data(settings);
  const Plan plan = make_plan(settings, data->size);
  const std::shared_ptr<const Dataset> from = load_from(settings, data);
  if (options.measure) check_evaluation(settings, {.space = options.space, .number = *options.measure});
  const Monitor monitor(settings, plan, data->format());
  settings.best = monitor.best();
  Run run(plan, data, from, settings.seed);
  run.learner().set_eager(options.eager);
  if (!options.quiet || options.dry_run) std::printf("%s", run.describe().c_str());
  if (options.dry_run) return exit_done;

  catch_interrupts();
  const RunFolder folder = take_folder(options, plan, *data);
  std::vector<DataFile> files = data->files;
  if (from) files.insert(files.end(), from->files.begin(), from->files.end());
  if (fs::exists(folder.environment())) refuse_other_data(nn::read_file(folder.environment().string()), files);
  CheckpointFolder checkpoints(folder.checkpoints());
  const auto latest = checkpoints.latest();
  if (latest) go_on_from(*latest, run);
  refuse_shorter(run.learner().steps(), plan);
  nn::write_file(folder.config().string(), to_toml(spell_out(settings, plan)));
  nn::write_file(folder.environment().string(), environment_json(files));
  nn::write_file(folder.description().string(), run.describe());
  const std::int64_t first = run.learner().steps();
  if (!latest) checkpoints.save(run.save());  // there is something to go back to from the first round on
  Stopwatch watch(options.minutes, options.processor_time ? num_threads() : 0);
  Outputs outputs{.folder = folder,
                  .checkpoints = std::move(checkpoints),
                  .log = MetricsLog(folder.metrics(), latest ? first : -1),
                  .progress = Progress(first, plan.rounds, options.quiet, options.minutes)};
  fs::path samples;
  Profile profile;
  try {
    const auto guard = options.profile ? std::make_unique<ProfilerGuard>(profile) : nullptr;
    samples = loop(run, plan, settings, monitor, watch, outputs);
  } catch (const Diverged& e) {
    outputs.progress.finish();
    write_report(folder.path());
    const auto good = outputs.checkpoints.latest();
    throw Diverged(std::string(e.what()) + "\nThe last good checkpoint: " + (good ? good->string() : "none"));
  }
  outputs.progress.finish();
  const std::int64_t rounds = run.learner().steps();
  if (rounds > first || !fs::exists(folder.timing())) write_timing(folder.timing(), watch, rounds - first, plan);
  const bool whole = rounds == plan.rounds || watch.is_over();
  if (whole && options.measure) {
    evaluate_run({.run = folder.path(), .space = options.space, .number = *options.measure});
  }
  write_report(folder.path());
  if (options.profile) report_profile(profile, folder);
  std::printf("Samples: %s\n", samples.c_str());
  if (whole) return exit_done;
  std::printf("Interrupted after round %lld of %lld. To go on:\n  %s train --resume %s\n",
              static_cast<long long>(rounds), static_cast<long long>(plan.rounds), program.c_str(),
              folder.path().c_str());
  return exit_interrupted;
}

}  // namespace

Command add_train(CLI::App& app, const std::string& program) {
  CLI::App* command = app.add_subcommand("train", "Train a GAN; ends with a picture of samples");
  const auto options = std::make_shared<TrainOptions>();
  command->allow_extras();
  command->footer(examples);
  add_flags(*command, options->settings);
  using namespace command_line;
  CLI::Option* resume = add_value(*command, "--resume", options->resume, "Run folder to go on with, exactly");
  add_value(*command, "--config", options->config, "Settings as TOML; flags go before it")->excludes(resume);
  add_value(*command, "--out", options->out, "Folder of the run; by default runs/<number>-<preset>-<data>")
      ->excludes(resume);
  add_value(*command, "--minutes", options->minutes,
            "Stop after so much time in rounds, evaluations and pictures not counted; alone, it is the length",
            {.least = 0, .open = true, .below = 1e9});
  add_switch(*command, "--processor-time", options->processor_time,
             "Count --minutes as this program's processor time, a thread's share of it");
  add_value(*command, "--measure", options->measure,
            "At the end measure so many images, as gan_mnist eval does; 0: as many as there are, up to 5000",
            at_least(0));
  add_value(*command, "--classifier", options->space, "Of --measure, as of gan_mnist eval");
  add_switch(*command, "--quiet", options->quiet, "Print only where the samples are");
  add_switch(*command, "--profile", options->profile,
             "Print where the time went, and write it to profile.txt and trace.json (for ui.perfetto.dev)");
  add_switch(*command, "--eager", options->eager,
             "Run each round op by op, instead of recording one and replaying it; the numbers are the same");
  add_switch(*command, "--dry-run", options->dry_run, "Check everything and say what would be done");
  return {command, [command, options, program] { return train(*command, *options, program); }};
}

}  // namespace xgrad::gan_mnist
