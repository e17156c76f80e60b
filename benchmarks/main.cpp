// SPDX-License-Identifier: BSD-3-Clause
// xgrad_bench: the workloads done by xgrad.
#include <memory>

#include <xgrad/autograd/compile.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/sequential.h>

#include "bounds.h"
#include "workloads.h"

namespace bench {

namespace nn = xgrad::nn;

void fill_parameters(nn::Module& network, std::uint64_t base) {
  for (const auto& [name, module] : network.named_modules()) {
    if (dynamic_cast<nn::BatchNorm*>(module) != nullptr) {
      base += 2;  // stays at 1 and 0
      continue;
    }
    if (dynamic_cast<nn::Sequential*>(module) != nullptr) continue;  // its parts follow
    std::int64_t fan_in = 1;
    for (Variable p : module->parameters()) {
      if (p.rank() > 1) fan_in = p.size() / p.size(0);
      p.set_array(uniform11(base++, p.shape(), parameter_scale(static_cast<std::size_t>(fan_in))).array());
    }
  }
}

namespace {

Workload<Variable> workload(const Step& step, bool replay) {
  if (!replay) return {[step] { return step.run(step.inputs()); }, step.check};
  const auto compiled = std::make_shared<xgrad::Compiled>(step.run);
  return {[compiled, inputs = step.inputs] { return (*compiled)(inputs()); }, step.check};
}

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  bench::Catalogue catalogue = bench::gan_workloads();
  catalogue.merge(bench::second_order_workloads());
  catalogue.merge(bench::tape_workloads());
  catalogue.merge(bench::elementwise_workloads());
  catalogue.merge(bench::convolution_workloads());

  bench::Peer xgrad_peer{
      .name = "xgrad",
      .workloads = {},
      .run = {},
      .set_threads = xgrad::set_num_threads,
      .flags = {{"replay", "record the step at its first run, and time its replay"},
                {"bound", "time only the step's matrix products, done by OpenBLAS on memory made before"}}};
  for (const auto& [name, make] : catalogue) xgrad_peer.workloads.push_back(name);
  xgrad_peer.workloads.push_back("triad");
  xgrad_peer.run = [&](const bench::Options& options) {
    if (options.workload == "triad") return bench::measure_triad(options);
    const auto workload = bench::workload(catalogue.at(options.workload)(), options.has("replay"));
    if (options.has("bound")) return bench::measure_products(workload, options);
    return bench::measure(workload, options, [] { return xgrad::memory::statistics().system_requests; });
  };
  return bench::program(argc, argv, xgrad_peer);
}
