// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist sample: pictures from a trained generator, drawn at random or along ways between two points.
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exhibit.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/sheet.h>
#include <xgrad/models/gan_mnist/trained.h>
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
  refuse_folder(options.out);
  Trained trained = load_trained(options.run, options.best);
  if (options.label && trained.classes == 0) {
    throw UsageError("--label asks for a class, and the run " + options.run.string() +
                     " was told none; train one with --preset cgan");
  }
  if (options.label && *options.label >= trained.classes) {
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
    require_same_shape(data->format(), "the training images of today", trained.format, "those that the run has seen");
    add_real(sheet, sources_of(data, load_from(trained.settings, data)), *trained.network, options.n, random);
  }
  const std::string name = std::string(options.interpolate ? "interpolation" : "sample") +
                           (options.label ? "-label" + std::to_string(*options.label) : "") + "-seed" +
                           std::to_string(options.seed);
  const Array samples = draw_sheet(*trained.generator, sheet);
  const PixelRange range = trained.network->range;
  const fs::path shown = options.out.empty()
                             ? add_exhibit(options.run / "samples", name, samples, sheet, trained.format, range)
                             : write_exhibit(options.out, samples, sheet, trained.format, range);
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
  using namespace command_line;
  add_value(*command, "run", options->run, "Run folder")->required();
  add_value(*command, "-n,--number", options->n, "How many pictures", {.least = 1, .below = 1000001})
      ->capture_default_str();
  add_value(*command, "--seed", options->seed, "Names the random points")->capture_default_str();
  add_value(*command, "--out", options->out, "The PNG to write; by default in the run's folder samples");
  add_value(*command, "--label", options->label,
            "Class of all pictures; by default each has a row, in runs with labels", at_least(0));
  add_switch(*command, "--best", options->best, "The best checkpoint instead of the newest");
  add_switch(*command, "--interpolate", options->interpolate, "Each row walks from one point to another");
  return {command, [options] { return sample(*options); }};
}

}  // namespace xgrad::gan_mnist
