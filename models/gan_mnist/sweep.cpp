// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist sweep: trains over a grid of settings, seeds and folds, on all cores, and tabulates the results. Resumable.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/interrupt.h>
#include <xgrad/models/gan_mnist/settings.h>
#include <xgrad/models/gan_mnist/sweep_plot.h>
#include <xgrad/models/gan_mnist/sweep_results.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/models/run/child.h>
#include <xgrad/models/run/folder_lock.h>
#include <xgrad/models/suggest.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct SweepOptions {
  Settings settings;  ///< only so that its flags are known; the runs read them
  std::vector<std::string> grid;
  SweepPlan plan;
  fs::path out = "sweep";
  int jobs = 0;
  bool keep = false;
};

// Flags that a sweep gives each run itself.
bool is_own(const std::string& flag) { return flag == "seed" || flag == "hold-out" || flag == "threads"; }

SweepPlan make_sweep_plan(const CLI::App& command, const SweepOptions& options) {
  SweepPlan plan = options.plan;
  plan.first_seed = options.settings.seed;
  std::vector<std::string> known;
  for_each_setting(options.settings, [&](const std::string& name, const auto&, const char*, const auto&) {
    if (is_own(name)) return;
    known.push_back(name);
    if (command.count("--" + name) > 0) plan.common.emplace_back(name, command["--" + name]->results().front());
  });
  if (options.settings.hold_out) throw UsageError("a sweep leaves folds out in turn; give their number by --folds");
  for (const std::string& text : options.grid) {
    plan.axes.push_back(parse_axis(text));
    const std::string& flag = plan.axes.back().flag;
    if (std::find(known.begin(), known.end(), flag) == known.end()) {
      throw UsageError("--grid: " + models::unknown_name("flag", flag, known));
    }
    const auto same = [&](const auto& axis) { return axis.flag == flag; };
    const bool twice = std::count_if(plan.axes.begin(), plan.axes.end(), same) > 1;
    if (twice || command.count("--" + flag) > 0) throw UsageError("--" + flag + " is given twice");
  }
  if (plan.axes.empty()) throw UsageError("a sweep needs a grid; for example --grid lambda=0.1,1,10");
  constexpr double most = 1e6;  // runs; their list alone would fill the memory
  double number = static_cast<double>(plan.seeds) * std::max(1, plan.folds);
  for (const Axis& axis : plan.axes) number *= static_cast<double>(axis.values.size());
  if (number > most) throw UsageError("the grid, --seeds and --folds make more than a million runs; take fewer");
  if (static_cast<std::uint64_t>(plan.seeds - 1) > std::numeric_limits<std::uint64_t>::max() - plan.first_seed) {
    throw UsageError("--seeds from --seed " + std::to_string(plan.first_seed) + " on pass the largest seed");
  }
  if (plan.folds == 1) throw UsageError("--folds must be 2 or more, or 0 for none");
  return plan;
}

// A mistake is worth knowing before the first run.
void check(const SweepPlan& plan) {
  for (const Flags& point : points(plan)) {
    Settings settings;
    CLI::App command;
    add_flags(command, settings);
    try {
      command_line::parse(command, arguments(plan, {.point = point, .seed = 1}));
    } catch (const std::exception& e) {
      throw UsageError(to_string(point) + ": " + e.what());
    }
    bool images = false;
    try {
      const models::Preset preset = overridden_preset(settings);
      images = models::find_network(preset.network).kind == models::DataKind::images &&
               models::draws_from_noise(preset.family);
    } catch (const Error& e) {
      throw UsageError(to_string(point) + ": " + e.what());
    }
    if (!images) throw UsageError(to_string(point) + ": a sweep measures images that are made of noise");
  }
}

// One sweep in its folder: what runs, what has run.
class Sweep {
 public:
  Sweep(SweepPlan plan, const SweepOptions& options)
      : plan_(std::move(plan)), options_(options), lock_(options.out), results_(options.out / "results.jsonl") {
    const fs::path file = options_.out / "sweep.json";
    if (fs::exists(file) && nn::read_file(file.string()) != identity(plan_)) {
      throw UsageError("the folder " + options_.out.string() +
                       " holds a sweep with other flags, folds or length (see its sweep.json); take another --out");
    }
    nn::write_file(file.string(), identity(plan_));
    fs::create_directories(options_.out / "runs");
    fs::create_directories(options_.out / "logs");
  }

  // Exit code.
  int run() {
    const std::vector<Job> all = jobs(plan_);
    total_ = all.size();
    refuse_shared_folders(all);
    std::vector<Job> waiting;
    for (const Job& job : all) (results_.has(job) ? done_ : waiting).push_back(job);
    if (!done_.empty()) std::printf("%zu of %zu runs are done already\n", done_.size(), total_);
    models::run_children(
        waiting.size(), options_.jobs, [&](std::size_t i) { return start(waiting[i]); },
        [&](std::size_t i, int code) { return ended(waiting[i], code); }, interrupted);
    tell();
    if (fatal_code_ == exit_data) throw models::DataMissing(fatal_);
    if (fatal_code_ != exit_done) throw UsageError(fatal_);
    if (interrupted()) {
      std::printf("Interrupted after %zu of %zu runs; the same command goes on.\n", done_.size(), total_);
      return exit_interrupted;
    }
    if (failed_ > 0) {
      throw Error(std::to_string(failed_) + " of " + std::to_string(total_) +
                  " runs failed; the same command tries them again");
    }
    return exit_done;
  }

 private:
  // A name for a file or folder.
  static std::string slug(std::string name) {
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '/' || c == ' ' || c == '\\'; }, '_');
    return name;
  }
  static void refuse_shared_folders(const std::vector<Job>& all) {
    std::map<std::string, std::string> names;
    for (const Job& job : all) {
      const auto [at, added] = names.emplace(slug(job.name()), job.name());
      if (!added) throw UsageError(at->second + " and " + job.name() + " would run in one folder; rename one of them");
    }
  }
  fs::path folder(const Job& job) const { return options_.out / "runs" / slug(job.name()); }
  fs::path log(const Job& job) const { return options_.out / "logs" / (slug(job.name()) + ".txt"); }

  models::Child start(const Job& job) const {
    const fs::path run = folder(job);
    std::vector<std::string> words = {"train", "--quiet", "--threads=" + std::to_string(threads())};
    words.push_back("--measure=" + std::to_string(plan_.number));
    if (!plan_.space.empty()) words.push_back("--classifier=" + plan_.space);
    // A run that was stopped goes on exactly, but not one whose length is a time.
    const bool begun = fs::exists(run / "config.toml") && fs::exists(run / "checkpoints");
    if (plan_.minutes == 0.0 && begun && models::latest_checkpoint(run / "checkpoints")) {
      words.push_back("--resume=" + run.string());
    } else {
      fs::remove_all(run);
      words.push_back("--out=" + run.string());
      if (plan_.minutes > 0.0) {
        words.push_back("--minutes=" + ordered_json(plan_.minutes).dump());
        words.push_back("--processor-time");  // runs side by side are not to be slowed by each other
      }
      const std::vector<std::string> own = arguments(plan_, job);
      words.insert(words.end(), own.begin(), own.end());
    }
    return models::Child(words, log(job));
  }

  int threads() const { return options_.settings.threads.value_or(1); }

  // False when there is no sense in going on.
  bool ended(const Job& job, int code) {
    if (code == exit_done || code == exit_diverged) {
      record(job, code == exit_diverged);
    } else if (code == exit_usage || code == exit_data) {
      fatal_ = job.name() + ": " + last_words(job);
      fatal_code_ = code;
      return false;
    } else if (!(code == exit_interrupted && interrupted())) {
      ++failed_;
      std::fprintf(stderr, "%s ended with %d: %s\n", job.name().c_str(), code, last_words(job).c_str());
    }
    return true;
  }

  void record(const Job& job, bool diverged) {
    const fs::path run = folder(job);
    const Result result = diverged ? Result{.diverged = true, .figures = {}, .real = {}} : read_result(run);
    results_.add(job, result);
    done_.push_back(job);
    if (!options_.keep) fs::remove_all(run / "checkpoints");
    const auto fid = std::find_if(result.figures.begin(), result.figures.end(),
                                  [](const auto& f) { return f.first == "fid" || f.first == "mmd2"; });
    std::printf("%zu/%zu  %s  ", done_.size(), total_, job.name().c_str());
    if (fid == result.figures.end()) {
      std::printf("diverged\n");
    } else {
      std::printf("%s %.4g\n", fid->first.c_str(), fid->second);
    }
    std::fflush(stdout);
    write();
  }

  std::string last_words(const Job& job) const {
    const std::string text = nn::read_file(log(job).string());
    const std::size_t begin = text.rfind("gan_mnist: ");
    return begin == std::string::npos ? "see " + log(job).string()
                                      : text.substr(begin + 11, text.find('\n', begin) - begin - 11);
  }

  void write() const {
    const std::vector<Summary> summaries = summarise(plan_, results_);
    nn::write_file((options_.out / "table.md").string(), table(summaries));
    nn::write_file((options_.out / "table.csv").string(), csv(summaries));
    nn::write_file((options_.out / "plot.svg").string(), plot(plan_, summaries));
  }

  void tell() const {
    if (done_.empty()) return;
    write();
    std::printf("\n%s\nMeans with 95 %% confidence intervals over seeds%s: %s, plot.svg\n",
                table(summarise(plan_, results_)).c_str(), plan_.folds > 0 ? " and folds" : "",
                (options_.out / "table.md").c_str());
  }

  SweepPlan plan_;
  const SweepOptions& options_;
  models::FolderLock lock_;
  SweepResults results_;
  std::size_t total_ = 0;
  std::vector<Job> done_;
  std::size_t failed_ = 0;
  std::string fatal_;
  int fatal_code_ = exit_done;
};

// A folder that is no sweep's keeps what it has.
void refuse_foreign(const fs::path& out) {
  if (fs::exists(out) && !fs::is_directory(out))
    throw UsageError(out.string() + " is no folder; name one for the sweep");
  if (!fs::exists(out) || fs::exists(out / "sweep.json")) return;
  for (const auto& entry : fs::directory_iterator(out)) {
    if (entry.path().filename() == "lock") continue;
    throw UsageError("the folder " + out.string() + " holds something else than a sweep; take another --out");
  }
}

int sweep(const CLI::App& command, const SweepOptions& options) {
  const SweepPlan plan = make_sweep_plan(command, options);
  check(plan);
  refuse_foreign(options.out);
  fs::create_directories(options.out);
  catch_interrupts();
  return Sweep(plan, options).run();
}

constexpr const char* examples = R"(Examples:
  gan_mnist sweep --preset r1 --grid lambda=0.1,1,10 --folds 3 --seeds 2 --epochs 5
                                   which lambda? by cross-validation
  gan_mnist sweep --grid preset=gan,r1,wgan-gp --minutes 10 --out compare
                                   which preset, after equal times?
  The same command again goes on where it was stopped; more values or seeds may be added.)";

}  // namespace

Command add_sweep(CLI::App& app) {
  CLI::App* command = app.add_subcommand("sweep", "Train over a grid of settings, seeds and folds; ends with a table");
  const auto options = std::make_shared<SweepOptions>();
  command->allow_extras();
  command->footer(examples);
  using namespace command_line;
  const Domain counted{.least = 1, .below = 1000001};
  const Domain parts{.least = 0, .below = 1000001};
  add_value(*command, "--grid", options->grid, "A setting and its values, lambda=0.1,1,10; again for a second one")
      ->expected(1)
      ->take_all();
  add_value(*command, "--folds", options->plan.folds,
            "Train without each of so many folds in turn, and measure against the one left out", parts);
  add_value(*command, "--seeds", options->plan.seeds, "Runs of each point with seeds from --seed on", counted);
  add_value(*command, "--minutes", options->plan.minutes,
            "Length of each run as processor time of each thread, instead of rounds or epochs",
            {.least = 0, .below = 1e9});
  add_value(*command, "-n,--number", options->plan.number, "Images to be measured; 0: up to 5000", at_least(0));
  add_value(*command, "--classifier", options->plan.space, "As of gan_mnist eval");
  add_value(*command, "--jobs", options->jobs, "Runs at a time; by default as many as there are cores", at_least(0));
  add_value(*command, "--out", options->out, "Folder of the sweep")->capture_default_str();
  add_switch(*command, "--keep", options->keep, "Keep the checkpoints of finished runs");
  add_flags(*command, options->settings);
  return {command, [command, options] { return sweep(*command, *options); }};
}

}  // namespace xgrad::gan_mnist
