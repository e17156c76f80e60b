// SPDX-License-Identifier: BSD-3-Clause
// The feature classifier: that the shipped one classifies, and that metrics on its features order images rightly.
#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/metrics/classifier.h>
#include <xgrad/models/metrics/discrepancy.h>
#include <xgrad/models/metrics/image_quality.h>
#include <xgrad/models/metrics/neighbours.h>

using namespace xgrad;
using namespace xgrad::models;

namespace {

std::optional<ImageDataset> fashion(Split split) {
  try {
    return load_dataset("fashion", split);
  } catch (const DataMissing&) {
    MESSAGE("skipped: the package dataset-fashion-mnist is not installed");
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("judging in batches is judging at once, in both pixel ranges") {
  Generator random(1);
  FeatureClassifier classifier(random);
  const Variable images = uniform({503, 784}, -1.0, 1.0, DType::float32, random);
  const Judgement j = judge(classifier, images.array());
  CHECK(j.features.shape() == Shape{503, 64});
  CHECK(j.logits.shape() == Shape{503, 10});
  CHECK(classifier.is_training());

  const Judgement unit = judge(classifier, ((images + 1.0) * 0.5).array(), PixelRange::unit);
  classifier.eval();
  const Array last = classifier(reshape(slice(images, 0, 502, 503), {1, 1, 28, 28})).array();
  for (std::int64_t k = 0; k < 10; ++k) {
    CHECK(last.data<float>()[k] == doctest::Approx(j.logits.data<float>()[502 * 10 + k]).epsilon(1e-4));
    CHECK(unit.logits.data<float>()[502 * 10 + k] ==
          doctest::Approx(j.logits.data<float>()[502 * 10 + k]).epsilon(1e-3));
  }
  CHECK_THROWS_WITH_AS(judge(classifier, zeros({2, 100}).array()), doctest::Contains("28x28"), ShapeError);
}

TEST_CASE("training lowers the loss, the same way every time") {
  const auto data = fashion(Split::test);
  if (!data) return;
  ImageDataset some = *data;
  some.size = 1280;
  some.images.resize(1280 * 784);
  some.labels.resize(1280);
  const auto train = [&] {
    Generator random(1);
    FeatureClassifier classifier(random);
    std::vector<double> losses;
    train_classifier(classifier, some, 3, 1, [&](int, double loss) { losses.push_back(loss); });
    return losses;
  };
  const std::vector<double> losses = train();
  CHECK(losses.size() == 3);
  CHECK(losses.back() < 0.9 * losses.front());
  CHECK(train() == losses);
}

TEST_CASE("the shipped classifier knows garments, and distances on its features tell real from noise") {
  CHECK(shipped_classifier_hash("fashion").size() == 64);
  CHECK_THROWS_WITH_AS(shipped_classifier("cifar"), doctest::Contains("cifar"), ValueError);
  const auto test = fashion(Split::test);
  if (!test) return;
  const auto classifier = shipped_classifier("fashion");
  CHECK(accuracy(*classifier, *test) > 0.89);

  const auto shared = std::make_shared<const ImageDataset>(*test);
  DataLoader loader(shared, {.batch_size = 1000, .layout = PixelLayout::planar}, Generator(3));
  const Array a = judge(*classifier, loader.next().samples).features;
  const Array second = loader.next().samples;
  const Array b = judge(*classifier, second).features;
  Generator random(5);
  const Variable noisy = Variable(second) + normal(second.shape(), 0.0, 0.5, DType::float32, random);
  const Array c = judge(*classifier, clamp(noisy, -1.0, 1.0).array()).features;
  CHECK(frechet_distance(a, c) > 10.0 * frechet_distance(a, b));
  CHECK(precision_recall(a, b).coverage > precision_recall(a, c).coverage + 0.3);

  // The same figures by way of the report, in which equal sets have no distance.
  const Judgement judged = judge(*classifier, second);
  const ImageQuality same = image_quality(judged, judged);
  CHECK(same.fid == doctest::Approx(0.0).epsilon(1e-6));
  CHECK(same.neighbourhood.coverage == 1.0);
  CHECK(same.classes.modes == 10);
  CHECK(same.score > 5.0);  // ten garments that it tells apart
  CHECK(figures(same).front() == std::pair<std::string, double>("fid", same.fid));
}
