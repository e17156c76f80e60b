// SPDX-License-Identifier: BSD-3-Clause
// The classifier's layers, its training, and judging images in batches.
#include <xgrad/models/metrics/classifier.h>

#include <algorithm>
#include <string>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/nn/loss.h>
#include <xgrad/optim/adam.h>
#include <xgrad/optim/schedule.h>

namespace xgrad::models {

namespace {

constexpr std::int64_t side = 28;
constexpr std::int64_t judged_at_once = 500;

// Batch norm has the bias.
nn::Conv2d filters(std::int64_t in, std::int64_t out, std::int64_t stride, Generator& random) {
  return {in, out, 3, {.stride = stride, .padding = 1, .bias = false}, random};
}

/// A loader over data that outlives it.
DataLoader loader_of(const ImageDataset& data, const LoaderOptions& options, std::uint64_t seed) {
  return {std::shared_ptr<const ImageDataset>(std::shared_ptr<void>(), &data), options, Generator(seed)};
}

}  // namespace

FeatureClassifier::FeatureClassifier(Generator& random)
    : conv1_(register_module("conv1", filters(1, 16, 1, random))),
      norm1_(register_module("norm1", nn::BatchNorm2d(16))),
      conv2_(register_module("conv2", filters(16, 32, 2, random))),
      norm2_(register_module("norm2", nn::BatchNorm2d(32))),
      conv3_(register_module("conv3", filters(32, 64, 2, random))),
      norm3_(register_module("norm3", nn::BatchNorm2d(64))),
      output_(register_module("output", nn::Linear(64, 10, {}, random))) {}

Variable FeatureClassifier::features(const Variable& images) {
  const Variable fine = relu(norm1_(conv1_(images)));
  const Variable middle = relu(norm2_(conv2_(fine)));
  return mean(relu(norm3_(conv3_(middle))), {2, 3});
}

Judgement judge(FeatureClassifier& classifier, const Array& images, PixelRange range) {
  const std::int64_t n = images.rank() > 0 ? images.shape()[0] : 0;
  if (n < 1 || images.size() != n * side * side) {
    throw ShapeError("[judge] the classifier reads images of 28x28 pixels, got " + to_string(images.shape()));
  }
  const NoGradGuard guard;
  const bool training = classifier.is_training();
  classifier.eval();
  const Variable planes(images.reshape({n, 1, side, side}));
  Variables features;
  Variables logits;
  for (std::int64_t first = 0; first < n; first += judged_at_once) {
    const Variable batch = slice(planes, 0, first, std::min(n, first + judged_at_once));
    features.push_back(classifier.features(range == PixelRange::unit ? affine(batch, 2.0, -1.0) : batch));
    logits.push_back(classifier.logits(features.back()));
  }
  classifier.train(training);
  const Variable all = concat(logits);
  return {concat(features).array(), all.array(), argmax(all).array().to_vector<std::int64_t>()};
}

bool is_classifiable(const SampleFormat& format) {
  return format.kind == DataKind::images && format.shape() == Shape{1, side, side};
}

void refuse_unclassifiable(const SampleFormat& format, const std::string& remedy) {
  if (is_classifiable(format)) return;
  throw ValueError("the classifiers read grey images of 28x28 pixels, and these samples have the shape " +
                   to_string(format.shape()) + "; " + remedy);
}

void train_classifier(FeatureClassifier& classifier, const ImageDataset& data, int epochs, std::uint64_t seed,
                      const std::function<void(int epoch, double loss)>& progress) {
  DataLoader loader = loader_of(data, {.batch_size = 128, .layout = PixelLayout::planar}, seed);
  optim::Adam adam(classifier.parameters(), {.lr = 3e-3});
  optim::LRScheduler schedule(adam, optim::CosineAnnealingLR{.t_max = epochs * loader.batches_per_epoch()});
  classifier.train();
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double total = 0.0;
    for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
      const Batch batch = loader.next();
      const Variable loss = nn::cross_entropy(classifier(batch.samples), batch.labels);
      adam.step(grad(loss, classifier.parameters()));
      schedule.step();
      total += loss.item();
    }
    if (progress) progress(epoch, total / static_cast<double>(loader.batches_per_epoch()));
  }
}

double accuracy(FeatureClassifier& classifier, const ImageDataset& data) {
  DataLoader loader = loader_of(data, {.batch_size = data.size, .shuffle = false, .layout = PixelLayout::planar}, 0);
  const Batch all = loader.next();
  const std::vector<std::int64_t> named = judge(classifier, all.samples).labels;
  const std::vector<std::int64_t> labels = all.labels.to_vector<std::int64_t>();
  std::int64_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += named[i] == labels[i];
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace xgrad::models
