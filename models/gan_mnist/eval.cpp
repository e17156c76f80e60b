// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist eval: how good a trained generator's images are, beside what real images of the same number reach.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/data/stacked.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/critic.h>
#include <xgrad/models/gan_mnist/eval.h>
#include <xgrad/models/gan_mnist/eval_modes.h>
#include <xgrad/models/gan_mnist/eval_sequences.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/findings.h>
#include <xgrad/models/gan_mnist/report.h>
#include <xgrad/models/gan_mnist/sheet.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/metrics/image_meter.h>
#include <xgrad/models/metrics/neighbours.h>
#include <xgrad/models/metrics/statistics.h>
#include <xgrad/models/suggest.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;
using namespace xgrad::models;

constexpr std::int64_t least = 6;  // that neighbourhoods need
constexpr std::int64_t usual = 5000;

double median_distance(const Array& of, const Array& among) { return quantile(nearest(of, among).distance, 0.5); }

std::string space_of(const EvalOptions& options, const std::string& data, const SampleFormat& format) {
  const std::string space = options.space.empty() ? default_space(data, format) : options.space;
  if (space != "pixels") {
    shipped_classifier_hash(space);
    refuse_unclassifiable(format, "compare --classifier pixels");
  } else if (options.space.empty()) {
    throw UsageError("there is no classifier for the data " + data +
                     (is_classifiable(format)
                          ? "; choose one with --classifier fashion or mnist, or compare --classifier pixels"
                          : ", whose images are not of 28x28 pixels; compare --classifier pixels"));
  }
  return space;
}

void refuse_translators(const Preset& preset) {
  if (draws_from_noise(preset.family)) return;
  throw UsageError("eval measures what is made of noise, and preset \"" + preset.name + "\" makes images of images");
}

/// Images in each set. As many real ones are compared with them, and as many others with those.
std::int64_t number_of(const EvalOptions& options, const Settings& settings, const Dataset& data) {
  const bool train = options.against == "train";
  const std::string what = train ? "training" : settings.hold_out ? "held-out" : "test";
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  if (data.size < 2 * least) {
    throw DataMissing(number(2 * least) + " " + what + " images are needed, and " + number(data.size) +
                      (data.size == 1 ? " is" : " are") + " there; take others" +
                      (train ? "" : ", or eval --against train"));
  }
  const std::int64_t most = data.size / 2;
  const std::int64_t n = options.number == 0 ? std::min(usual, most) : options.number;
  if (n >= least && n <= most) return n;
  throw UsageError("-n must be " + number(least) + " to " + number(most) + ", half of the " + number(data.size) + " " +
                   what + " images: as many real ones are compared with them, and as many others with those");
}

/// Two sets of real images that are not of each other.
struct Reals {
  Array reference, others;
};

Reals draw_reals(const std::shared_ptr<const Dataset>& data, std::int64_t n, const EvalOptions& options,
                 PixelRange range) {
  DataLoader loader(data, {.batch_size = n, .range = range}, stream(options.seed, Stream::data_order));
  Reals reals;
  reals.reference = loader.next().samples;
  reals.others = loader.next().samples;
  return reals;
}

constexpr std::int64_t looked_at = 1000;

/// What the run has not seen; null where nothing is and the images are compared with those trained on.
std::shared_ptr<const Dataset> unseen_of(const EvalOptions& options, const Settings& settings) try {
  return load_unseen(settings);
} catch (const DataMissing&) {
  if (options.against == "train") return nullptr;
  throw;
}

/// Why D cannot be shown the images, or "".
std::string critic_problem(const Trained& trained, const Dataset& seen, const Dataset* unseen) {
  if (!unseen) return "there are no images that it has not seen";
  if (trained.classes == 0) return "";
  for (const Dataset* data : {&seen, unseen}) {
    for (std::int64_t i = 0; i < data->size; ++i) {
      if (data->label(i) < trained.classes) continue;
      return "label " + std::to_string(data->label(i)) + " is among the " + (data == unseen ? "unseen" : "training") +
             " images, and it was told labels 0 to " + std::to_string(trained.classes - 1);
    }
  }
  return "";
}

/// What D thinks of which images, and how steep it is there.
void tell_critic(const Trained& trained, const Batch& trained_on, const std::shared_ptr<const Dataset>& unseen,
                 const Array& images, nlohmann::ordered_json& json) {
  const std::int64_t n = std::min({looked_at, images.shape()[0], unseen->size, trained_on.samples.shape()[0]});
  if (n < trained.preset.pac) return;
  DataLoader loader(unseen, {.batch_size = n, .range = trained.network->range}, Generator(1));
  const Array generated = slice(Variable(images), 0, 0, n).array();
  const CriticFindings findings = look_at_critic(trained, trained_on, loader.next(), generated);
  std::printf("\n%-20s %12s %12s %12s %12s\n", "D at images", "train", "unseen", "generated", "between");
  std::printf("%-20s", "logit, mean");
  for (const auto& [name, logit] : findings.logits) {
    std::printf(" %12.4g", logit);
    json["critic"]["logit"][name] = logit;
  }
  const auto row = [&](const char* name, double SlopeStatistics::*value) {
    std::printf("\n%-20s", name);
    for (const auto& [set, slope] : findings.slopes) std::printf(" %12.4g", slope.*value);
  };
  row("slope, mean", &SlopeStatistics::mean);
  row("slope, sd", &SlopeStatistics::sd);
  row("slope, 5 %", &SlopeStatistics::low);
  row("slope, median", &SlopeStatistics::median);
  row("slope, 95 %", &SlopeStatistics::high);
  for (const auto& [set, s] : findings.slopes) {
    json["critic"]["slope"][set] = {
        {"mean", s.mean}, {"sd", s.sd}, {"q05", s.low}, {"median", s.median}, {"q95", s.high}};
  }
  const auto& logits = json["critic"]["logit"];
  const double gap = logits["train"].get<double>() - logits["generated"].get<double>();
  const double by_heart = logits["train"].get<double>() - logits["unseen"].get<double>();
  json["critic"]["gap"] = gap;
  json["critic"]["by_heart"] = by_heart;
  std::printf("\nD's gap between training and generated images is %.4g, that between training and unseen ones %.4g\n",
              gap, by_heart);
}

}  // namespace

void evaluate_run(const EvalOptions& options) {
  Trained trained = load_trained(options.run, options.best);
  refuse_translators(trained.preset);
  if (has_stacked_data(trained)) {
    evaluate_modes(options.run, trained, {.classifier = options.space, .number = options.number, .seed = options.seed});
    return;
  }
  if (trained.format.kind != DataKind::images) {
    evaluate_sequences(trained, options.run, options.number, options.seed);
    return;
  }
  if (options.against != "unseen" && options.against != "train") {
    throw UsageError("--against: " + unknown_name("set of images", options.against, {"unseen", "train"}));
  }
  const Settings& settings = trained.settings;
  const std::string space = space_of(options, data_of(settings), trained.format);
  const PixelRange range = trained.network->range;
  const auto data = load_data(settings);
  require_same_shape(data->format(), "the training images of today", trained.format, "those that the run has seen");
  const auto unseen = unseen_of(options, settings);
  if (unseen) require_same_shape(unseen->format(), "the unseen images", trained.format, "those trained on");
  const auto& against = options.against == "train" ? data : unseen;
  const std::int64_t n = number_of(options, settings, *against);
  const Reals reals = draw_reals(against, n, options, range);
  Generator random = stream(options.seed, Stream::samples);
  const Array images = draw_many(*trained.generator, n, trained.network->latent, trained.classes, random);

  const ImageMeter meter(space, reals.reference, range);
  Figures generated = meter(images);
  Figures floor = meter(reals.others);
  // In pixels: images nearer to those trained on than unseen ones are have been learnt by heart.
  DataLoader loader(data, {.batch_size = std::min(n, data->size), .range = range},
                    stream(options.seed, Stream::evaluation));
  const Batch trained_on = loader.next();
  const Array learnt = options.against == "train" ? reals.reference : trained_on.samples;
  generated.emplace_back("pixel_distance", median_distance(images, learnt));
  floor.emplace_back("pixel_distance", median_distance(reals.others, learnt));

  nlohmann::ordered_json json = {{"round", trained.steps}, {"n", n},         {"seed", options.seed},
                                 {"best", options.best},   {"space", space}, {"against", options.against}};
  std::printf("%lld images after round %lld against %s ones", static_cast<long long>(n),
              static_cast<long long>(trained.steps), options.against == "train" ? "training" : "unseen");
  if (space == "pixels") {
    std::printf(", pixel by pixel\n\n");
  } else {
    const std::string hash = shipped_classifier_hash(space);
    json["classifier_sha256"] = hash;
    std::printf(", features of the classifier \"%s\" (%.12s...)\n\n", space.c_str(), hash.c_str());
  }
  tell_figures(generated, floor, "other real", json);
  if (has_critic(trained)) {
    const std::string problem = critic_problem(trained, *data, unseen.get());
    if (problem.empty()) {
      tell_critic(trained, trained_on, unseen, images, json);
    } else {
      std::printf("\nD is not looked at: %s\n", problem.c_str());
    }
  }
  write_findings(options.run, json);
}

void check_evaluation(const Settings& settings, const EvalOptions& options) {
  const Preset preset = overridden_preset(settings);
  refuse_translators(preset);
  if (find_network(preset.network).kind != DataKind::images) return;
  if (data_of(settings).starts_with(StackedImages::prefix)) {
    classifier_of_modes(data_of(settings), options.space, load_data(settings)->format());
    return;
  }
  const auto unseen = load_unseen(settings);
  space_of(options, data_of(settings), unseen->format());
  number_of(options, settings, *unseen);
}

Command add_eval(CLI::App& app) {
  CLI::App* command = app.add_subcommand("eval", "Measure what a trained generator makes against real data");
  const auto options = std::make_shared<EvalOptions>();
  command->allow_extras();
  command->footer(
      "Examples:\n  gan_mnist eval runs/001-r1-fashion\n  gan_mnist eval runs/001-r1-fashion --best\n"
      "  gan_mnist eval runs/001-r1-fashion --against train -n 10000");
  using namespace command_line;
  add_value(*command, "run", options->run, "Run folder")->required();
  add_value(*command, "-n,--number", options->number,
            "Images in each set, 5000 where there are as many, or 26000 stacked ones; metrics compare at "
            "equal numbers only",
            at_least(0));
  add_value(*command, "--against", options->against,
            "Real images: unseen (of the fold held out, else the test images) or train")
      ->capture_default_str();
  add_switch(*command, "--best", options->best, "The best checkpoint instead of the newest");
  add_value(*command, "--seed", options->seed, "Names the images")->capture_default_str();
  add_value(*command, "--classifier", options->space,
            "fashion or mnist; by default that of the run's data; or pixels, without a classifier");
  return {command, [options] {
            evaluate_run(*options);
            write_report(options->run);
            return exit_done;
          }};
}

}  // namespace xgrad::gan_mnist
