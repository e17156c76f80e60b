// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist inpaint: images that were never trained on, with a hole that a trained run fills.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exhibit.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/inpaint/completion.h>
#include <xgrad/models/inpaint/context_encoder.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;
using namespace xgrad::models;

struct InpaintOptions {
  fs::path run;
  fs::path out;
  std::vector<std::int64_t> images = {0, 1, 2, 3, 4, 5, 6, 7};
  std::optional<double> hole = {};
  CompletionOptions search = {};
  std::uint64_t seed = 1;
};

struct Wanted {
  Variable images;
  Variable labels;  ///< (n,)
};

Wanted read_images(const Dataset& data, const std::vector<std::int64_t>& numbers, const NetworkSpec& network) {
  const SampleFormat format = data.format();
  const auto n = static_cast<std::int64_t>(numbers.size());
  Shape shape = network.layout == PixelLayout::flat ? Shape{format.elements()} : format.shape();
  shape.insert(0, n);
  Array images(shape);
  std::vector<std::int64_t> labels;
  float* to = images.mutable_data<float>();
  for (const std::int64_t i : numbers) {
    if (i >= data.size) {
      throw UsageError("--image is " + std::to_string(i) + ", but the test images are 0 to " +
                       std::to_string(data.size - 1));
    }
    data.read(i, network.range, to);
    to += format.elements();
    labels.push_back(data.label(i));
  }
  return {Variable(images), tensor(labels, {n})};
}

// By a search for z, with the run's own discriminator as judge.
Variable fill_by_search(Trained& trained, const Wanted& wanted, const Variable& hole, const InpaintOptions& options) {
  std::shared_ptr<nn::Module> discriminator;
  use_checkpoint(trained.checkpoint.string(), [&](const Checkpoint& checkpoint) {
    Generator unused;
    discriminator = make_networks(trained.preset, trained.format, unused).discriminator;
    discriminator->load_state_dict(checkpoint.section("D"));
  });
  trained.generator->eval();
  discriminator->eval();
  CompletionOptions search = options.search;
  search.latent = trained.network->latent;
  Variable condition;
  if (trained.classes > 0) {
    const Variable labels = one_hot(wanted.labels, trained.classes);
    condition = concat(Variables(static_cast<std::size_t>(search.tries), labels));
  }
  // A pack is the image and copies of it.
  const auto packed = [&](const Variable& x) {
    return x.defined() ? concat(Variables(static_cast<std::size_t>(trained.preset.pac), x), 1) : x;
  };
  const auto generator = [&](const Variable& z) { return evaluate(*trained.generator, z, condition); };
  const auto judge = [&](const Variable& x) { return evaluate(*discriminator, packed(x), packed(condition)); };
  Generator random = stream(options.seed, Stream::samples);
  return complete(generator, judge, wanted.images, hole, context_weights(hole, trained.format), search, random).images;
}

int inpaint(const InpaintOptions& options) {
  refuse_folder(options.out);
  Trained trained = load_trained(options.run);
  auto* encoder = dynamic_cast<ContextEncoder*>(trained.generator.get());
  if (!encoder && !std::holds_alternative<Gan>(trained.preset.family)) {
    throw UsageError("holes are filled by runs of preset inpaint or of a GAN, and preset \"" + trained.preset.name +
                     "\" is neither");
  }
  if (trained.format.kind != DataKind::images) throw UsageError("holes are of images, and the run made others");
  if (encoder && options.hole) throw UsageError("--hole is for runs of a GAN: this run learnt one hole only");
  const auto data = load_data(trained.settings, Split::test);
  if (data->format().shape() != trained.format.shape()) {
    throw UsageError("the test images are not of the size that the run was trained on");
  }
  const Wanted wanted = read_images(*data, options.images, *trained.network);
  for (std::size_t i = 0; i < options.images.size() && trained.classes > 0; ++i) {
    const std::int64_t label = data->label(options.images[i]);
    if (label < trained.classes) continue;
    throw UsageError("image " + std::to_string(options.images[i]) + " has label " + std::to_string(label) +
                     ", and the run was told labels 0 to " + std::to_string(trained.classes - 1));
  }
  const Variable& x = wanted.images;
  const Variable hole =
      encoder ? encoder->hole() : centre_hole(trained.format, trained.network->layout, options.hole.value_or(0.5));
  const Variable filled = encoder ? generate(*encoder, x) : fill_by_search(trained, wanted, hole, options);

  const auto n = static_cast<std::int64_t>(options.images.size());
  constexpr std::int64_t most_columns = 8;
  const Sheet sheet{.columns = std::min(n, most_columns), .z = {}};
  const bool unit = trained.network->range == PixelRange::unit;
  const Variable black = full(x.shape(), unit ? 0.0 : -1.0);
  const double grey = unit ? 0.5 : 0.0;
  Variables rows;
  for (std::int64_t first = 0; first < n; first += sheet.columns) {
    for (const Variable& of : {cut_out(x, hole, grey), filled, x}) {
      const Variable row = slice(of, 0, first, std::min(n, first + sheet.columns));
      rows.push_back(row);
      if (row.size(0) < sheet.columns) rows.push_back(slice(black, 0, 0, sheet.columns - row.size(0)));
    }
  }
  const std::string name = "inpaint-seed" + std::to_string(options.seed);
  const PixelRange range = trained.network->range;
  const Array picture = concat(rows).array();
  const fs::path out = options.out.empty()
                           ? add_exhibit(options.run / "samples", name, picture, sheet, trained.format, range)
                           : write_exhibit(options.out, picture, sheet, trained.format, range);
  const double pixels = sum(hole).item() * static_cast<double>(n);
  std::printf("Mean absolute error in the holes: %.4f\n", sum(hole * abs(filled - x)).item() / pixels);
  std::printf("With holes, filled, as they were: %s\n", out.c_str());
  return exit_done;
}

}  // namespace

Command add_inpaint(CLI::App& app) {
  CLI::App* command = app.add_subcommand("inpaint", "Fill holes in test images with a trained GAN or context encoder");
  const auto options = std::make_shared<InpaintOptions>();
  command->allow_extras();
  command->footer(
      "Examples:\n  gan_mnist inpaint runs/001-dcgan-fashion --image 3 --image 17\n"
      "  gan_mnist inpaint runs/002-inpaint-fashion\n\n"
      "A GAN was never told of holes: a z is searched whose image agrees with the known pixels around the hole\n"
      "(Yeh et al., 2017). Known pixels stay what they are.");
  using namespace command_line;
  const Domain share{.least = 0, .open = true, .below = 1};
  add_value(*command, "run", options->run, "Run folder")->required();
  add_value(*command, "--image", options->images, "Numbers of test images; by default the first 8", at_least(0));
  add_value(*command, "--hole", options->hole, "Share of the image's sides that the hole's have; by default 0.5",
            share);
  add_value(*command, "--steps", options->search.steps, "Steps of the search", at_least(1))->capture_default_str();
  add_value(*command, "--tries", options->search.tries, "Starts for each image; the best is kept",
            {.least = 1, .below = 1000001})
      ->capture_default_str();
  add_value(*command, "--seed", options->seed, "Names the starts")->capture_default_str();
  add_value(*command, "--out", options->out, "The PNG to write; by default in the run's folder samples");
  return {command, [options] { return inpaint(*options); }};
}

}  // namespace xgrad::gan_mnist
