// SPDX-License-Identifier: BSD-3-Clause
// FeatureClassifier: a small convolutional classifier, whose last features are the space that image metrics measure in.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <xgrad/models/data/dataset.h>
#include <xgrad/models/data/pixels.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/linear.h>

namespace xgrad::models {

/// (n, 1, 28, 28) in [-1, 1] -> logits (n, 10). Three 3x3 convolutions (16, 32, 64 channels, the last two halving),
/// each with batch norm and ReLU, the mean over all places as 64 features, and a linear layer.
class FeatureClassifier : public nn::Module {
 public:
  explicit FeatureClassifier(Generator& random = default_generator());
  /// (n, 64)
  Variable features(const Variable& images);
  Variable logits(const Variable& features) { return output_(features); }
  Variable forward(const Variable& images) override { return logits(features(images)); }

 private:
  nn::Conv2d& conv1_;
  nn::BatchNorm2d& norm1_;
  nn::Conv2d& conv2_;
  nn::BatchNorm2d& norm2_;
  nn::Conv2d& conv3_;
  nn::BatchNorm2d& norm3_;
  nn::Linear& output_;
};

/// What a classifier makes of images: features (n, 64), logits (n, 10) and the likeliest class of each.
struct Judgement {
  Array features, logits;
  std::vector<std::int64_t> labels;
};
/// In evaluation mode, in batches, unrecorded. `images`: float32, any layout of 28 x 28 pixels a sample.
/// @throws ShapeError for images of another size.
Judgement judge(FeatureClassifier& classifier, const Array& images, PixelRange range = PixelRange::signed_unit);

/// Whether samples are what classifiers read: grey images of 28 x 28 pixels.
bool is_classifiable(const SampleFormat& format);
/// @throws ValueError unless they are, ending with the remedy.
void refuse_unclassifiable(const SampleFormat& format, const std::string& remedy);

/// Adam and one cosine from 3e-3 to 0 over batches of 128. `progress` hears each epoch's mean loss.
void train_classifier(FeatureClassifier& classifier, const ImageDataset& data, int epochs, std::uint64_t seed,
                      const std::function<void(int epoch, double loss)>& progress = {});
/// Share of a dataset's images whose label it names.
double accuracy(FeatureClassifier& classifier, const ImageDataset& data);

/// The classifier that comes with the library for "fashion" or "mnist". Features are comparable only under the same
/// one, so reports name its hash. @throws ValueError for other names.
std::shared_ptr<FeatureClassifier> shipped_classifier(const std::string& name);
/// SHA-256 of the shipped weights' file.
std::string shipped_classifier_hash(const std::string& name);

}  // namespace xgrad::models
