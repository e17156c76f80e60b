// SPDX-License-Identifier: BSD-3-Clause
// A perceptron that tells ten kinds of garments apart: data, modules, an optimiser, a schedule and a test.
#include <cstdio>
#include <memory>

#include <xgrad/autograd/autograd.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

using namespace xgrad;

/// The share of the dataset's images that the network names right.
static double accuracy(nn::Module& net, const std::shared_ptr<const models::ImageDataset>& data) {
  const NoGradGuard unrecorded;
  net.eval();
  models::DataLoader loader(data, {.batch_size = 1000, .shuffle = false}, Generator(0));
  double right = 0.0;
  for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
    const models::Batch batch = loader.next();
    right += sum(astype(equal(argmax(net(batch.samples)), batch.labels), DType::float32)).item();
  }
  net.train();
  return right / static_cast<double>(loader.batches_per_epoch() * 1000);
}

static int run() {
  const auto train = std::make_shared<const models::ImageDataset>(models::load_dataset("fashion"));
  const auto test = std::make_shared<const models::ImageDataset>(models::load_dataset("fashion", models::Split::test));

  manual_seed(1);
  nn::Sequential net(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 128), nn::ReLU(), nn::Linear(128, 10));
  optim::Adam adam(net.parameters(), {.lr = 2e-3});
  models::DataLoader loader(train, {.batch_size = 128}, Generator(1));

  const int epochs = 10;
  optim::LRScheduler schedule(adam, optim::CosineAnnealingLR{.t_max = epochs * loader.batches_per_epoch()});
  double result = 0.0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    double total = 0.0;
    for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
      const models::Batch batch = loader.next();
      const Variable loss = nn::cross_entropy(net(batch.samples), batch.labels);
      adam.zero_grad();
      loss.backward();
      adam.step();
      schedule.step();
      total += loss.item();
    }
    result = accuracy(net, test);
    std::printf("epoch %d: loss %.4f, test accuracy %.2f %%\n", epoch,
                total / static_cast<double>(loader.batches_per_epoch()), 100.0 * result);
  }
  return result >= 0.88 ? 0 : 1;
}

int main() {
  try {
    return run();
  } catch (const models::DataMissing& e) {
    std::fprintf(stderr, "classifier: %s\n", e.what());
    return 77;  // tells ctest that nothing was tested
  }
}
