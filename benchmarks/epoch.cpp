// SPDX-License-Identifier: BSD-3-Clause
// A whole epoch of gan_mnist's default GAN: the file read and unpacked, shuffled, every batch a round of the trainer.
#include "epoch.h"

#include <memory>

#include <xgrad/models/data/dataset.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/network.h>
#include <xgrad/models/preset.h>
#include <xgrad/models/trainer.h>

#include "workloads.h"

namespace bench {

Record measure_epoch(const Options& options) {
  using namespace xgrad::models;
  const Preset& preset = find_preset("gan");
  const NetworkSpec& network = find_network(preset.network);
  const Workload<Variable> epoch = {
      [&]() -> Variables {
        const auto data = std::make_shared<const ImageDataset>(load_dataset("fashion"));
        DataLoader loader(data, {.batch_size = preset.batch_size, .range = network.range, .layout = network.layout},
                          xgrad::Generator(1));
        xgrad::Generator random(2);
        Trainer trainer(
            preset, make_networks(preset, data->format(), random), network.latent,
            [&] { return Samples{loader.next().samples}; }, 3);
        RoundReport report;
        for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) report = trainer.step();
        return {xgrad::full({}, report["d_loss"]), xgrad::full({}, report["g_loss"])};
      },
  };
  Record record = measure(epoch, options, nullptr, one_epoch);
  record.more = {{"examples", static_cast<double>(epoch_examples)}};
  return record;
}

}  // namespace bench
