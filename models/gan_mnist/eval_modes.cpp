// SPDX-License-Identifier: BSD-3-Clause
// Each plane is named by the classifier; the three names are the mode.
#include <xgrad/models/gan_mnist/eval_modes.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>

#include <nlohmann/json.hpp>

#include <xgrad/models/data/stacked.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/findings.h>
#include <xgrad/models/metrics/classifier.h>
#include <xgrad/models/metrics/modes.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

namespace fs = std::filesystem;
using namespace xgrad::models;

namespace {

constexpr std::int64_t published_number = 26000;
constexpr std::int64_t at_once = 500;
constexpr std::int64_t classes = 10;  // that the classifiers know

/// The statistics of n images that `draw` gives a part of at a time, (count, anything) in the range.
ModeStatistics modes_of(FeatureClassifier& classifier, std::int64_t n, PixelRange range,
                        const std::function<Array(std::int64_t first, std::int64_t count)>& draw) {
  std::vector<std::int64_t> labels;
  for (std::int64_t first = 0; first < n; first += at_once) {
    const std::int64_t count = std::min(at_once, n - first);
    const Array images = draw(first, count);
    const std::int64_t planes = StackedImages::planes * count;
    const auto some =
        stacked_labels(judge(classifier, images.reshape({planes, images.size() / planes}), range).labels, classes);
    labels.insert(labels.end(), some.begin(), some.end());
  }
  return label_modes(labels, classes * classes * classes);
}

Figures figures_of(const ModeStatistics& s) {
  return {{"modes", static_cast<double>(s.modes)}, {"reverse_kl", s.reverse_kl}};
}

}  // namespace

bool has_stacked_data(const Trained& trained) { return data_of(trained.settings).starts_with(StackedImages::prefix); }

std::string classifier_of_modes(const std::string& data, const std::string& asked, const SampleFormat& format) {
  const std::string base = data.substr(StackedImages::prefix.size());
  const std::string name = asked.empty() ? base : asked;
  if (name != "fashion" && name != "mnist") {
    throw UsageError("there is no classifier for the data " + base + "; choose one with --classifier fashion or mnist");
  }
  refuse_unclassifiable({.height = format.height, .width = format.width}, "modes are counted by a classifier alone");
  return name;
}

void evaluate_modes(const fs::path& run, Trained& trained, const ModesOptions& options) {
  if (options.number < 0) throw UsageError("-n must be 1 or more");
  const std::int64_t n = options.number > 0 ? options.number : published_number;
  const std::string base = data_of(trained.settings).substr(StackedImages::prefix.size());
  const std::string name = classifier_of_modes(data_of(trained.settings), options.classifier, trained.format);
  const auto classifier = shipped_classifier(name);
  const PixelRange range = trained.network->range;
  const StackedImages data(std::make_shared<const ImageDataset>(load_dataset(base)), n, options.seed);
  require_same_shape(data.format(), "the training images of today", trained.format, "those that the run has seen");
  Generator random = stream(options.seed, Stream::samples);
  const ModeStatistics generated = modes_of(*classifier, n, range, [&](std::int64_t, std::int64_t count) {
    return generate(*trained.generator, normal({count, trained.network->latent}, 0.0, 1.0, DType::float32, random))
        .array();
  });
  const std::int64_t elements = data.format().elements();
  const ModeStatistics real = modes_of(*classifier, n, range, [&](std::int64_t first, std::int64_t count) {
    Array images(Shape{count, elements}, DType::float32);
    for (std::int64_t i = 0; i < count; ++i) data.read(first + i, range, images.mutable_data<float>() + i * elements);
    return images;
  });

  const std::string hash = shipped_classifier_hash(name);
  std::printf("%lld images after round %lld, planes named by the classifier \"%s\" (%.12s...)\n\n",
              static_cast<long long>(n), static_cast<long long>(trained.steps), name.c_str(), hash.c_str());
  nlohmann::ordered_json json = {
      {"round", trained.steps}, {"n", n}, {"seed", options.seed}, {"classifier", name}, {"classifier_sha256", hash}};
  tell_figures(figures_of(generated), figures_of(real), "real", json);
  write_findings(run, json);
}

}  // namespace xgrad::gan_mnist
