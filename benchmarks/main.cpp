// SPDX-License-Identifier: BSD-3-Clause
// xgrad_bench: the workloads done by xgrad.
#include <iostream>
#include <memory>

#include <xgrad/autograd/compile.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/sequential.h>

#include "bounds.h"
#include "scaling.h"
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

/// Of steps that have warmed up.
void print_profile(const Workload<Variable>& workload) {
  constexpr int steps = 20;
  for (int i = 0; i < steps; ++i) workload.step();
  xgrad::Profile profile;
  {
    const xgrad::ProfilerGuard guard(profile);
    for (int i = 0; i < steps; ++i) workload.step();
  }
  std::cerr << profile.table();
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
      .has_sizes = true,
      .flags = {
          {"replay", "record the step at its first run, and time its replay"},
          {"profile",
           "first print where the time of the steps goes, to the standard error; the checks are then of later steps"},
          {"bound", "time only the step's matrix products, done by OpenBLAS on memory made before"}}};
  for (const auto& [name, make] : catalogue) xgrad_peer.workloads.push_back(name);
  for (const char* name : {"triad", "epoch"}) xgrad_peer.workloads.push_back(name);
  for (const std::string& name : bench::scaling_names()) xgrad_peer.workloads.push_back(name);
  xgrad_peer.run = [&](const bench::Options& options) {
    if (options.workload == "triad") return bench::measure_triad(options);
    if (options.workload == "epoch") return bench::measure_epoch(options);
    if (options.workload.rfind("scaling_", 0) == 0) return bench::measure_scaling(options);
    const auto workload = bench::workload(catalogue.at(options.workload)(), options.has("replay"));
    if (options.has("bound")) return bench::measure_products(workload, options);
    if (options.has("profile")) bench::print_profile(workload);
    return bench::measure(workload, options, [] { return xgrad::memory::statistics().system_requests; });
  };
  return bench::program(argc, argv, xgrad_peer);
}
