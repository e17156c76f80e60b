// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist sample: pictures from a trained generator, drawn at random or along ways between two points.
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exhibit.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/sheet.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/run/whole_number.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;
using namespace xgrad::models;

struct SampleOptions {
  fs::path run;
  fs::path out;
  std::int64_t n = 64;
  std::uint64_t seed = 1;
  std::optional<std::int64_t> label = {};
  bool interpolate = false;
  bool best = false;
};

int sample(const SampleOptions& options) {
  if (options.n < 1) throw UsageError("-n must be 1 or more");
  Trained trained = load_trained(options.run, options.best);
  if (options.label && trained.classes == 0) {
    throw UsageError("--label asks for a class, and the run " + options.run.string() +
                     " was told none; train one with --preset cgan");
  }
  if (options.label && (*options.label < 0 || *options.label >= trained.classes)) {
    throw UsageError("--label is " + std::to_string(*options.label) + ", but the classes are 0 to " +
                     std::to_string(trained.classes - 1));
  }
  Generator random = stream(options.seed, Stream::samples);
  Sheet sheet;
  if (draws_from_noise(trained.preset.family)) {
    sheet = make_sheet({.number = options.n,
                        .latent = trained.network->latent,
                        .classes = trained.classes,
                        .label = options.label,
                        .interpolate = options.interpolate},
                       random);
  } else {
    if (options.interpolate) {
      throw UsageError("--interpolate walks through points, and preset \"" + trained.preset.name +
                       "\" makes samples of others");
    }
    const auto data = load_data(trained.settings);
    add_real(sheet, sources_of(data, load_from(trained.settings, data)), *trained.network, options.n, random);
  }
  const std::string name = std::string(options.interpolate ? "interpolation" : "sample") +
                           (options.label ? "-label" + std::to_string(*options.label) : "") + "-seed" +
                           std::to_string(options.seed) + extension_of(trained.format.kind);
  const fs::path out = !options.out.empty() ? options.out : options.run / "samples" / name;
  const Array samples = draw_sheet(*trained.generator, sheet);
  const fs::path shown = write_exhibit(out, samples, sheet, trained.format, trained.network->range);
  std::printf("Samples: %s\n", shown.c_str());
  return exit_done;
}

}  // namespace

Command add_sample(CLI::App& app) {
  CLI::App* command = app.add_subcommand("sample", "Draw pictures with a trained generator");
  const auto options = std::make_shared<SampleOptions>();
  command->allow_extras();
  command->footer(
      "Examples:\n  gan_mnist sample runs/001-r1-fashion -n 100 --seed 5\n"
      "  gan_mnist sample runs/001-r1-fashion --interpolate --out ways.png\n"
      "  gan_mnist sample runs/002-cgan-fashion --label 8");
  command->add_option("run", options->run, "Run folder")->required();
  command->add_option("-n,--number", options->n, "How many pictures")->capture_default_str();
  command->add_option("--seed", options->seed, "Names the random points")
      ->check(whole_number_problem)
      ->capture_default_str();
  command->add_option("--out", options->out, "The PNG to write; by default in the run's folder samples");
  command->add_option("--label", options->label,
                      "Class of all pictures; by default each has a row, in runs with labels");
  command->add_flag("--best", options->best, "The best checkpoint instead of the newest");
  command->add_flag("--interpolate", options->interpolate, "Each row walks from one point to another");
  return {command, [options] { return sample(*options); }};
}

}  // namespace xgrad::gan_mnist
