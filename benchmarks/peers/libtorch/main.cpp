// SPDX-License-Identifier: BSD-3-Clause
// libtorch_bench: the workloads of the benchmarks done by libtorch, as well as libtorch can do them.
#include <map>

#include <torch/version.h>
#include "epoch.h"

#include "peer.h"

int main(int argc, char** argv) {
  auto catalogue = peer::gan_workloads();
  catalogue.merge(peer::micro_workloads());
  catalogue.merge(peer::convolution_workloads());
  bench::Peer self{
      .name = "libtorch " + std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR),
      .workloads = {},
      .run = {},
      .set_threads = [](int n) { at::set_num_threads(n); }};
  for (const auto& [name, make] : catalogue) self.workloads.push_back(name);
  self.workloads.push_back("epoch");
  self.run = [&](const bench::Options& options) {
    if (options.workload == "epoch") {
      bench::Record record = bench::measure(peer::epoch_gan_mlp(), options, nullptr, bench::one_epoch);
      record.more = {{"examples", static_cast<double>(bench::epoch_examples)}};
      return record;
    }
    return bench::measure(catalogue.at(options.workload)(), options, nullptr);
  };
  return bench::program(argc, argv, self);
}
