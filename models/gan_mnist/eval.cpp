// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist eval: how good a trained generator's images are, beside what real images of the same number reach.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/eval_modes.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/metrics/image_quality.h>
#include <xgrad/models/trainer.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;
using namespace xgrad::models;

struct EvalOptions {
  fs::path run;
  std::string classifier;
  std::int64_t n = 0;  ///< 0: as many as are usual
  std::uint64_t seed = 1;
};

constexpr std::int64_t usual = 5000;
constexpr std::int64_t drawn_at_once = 500;

/// n images of the generator, flat; where it is told labels, each class equally often.
Array draw(Trained& trained, std::int64_t n, Generator& random) {
  Variables parts;
  for (std::int64_t first = 0; first < n; first += drawn_at_once) {
    const std::int64_t count = std::min(drawn_at_once, n - first);
    const Variable z = normal({count, trained.network->latent}, 0.0, 1.0, DType::float32, random);
    Variable condition;
    if (trained.classes > 0) {
      std::vector<std::int64_t> labels;
      for (std::int64_t i = 0; i < count; ++i) labels.push_back((first + i) % trained.classes);
      condition = one_hot(tensor(labels, {count}), trained.classes);
    }
    parts.push_back(reshape(generate(*trained.generator, z, condition), {count, -1}));
  }
  return concat(parts).array();
}

double median_distance(const Array& of, const Array& among) {
  std::vector<double> distances = nearest(of, among).distance;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), middle, distances.end());
  return *middle;
}

int eval(EvalOptions options) {
  Trained trained = load_trained(options.run);
  if (has_stacked_data(trained)) {
    evaluate_modes(options.run, trained, {.classifier = options.classifier, .number = options.n, .seed = options.seed});
    return exit_done;
  }
  if (options.n == 0) options.n = usual;
  if (trained.format.kind != DataKind::images) {
    throw UsageError("eval measures images, and the run " + options.run.string() + " made " +
                     row_of(trained.format.kind).name);
  }
  if (!draws_from_noise(trained.preset.family)) {
    throw UsageError("eval measures what is made of noise, and preset \"" + trained.preset.name +
                     "\" makes images of images");
  }
  const std::string data_name = data_of(trained.settings);
  const std::string name = options.classifier.empty() ? data_name : options.classifier;
  if (name != "fashion" && name != "mnist") {
    throw UsageError("there is no classifier for the data " + name + "; choose one with --classifier fashion or mnist");
  }
  const auto data = std::make_shared<const ImageDataset>(load_dataset(data_name));
  const std::int64_t most = data->size / 2;
  if (options.n < 6 || options.n > most) {
    throw UsageError("-n must be 6 to " + std::to_string(most) +
                     ", half of the images: as many real ones are compared" +
                     " with them, and as many others with those");
  }
  const auto classifier = shipped_classifier(name);
  DataLoader loader(data, {.batch_size = options.n, .range = trained.network->range},
                    stream(options.seed, Stream::data_order));
  const Array real = loader.next().samples;
  const Array others = loader.next().samples;
  Generator random = stream(options.seed, Stream::samples);
  const Array images = draw(trained, options.n, random);

  const PixelRange range = trained.network->range;
  const Judgement reference = judge(*classifier, real, range);
  auto generated = figures(image_quality(reference, judge(*classifier, images, range)));
  auto floor = figures(image_quality(reference, judge(*classifier, others, range)));
  // In pixels: generated images nearer to the data than other real ones are have been learnt by heart.
  generated.emplace_back("pixel_distance", median_distance(images, real));
  floor.emplace_back("pixel_distance", median_distance(others, real));

  const std::string hash = shipped_classifier_hash(name);
  nlohmann::json json = {{"round", trained.steps},
                         {"n", options.n},
                         {"seed", options.seed},
                         {"classifier", name},
                         {"classifier_sha256", hash}};
  std::printf("%lld images after round %lld, features of the classifier \"%s\" (%.12s...)\n\n",
              static_cast<long long>(options.n), static_cast<long long>(trained.steps), name.c_str(), hash.c_str());
  std::printf("%-20s %12s %12s\n", "", "generated", "other real");
  for (std::size_t i = 0; i < generated.size(); ++i) {
    std::printf("%-20s %12.5g %12.5g\n", generated[i].first.c_str(), generated[i].second, floor[i].second);
    json["generated"][generated[i].first] = generated[i].second;
    json["real"][floor[i].first] = floor[i].second;
  }
  const fs::path out = options.run / "eval.json";
  nn::write_file(out.string(), json.dump(2) + "\n");
  std::printf("\nWritten: %s\n", out.c_str());
  return exit_done;
}

}  // namespace

Command add_eval(CLI::App& app) {
  CLI::App* command = app.add_subcommand("eval", "Measure a trained generator's images against real ones");
  const auto options = std::make_shared<EvalOptions>();
  command->allow_extras();
  command->footer("Examples:\n  gan_mnist eval runs/001-r1-fashion\n  gan_mnist eval runs/001-r1-fashion -n 10000");
  command->add_option("run", options->run, "Run folder")->required();
  command->add_option("-n,--number", options->n,
                      "Images in each set, 5000, or 26000 stacked ones; metrics compare at equal numbers only");
  command->add_option("--seed", options->seed, "Names the images")->capture_default_str();
  command->add_option("--classifier", options->classifier, "fashion or mnist; by default that of the run's data");
  return {command, [options] { return eval(*options); }};
}

}  // namespace xgrad::gan_mnist
